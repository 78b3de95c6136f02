/** A sleep that can be cut short: by news, or for good. */
import type { Clock } from '../core/clock.ts'

export interface Nudge {
  /** Ends the sleep that goes on, or the next one. */
  wake(): void
  /** At most `ms`; shorter when woken, or when the signal aborts. Never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export function createNudge(clock: Clock): Nudge {
  let isNews = false
  let sleeping: AbortController | undefined
  return {
    wake() {
      isNews = true
      sleeping?.abort()
    },
    async sleep(ms, signal) {
      if (!isNews && !signal.aborted) {
        // Not `AbortSignal.any`: of each that was listened to, Node 20 keeps some bytes as long as its sources live.
        const own = new AbortController()
        const end = (): void => own.abort()
        sleeping = own
        signal.addEventListener('abort', end, { once: true })
        // Whatever ended it, the caller looks around anew.
        await clock.sleep(ms, own.signal).catch(() => undefined)
        signal.removeEventListener('abort', end)
        sleeping = undefined
      }
      isNews = false
    },
  }
}
