/** Is a file finished? Judged by what does not move: its size, its time and which file it is. */
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'
import { RetryLaterError } from '../../core/errors.ts'
import { sayDuration } from '../../core/text/duration.ts'
import { fileFailure, notAFile } from './failure.ts'

export interface Fingerprint {
  /** Bytes. */
  readonly size: number
  readonly modifiedNs: bigint
  readonly inode: bigint
}

/** A file that keeps changing is waited for this many times. */
const PATIENCE = 5

export interface SettleOptions {
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
  let seen = await fingerprint(path)
  for (let waits = 0; waits <= PATIENCE; waits++) {
    const wait = remainingWait(seen, options)
    if (wait <= 0) return seen
    if (waits === PATIENCE) break
    await options.clock.sleep(wait, options.signal)
    const now = await fingerprint(path)
    // Unchanged while we watched: enough, even if another machine's clock dates it in the future.
    if (describeChange(seen, now) === undefined && wait >= options.settleMs) return now
    seen = now
  }
  throw new RetryLaterError(
    'file-changing',
    `${path} is still being written: it never rested for ${sayDuration(options.settleMs)}`,
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

/** @throws OperatorError when there is no such file, or it is a folder, pipe or device */
export async function fingerprint(path: string): Promise<Fingerprint> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fileFailure(path, error)
  })
  if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'folder' : 'special')
  return fingerprintOf(stats)
}

export function fingerprintOf(stats: BigIntStats): Fingerprint {
  return { size: Number(stats.size), modifiedNs: stats.mtimeNs, inode: stats.ino }
}

/** How the file differs from before, in words; undefined when it is the same. */
export function describeChange(before: Fingerprint, after: Fingerprint): string | undefined {
  if (before.inode !== after.inode) return 'another file took its place'
  if (before.size !== after.size) return `it went from ${before.size} to ${after.size} bytes`
  return before.modifiedNs === after.modifiedNs ? undefined : 'it was written to'
}

export function modifiedAt(print: Fingerprint): Date {
  return new Date(Number(print.modifiedNs / 1_000_000n))
}
