/** Between a driver that calls for each row and a reader that asks for batches. */
import { orAborted } from './abort.ts'

export interface RowQueue {
  push(row: unknown[]): void
  /** The database said that there are no more. */
  end(): void
  /** The first failure counts; nothing after it does. */
  fail(error: unknown): void
  /** Resolves when the first row came, or the end; rejects with the failure. */
  started(): Promise<void>
  /** Batches until the end. @throws the failure, or the signal's reason */
  batches(): AsyncGenerator<unknown[][], void, void>
}

export interface RowQueueOptions {
  readonly fetchSize: number
  readonly signal: AbortSignal
  /** A whole batch waits: the driver should stop reading from the socket. */
  pause(): void
  /** It was taken. */
  resume(): void
}

const nothing = (): void => undefined

export function createRowQueue({ fetchSize, signal, pause, resume }: RowQueueOptions): RowQueue {
  let rows: unknown[][] = []
  let state: 'open' | 'ended' | { readonly error: unknown } = 'open'
  let paused = false
  let wake = nothing

  /** Resolves when there is something to take, or nothing will come. */
  function filled(enough: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (rows.length >= enough || state !== 'open') resolve()
      }
      wake = look
      look()
    })
  }
  function finish(next: typeof state): void {
    if (state === 'open') state = next
    wake()
  }
  function throwFailure(): void {
    if (typeof state === 'object') throw state.error
  }
  return {
    push(row) {
      if (state !== 'open') return
      rows.push(row)
      if (rows.length >= fetchSize && !paused) {
        paused = true
        pause()
      }
      wake()
    },
    end: () => finish('ended'),
    fail: (error) => finish({ error }),
    async started() {
      await orAborted(filled(1), signal)
      throwFailure()
    },
    async *batches() {
      for (;;) {
        await orAborted(filled(fetchSize), signal)
        throwFailure()
        const batch = rows
        rows = []
        if (batch.length > 0) yield batch
        if (state === 'ended' && rows.length === 0) return
        throwFailure()
        if (paused) {
          paused = false
          resume()
        }
      }
    },
  }
}
