/** A sleep that can be cut short: by news, or for good. */
import type { Clock } from '../core/clock.ts'

export interface Nudge {
  /** Ends the sleep that goes on, or the next one. */
  wake(): void
  /** At most `ms`; shorter when woken, or when the signal aborts. Never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export function createNudge(clock: Clock): Nudge {
  let news = new AbortController()
  return {
    wake: () => news.abort(),
    async sleep(ms, signal) {
      const woken = news.signal
      // Whatever ended it, the caller looks around anew.
      await clock.sleep(ms, AbortSignal.any([signal, woken])).catch(() => undefined)
      if (woken.aborted) news = new AbortController()
    },
  }
}
