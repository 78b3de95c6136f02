/** Which failures are worth another attempt, and when. */
import { MINUTE, SECOND } from '../clock.ts'
import { type SyncError, UnavailableError } from '../errors.ts'
import { sayDuration } from '../text/duration.ts'
import type { ClientContext } from './context.ts'
import type { RequestName } from './events.ts'

export const MAX_ATTEMPTS = 5
export const MAX_RETRY_AFTER_MS = 2 * MINUTE
const RETRIED_STATUSES: readonly number[] = [429, 500, 502, 503, 504]

/** What went wrong with one attempt, as far as the decision needs it. */
export type Trouble =
  /** `lasting`: seconds cannot mend it, such as a certificate that is not trusted. */
  | { readonly kind: 'network'; readonly lasting: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }

export type Decision =
  | { readonly kind: 'retry'; readonly waitMs: number }
  | { readonly kind: 'give-up'; readonly why: 'used-up' | 'lasting' }
  | { readonly kind: 'give-up'; readonly why: 'too-long'; readonly askedMs: number }

/** One attempt that did not succeed. */
export interface Failure {
  readonly trouble: Trouble
  readonly error: SyncError
  /** What the request may have changed: nothing for certain, or nobody knows. */
  readonly effect: 'none' | 'unknown'
}

export type Result<T> = { readonly value: T } | { readonly failure: Failure }

/** @param attempt from 1; `now` for Retry-After dates; `random` from 0 to 1, for the jitter */
export function decide(attempt: number, trouble: Trouble, { now, random }: { now: number; random: number }): Decision {
  if (!isWorthRetrying(trouble)) return { kind: 'give-up', why: 'lasting' }
  if (attempt >= MAX_ATTEMPTS) return { kind: 'give-up', why: 'used-up' }
  const asked = trouble.kind === 'status' ? parseRetryAfter(trouble.retryAfter, now) : undefined
  if (asked !== undefined && asked > MAX_RETRY_AFTER_MS) return { kind: 'give-up', why: 'too-long', askedMs: asked }
  if (asked !== undefined) return { kind: 'retry', waitMs: Math.max(asked, SECOND) + Math.round(random * 250) }
  // The limits are counted by the minute: anything shorter would be refused again and count on top.
  if (trouble.kind === 'status' && trouble.status === 429) {
    return { kind: 'retry', waitMs: MINUTE + Math.round(random * SECOND) }
  }
  const backOff = SECOND * 2 ** (attempt - 1)
  return { kind: 'retry', waitMs: Math.round(backOff * (0.75 + random / 2)) }
}

function isWorthRetrying(trouble: Trouble): boolean {
  return trouble.kind === 'network' ? !trouble.lasting : RETRIED_STATUSES.includes(trouble.status)
}

/** `Retry-After`, seconds or a date, as milliseconds from `now`, never negative; undefined when it is neither. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number(text) * SECOND
  // Date.parse takes nearly anything: only what looks like an HTTP date is one.
  if (!/^[A-Z][a-z]{2,8},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

/**
 * Attempts until one succeeds or another is not worth it.
 * @throws the error of the last failure; whatever `attempt` throws; the signal's reason
 */
export async function attemptRepeatedly<T>(
  context: ClientContext,
  what: RequestName,
  attempt: () => Promise<Result<T>>,
): Promise<T> {
  const { clock, signal, random = Math.random } = context
  for (let count = 1; ; count++) {
    const result = await attempt()
    if ('value' in result) return result.value
    const { trouble, error } = result.failure
    const decision = decide(count, trouble, { now: clock.now(), random: random() })
    report(context, { what, attempt: count, problem: error.message, decision })
    if (decision.kind === 'give-up') throw concluded(error, decision)
    await clock.sleep(decision.waitMs, signal)
  }
}

interface Report {
  readonly what: RequestName
  readonly attempt: number
  readonly problem: string
  readonly decision: Decision
}

function report(context: ClientContext, { what, attempt, problem, decision }: Report): void {
  const wait = decision.kind === 'retry' ? { waitMs: decision.waitMs } : {}
  context.onEvent?.({ kind: 'attempt-failed', what, attempt, problem, ...wait })
  if (decision.kind !== 'retry') return
  context.log.warn('attempt failed, trying again', { request: what, attempt, problem, ...wait })
}

/** Says why it ended, when that is not in the failure itself. */
function concluded(error: SyncError, decision: Extract<Decision, { kind: 'give-up' }>): SyncError {
  if (decision.why === 'lasting') return error
  const end =
    decision.why === 'too-long'
      ? `It asks to wait ${sayDuration(decision.askedMs)}; a run waits at most ${sayDuration(MAX_RETRY_AFTER_MS)}.`
      : `Gave up after ${MAX_ATTEMPTS} attempts.`
  const facts = error.hint === undefined ? {} : { hint: error.hint }
  return new UnavailableError(error.code, `${error.message} ${end}`, { ...facts, cause: error.cause })
}
