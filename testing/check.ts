import { MINUTE } from '../core/clock.ts'
import { sayDuration } from '../core/text/duration.ts'
import { LATE, within } from './within.ts'

/** One thing that must hold of a connector. */
export interface Check {
  /** A sentence. */
  readonly name: string
  /** Resolves when it holds; throws an error whose message says what is wrong, and what to do. */
  run(signal: AbortSignal): Promise<void>
}

/** A read that hangs fails its check instead of the whole suite. */
const LIMIT = 2 * MINUTE

/** A check that ends: with its work, by the signal, or when it takes far too long. */
export function check(name: string, work: (signal: AbortSignal) => Promise<void>): Check {
  return {
    name,
    async run(signal) {
      signal.throwIfAborted()
      const end = new AbortController()
      const both = AbortSignal.any([signal, end.signal])
      try {
        const result = await within(Promise.race([work(both), rejectedBy(signal, end.signal)]), LIMIT)
        if (result === LATE) throw new Error(`it did not end within ${sayDuration(LIMIT)}`)
      } finally {
        end.abort(new Error('the check is over'))
      }
    },
  }
}

/** Never resolves; rejects when `signal` aborts, until `done` does. */
function rejectedBy(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: done })
  })
}
