/** Which failures are worth another attempt, and when. */
import { MINUTE, SECOND } from '../../core/clock.ts'
import { RetryLaterError, type SyncError } from '../../core/errors.ts'
import { sayDuration } from '../../core/text/duration.ts'
import type { HttpContext } from './http-context.ts'

export const MAX_ATTEMPTS = 5
export const MAX_RETRY_AFTER_MS = 2 * MINUTE

/** One attempt that gave nothing. */
export interface Trouble {
  readonly error: SyncError
  /** Seconds cannot mend it: refused credentials, a certificate that is not trusted. */
  readonly isLasting: boolean
  /** The header of that name, as it came. */
  readonly retryAfter?: string
}

export type Attempt<T> = { readonly value: T } | { readonly trouble: Trouble }

/**
 * Attempts until one succeeds or another is not worth it: five, 1-2-4-8 s apart, or as far apart as the server asks
 * for, up to 120 s.
 * @param name of the request, for the log; never with a secret
 * @throws the error of the last attempt; whatever `attempt` throws; the signal's reason
 */
export async function attemptRepeatedly<T>(
  name: string,
  context: HttpContext,
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  const { clock, signal, log, random = Math.random } = context
  for (let count = 1; ; count++) {
    await context.pace?.(signal)
    const result = await attempt()
    if ('value' in result) return result.value
    const { trouble } = result
    if (trouble.isLasting) throw trouble.error
    const asked = parseRetryAfter(trouble.retryAfter, clock.now())
    const end = endOf(count, asked)
    if (end !== undefined) throw concluded(trouble.error, end)
    const waitMs = asked === undefined ? backOff(count, random()) : Math.max(asked, SECOND) + Math.round(random() * 250)
    log.warn('attempt failed, trying again', { request: name, attempt: count, problem: trouble.error.message, waitMs })
    await clock.sleep(waitMs, signal)
  }
}

/** `Retry-After`, seconds or an HTTP date, as milliseconds from `now`, never negative; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND
  // Date.parse takes nearly anything: only what looks like an HTTP date is one.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

function backOff(count: number, random: number): number {
  return Math.round(SECOND * 2 ** (count - 1) * (0.75 + random / 2))
}

function endOf(count: number, askedMs: number | undefined): string | undefined {
  if (count >= MAX_ATTEMPTS) return `gave up after ${MAX_ATTEMPTS} attempts`
  if (askedMs === undefined || askedMs <= MAX_RETRY_AFTER_MS) return undefined
  return `it asks to wait ${sayDuration(askedMs)}, and a read waits at most ${sayDuration(MAX_RETRY_AFTER_MS)}`
}

function concluded(error: SyncError, end: string): RetryLaterError {
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  return new RetryLaterError(error.code, `${error.message}; ${end}`, { ...hint, cause: error.cause })
}
