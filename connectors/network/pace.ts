import { type Clock, MINUTE } from '../../core/clock.ts'

/**
 * Waits before each request so that no minute, wherever it begins, has more than `perMinute` of them.
 * @returns a function to be awaited before each request
 */
export function createPace(perMinute: number, clock: Clock): (signal: AbortSignal) => Promise<void> {
  const sent: number[] = []
  return async (signal) => {
    const oldest = sent.length < perMinute ? undefined : sent.shift()
    const waitMs = oldest === undefined ? 0 : oldest + MINUTE - clock.now()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    sent.push(clock.now())
  }
}
