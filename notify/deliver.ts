/** Sends what waits in the state, and has what fails wait for its next attempt. */
import type { Notice } from '../core/alarm/notice.ts'
import { DAY, HOUR, MINUTE } from '../core/clock.ts'
import type { Delivery } from '../core/state/state.ts'
import { sayDuration } from '../core/text/duration.ts'
import { createNotifiers } from './notifier.ts'
import { type Notifier, type NotifyContext, SEND_LIMITS, type SendFailure, type SendLimits } from './sending.ts'

/** After the first, second, third and any later failure. */
const BACK_OFF = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR] as const

const GIVEN_UP_AFTER = DAY

/**
 * Sends what is due to the configured notifiers, side by side, to each in order. What a notifier does not take is due
 * again later; the rest of what it is to be told waits with it. @throws StateError
 */
export async function deliverDue(context: NotifyContext, limits: SendLimits = SEND_LIMITS): Promise<void> {
  const { state, clock, transport, settings } = context
  const tools = { transport, clock, ca: settings.vanta.ca }
  const notifiers = createNotifiers(tools, settings.notify, limits.sendMs)
  const names = notifiers.map(({ name }) => name)
  if (context.signal?.aborted === true) return
  const due = await state.episodes.take(clock.now(), names)
  if (due.length === 0) return
  const end = AbortSignal.timeout(limits.totalMs)
  const signal = context.signal === undefined ? end : AbortSignal.any([context.signal, end])
  await Promise.all(
    notifiers.map(async (notifier) => {
      const own = due.filter((delivery) => delivery.notifier === notifier.name)
      await deliverInOrder(context, { notifier, deliveries: own, signal })
    }),
  )
}

async function deliverInOrder(
  context: NotifyContext,
  { notifier, deliveries, signal }: { notifier: Notifier; deliveries: readonly Delivery[]; signal: AbortSignal },
): Promise<void> {
  const { state, log } = context
  for (const delivery of deliveries) {
    const result = await notifier.send({
      notice: delivery.notice as Notice,
      delivery: state.digest(`delivery ${delivery.id}`),
      signal,
    })
    if (result.ok) {
      await state.episodes.delivered(delivery.id)
      if (result.note !== undefined)
        log.warn(`Notifier "${notifier.name}": ${result.note}`, { notifier: notifier.name })
      continue
    }
    // Cut short by us: that is no attempt, and it is due again in a minute.
    if (!signal.aborted) await putOff(context, delivery, result)
    return
  }
}

async function putOff({ state, clock, log }: NotifyContext, delivery: Delivery, failure: SendFailure): Promise<void> {
  const { id, notifier, at, attempts } = delivery
  const waitMs = waitAfter(attempts, failure.retryAfterMs)
  const nextAt = clock.now() + waitMs
  const isLast = nextAt > at + GIVEN_UP_AFTER
  await state.episodes.failed(id, isLast ? undefined : nextAt)
  const then = isLast
    ? `given up, ${sayDuration(clock.now() - at)} after it was due`
    : `again in ${sayDuration(waitMs)}`
  const { reason, hint } = failure
  log.warn(`Notifier "${notifier}" was not told: ${reason}; ${then}. ${hint}`, {
    notifier,
    reason,
    attempts: attempts + 1,
  })
}

/** @param attempts those before this one */
function waitAfter(attempts: number, retryAfterMs = 0): number {
  const backOff = BACK_OFF[attempts] ?? HOUR
  return Math.max(backOff, Math.min(retryAfterMs, HOUR))
}
