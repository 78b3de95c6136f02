/** Is a file finished? Judged by what does not move: its size, its time and which file it is. */
import type { Clock } from '../../core/clock.ts'
import { RetryLaterError } from '../../core/errors.ts'
import { sayDuration } from '../../core/text/duration.ts'
import type { Fingerprint, Place } from './places/place.ts'

/** A file that keeps changing is waited for this many times. */
const PATIENCE = 5

export interface SettleOptions {
  readonly place: Place
  readonly settleMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Waits until nobody has touched the file for `settleMs`.
 * @returns what the file was when it had settled
 * @throws RetryLaterError `file-changing` when it still changes after a few waits
 */
export async function waitUntilSettled(path: string, options: SettleOptions): Promise<Fingerprint> {
  const { place, settleMs, clock, signal } = options
  let seen = await place.fingerprint(path)
  for (let waits = 0; waits <= PATIENCE; waits++) {
    const wait = place.sameClock || settleMs <= 0 ? remainingWait(seen, options) : settleMs
    if (wait <= 0) return seen
    if (waits === PATIENCE) break
    await clock.sleep(wait, signal)
    const now = await place.fingerprint(path)
    // Unchanged while we watched: enough, even if another machine's clock dates it in the future.
    if (describeChange(seen, now) === undefined && wait >= settleMs) return now
    seen = now
  }
  throw new RetryLaterError(
    'file-changing',
    `${path} is still being written: it never rested for ${sayDuration(settleMs)}`,
    {
      hint: 'The next run tries again. Writers do best to write another name and rename it when they are done.',
    },
  )
}

/** Milliseconds until the file is old enough, never more than one settle; 0 or less when it is. */
function remainingWait(seen: Fingerprint, { settleMs, clock }: SettleOptions): number {
  // Rounded up, so that no file passes for a fraction of a millisecond older than it is.
  const age = clock.now() - Number((seen.modifiedNs + 999_999n) / 1_000_000n)
  return age < 0 && settleMs > 0 ? settleMs : settleMs - age
}

/** How the file differs from before, in words; undefined when it is the same. */
export function describeChange(before: Fingerprint, after: Fingerprint): string | undefined {
  if (before.identity !== after.identity) return 'another file took its place'
  if (before.size !== after.size)
    return `it went from ${before.size ?? 'an unknown number of'} to ${after.size ?? 'an unknown number of'} bytes`
  return before.modifiedNs === after.modifiedNs ? undefined : 'it was written to'
}

export function modifiedAt(print: Fingerprint): Date {
  return new Date(Number(print.modifiedNs / 1_000_000n))
}
