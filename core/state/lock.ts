/** A lock on a file that the operating system frees when its holder dies: an exclusive SQLite transaction. */
import { statSync } from 'node:fs'
import type { Database } from './database.ts'
import { createPrivate } from './private-file.ts'
import { openDatabase } from './sqlite.ts'

export interface FileLock {
  /** False when the file was deleted or replaced since: somebody else may hold its successor. */
  stillOurs(): boolean
  release(): void
}

/**
 * Node closes a connection that nobody refers to any more, and with it goes the lock: what is held must not be
 * collected, whoever forgets about it.
 */
const held = new Set<Database>()

/** The lock, or undefined when somebody holds it. */
export function tryLock(path: string): FileLock | undefined {
  createPrivate(path)
  const database = openDatabase(path)
  try {
    database.exec('PRAGMA busy_timeout = 0')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
  held.add(database)
  const inode = inodeOf(path)
  return {
    stillOurs: () => inode !== undefined && inodeOf(path) === inode && inTransaction(database),
    release() {
      held.delete(database)
      database.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked/i.test(error.message)
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}

/** A transaction inside a transaction is refused; so the refusal shows that ours still is open. */
function inTransaction(database: Database): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return false
  } catch {
    return true
  }
}
