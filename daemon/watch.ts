/** Notices that files have changed, by their content: what an orchestrator mounts is swapped by links, which no watch tells. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Clock, SECOND } from '../core/clock.ts'
import type { Handle } from '../core/handle.ts'

const POLL_MS = 5 * SECOND

export interface WatchOptions {
  readonly clock: Clock
  /** Absolute paths, asked at each look. */
  files(): readonly string[]
  /** Hex SHA-256 of the content that was taken already; that of the first look unless told. */
  readonly taken?: string
  /** Called once for each change, when two looks in a row agree: a file that is being written is not read. */
  changed(): Promise<void>
}

export function watchFiles({ clock, files, taken: before, changed }: WatchOptions): Handle {
  const end = new AbortController()

  async function watch(): Promise<void> {
    let seen = await printOf(files())
    let taken = before ?? seen
    while (!end.signal.aborted) {
      await clock.sleep(POLL_MS, end.signal).catch(() => undefined)
      const now = await printOf(files())
      const rests = now === seen
      seen = now
      if (end.signal.aborted || !rests || now === taken) continue
      taken = now
      await changed()
    }
  }

  const promise = watch()
  const stop = async (): Promise<void> => {
    end.abort()
    await promise
  }
  return { promise, stop, kill: stop }
}

async function printOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    // A file that is not there is a content like any other.
    hash.update(await readFile(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unreadable'))
  }
  return hash.digest('hex')
}
