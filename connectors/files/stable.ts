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
    const wait = remainingWait(seen, options)
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
    `${place.say(path)} is still being written: it never rested for ${sayDuration(settleMs)}`,
    {
      hint: 'The next run tries again. Writers do best to write another name and rename it when they are done.',
    },
  )
}

/** Milliseconds until the file is old enough, never more than one settle; 0 or less when it is. */
function remainingWait({ modifiedNs, toldMs }: Fingerprint, { place, settleMs, clock }: SettleOptions): number {
  const now = toldMs ?? (place.sameClock ? clock.now() : undefined)
  // Nobody's clock can tell its age: two looks can.
  if (now === undefined) return settleMs
  // Without a time it was made as it was asked for, and never rests.
  if (modifiedNs === undefined || settleMs <= 0) return 0
  // Rounded up, so that no file passes for a fraction of a millisecond older than it is.
  const age = now - Number((modifiedNs + 999_999n) / 1_000_000n)
  return age < 0 ? settleMs : settleMs - age
}

/** How the file differs from before, in words; undefined when it is the same, as far as the store says. */
export function describeChange(before: Fingerprint, after: Fingerprint): string | undefined {
  if (differ(before.identity || undefined, after.identity || undefined)) return 'another file took its place'
  if (differ(before.size, after.size)) return `it went from ${before.size} to ${after.size} bytes`
  return differ(before.modifiedNs, after.modifiedNs) ? 'it was written to' : undefined
}

function differ<T>(before: T | undefined, after: T | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after
}

/** The time that the file's data speaks of: when it was written, or else when it was given. */
export function modifiedAt({ modifiedNs, toldMs = 0 }: Fingerprint): Date {
  return new Date(modifiedNs === undefined ? toldMs : Number(modifiedNs / 1_000_000n))
}
