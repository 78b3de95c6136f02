import { closeSync, openSync } from 'node:fs'

/**
 * Makes the file, for us alone, unless it is there. One that is there is not opened: closing it would drop the locks
 * that SQLite holds on it in this process.
 */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
