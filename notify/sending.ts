/** What it takes to tell somebody something, and what comes of it. */
import type { Notice } from '../core/alarm/notice.ts'
import type { Clock } from '../core/clock.ts'
import { isSyncError, messageOf } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Transport } from '../core/network/transport.ts'
import type { Channel, NotifierSpec, Settings } from '../core/resource.ts'
import type { SecretRef } from '../core/secret.ts'
import type { State } from '../core/state/state.ts'

/** What senders use of the world. */
export interface SendTools {
  readonly transport: Transport
  readonly clock: Clock
  /** PEM certificates that are trusted besides the usual ones, for mail; the transport has its own. */
  readonly ca?: string | undefined
}

export interface NotifyContext extends Omit<SendTools, 'ca'> {
  readonly state: Pick<State, 'episodes' | 'holds' | 'digest'>
  readonly log: Log
  readonly settings: Settings
  /** Cuts deliveries short; what was not delivered waits. */
  readonly signal?: AbortSignal
}

export interface SendLimits {
  /** Of one attempt, milliseconds. */
  readonly sendMs: number
  /** Of all that one call delivers. */
  readonly totalMs: number
}

export const SEND_LIMITS: SendLimits = { sendMs: 10_000, totalMs: 15_000 }

export interface SendFailure {
  readonly ok: false
  /** A clause without address, credentials or personal data: `hooks.slack.com answered 404 (no_service)`. */
  readonly reason: string
  /** The next step. */
  readonly hint: string
  /** How long the other side wants to be left alone. */
  readonly retryAfterMs?: number
}

export type SendResult = { readonly ok: true; readonly note?: string } | SendFailure

/** One message on its way. */
export interface Sending {
  readonly notice: Notice
  /** The same at each attempt, and no other message has it. */
  readonly delivery: string
  readonly signal: AbortSignal
}

export interface Notifier {
  readonly name: string
  readonly kind: Channel['kind']
  /** Never throws. */
  send(sending: Sending): Promise<SendResult>
}

/** Those that take notices; pings are no messages. */
export function takesNotices({ channel }: NotifierSpec): boolean {
  return channel.kind !== 'ping'
}

/** The secret as it is now, or why there is none. */
export async function revealed(
  ref: SecretRef,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly failure: SendFailure }> {
  try {
    return { text: (await ref.resolve(signal)).reveal() }
  } catch (error) {
    signal.throwIfAborted()
    const hint = `Check ${ref.describe} in the config.`
    // A stranger's message might hold what could not be read.
    const reason = isSyncError(error) ? messageOf(error) : `${ref.describe} cannot be resolved`
    return { failure: { ok: false, reason, hint } }
  }
}

/** With an end of its own: what takes longer is a failure; when `signal` ends it, that is thrown. */
export async function within<T extends SendResult>(
  ms: number,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T | SendFailure> {
  const timeout = AbortSignal.timeout(ms)
  try {
    return await send(AbortSignal.any([signal, timeout]))
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted) return tooSlow(ms)
    return {
      ok: false,
      // The message might hold the address.
      reason: `sending broke off (${error instanceof Error ? error.name : typeof error})`,
      hint: 'This is a mistake of vanta-sync; please report it.',
    }
  }
}

function tooSlow(ms: number): SendFailure {
  return {
    ok: false,
    reason: `there was no answer within ${ms / 1000} s`,
    hint: 'Check the firewall, and whether this machine needs HTTPS_PROXY.',
  }
}
