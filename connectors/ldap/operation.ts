/** One request that was sent, and what has come for it. */
import { createEntryReader, type Entry, type HoldsBytes } from './entry.ts'
import type { Frame } from './frames.ts'
import type { Result } from './result.ts'

export interface Ending {
  readonly result: Result
  /** Entries that came before. */
  readonly entries: number
  /** URIs that the server pointed to among the entries. */
  readonly references: readonly string[]
}

/** The side of whoever asked. */
export interface Operation {
  /** Entries that have come, at least one; undefined when there are no more. Rejects when the connection fails. */
  take(): Promise<readonly Entry[] | undefined>
  readonly ended: Promise<Ending>
}

/** The side of the connection. */
export interface Pending {
  readonly operation: Operation
  keep(entry: Frame): void
  refer(uris: readonly string[]): void
  /** Wakes the reader when enough has come to be worth it. */
  offer(): void
  /** Whether the server should wait. */
  isFull(): boolean
  end(result: Result): void
  fail(error: Error): void
}

/** So many entries, or bytes of them, are worth waking the reader for. */
const BATCH = 100
const BATCH_BYTES = 1024 * 1024
/** So many may wait before the server has to. */
const HIGH_WATER = 4000
const HIGH_WATER_BYTES = 16 * 1024 * 1024

/** @param onTake called with whatever entries are taken; what it throws, the reader gets */
export function createPending(
  holdsBytes: HoldsBytes,
  onTake: (read: () => readonly Entry[]) => readonly Entry[],
): Pending {
  const readEntry = createEntryReader(holdsBytes)
  const references: string[] = []
  /** As they came: read only when taken, they are a few objects instead of many. */
  const backlog: Frame[] = []
  let size = 0
  let entries = 0
  let isOver = false
  let wake = ignore
  const { promise: ended, resolve, reject } = createPromise<Ending>()

  function isWorthTaking(): boolean {
    return isOver || backlog.length >= BATCH || size >= BATCH_BYTES
  }
  function readBatch(): readonly Entry[] {
    const taken = backlog.splice(0, BATCH)
    for (const { start, end } of taken) size -= end - start
    return taken.map(readEntry)
  }
  async function take(): Promise<readonly Entry[] | undefined> {
    while (!isWorthTaking()) {
      await new Promise<void>((awake) => {
        wake = awake
      })
    }
    const batch = onTake(readBatch)
    return batch.length > 0 ? batch : undefined
  }
  function finish(): void {
    isOver = true
    wake()
  }
  return {
    operation: { take, ended },
    keep(entry) {
      backlog.push(entry)
      size += entry.end - entry.start
      entries++
    },
    refer: (uris) => void references.push(...uris),
    offer: () => isWorthTaking() && wake(),
    isFull: () => backlog.length >= HIGH_WATER || size >= HIGH_WATER_BYTES,
    end(result) {
      resolve({ result, entries, references })
      finish()
    },
    fail(error) {
      reject(error)
      finish()
    },
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: Error): void
}

function createPromise<T>(): Deferred<T> {
  let resolve: (value: T) => void = ignore
  let reject: (error: Error) => void = ignore
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  // Whoever only takes entries learns of a failure there.
  promise.catch(ignore)
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) }
}

function ignore(): void {
  // Nothing is to be done.
}
