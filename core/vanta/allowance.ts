/** The limits of requests a minute, kept across processes. */
import type { RequestKind } from '../state/state.ts'
import type { ClientContext } from './context.ts'

/** Shortest wait before asking again, so that a store that answers "now" is not asked in a tight loop. */
const LEAST_WAIT_MS = 20

/**
 * Waits until the minute has room, and takes the place.
 * @returns the ticket to settle when the answer's headers came
 */
export async function takePlace(context: ClientContext, kind: RequestKind): Promise<number> {
  const { vanta, connection, requests, clock, signal } = context
  const limit = kind === 'token' ? vanta.limits.tokenRequests : vanta.limits.resourceRequests
  const key = kind === 'token' ? '' : connection
  for (;;) {
    signal.throwIfAborted()
    const reservation = await requests.reserve(kind, key, limit)
    if ('ticket' in reservation) return reservation.ticket
    const ms = Math.max(reservation.waitMs, LEAST_WAIT_MS)
    context.onEvent?.({ kind: 'waiting', why: `${kind}-limit`, ms })
    await clock.sleep(ms, signal)
  }
}
