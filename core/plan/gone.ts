/** Who is gone: missed in the sources, and sent as DEACTIVATED for a while before they leave. Pure. */
import type { BaselineRecord, Missed } from '../state/state.ts'
import type { BaselineOrigin, Plan } from './plan.ts'

/** What becomes of records that left the sources, where they are not left out at once. */
export interface GonePolicy {
  /** Time of the read that misses them: the oldest source's, to the second. */
  readonly at: number
  /** How long they are kept. */
  readonly keepMs: number
  /** The canonical record of somebody who is gone since then. */
  deactivate(body: string, since: number): string
}

/** Vanta was told already: they have departed, and only their record is still sent. */
export function isGone(record: BaselineRecord): boolean {
  return record.goneAt !== undefined && isDeactivated(record)
}

export function isDeactivated({ body }: Pick<BaselineRecord, 'body'>): boolean {
  return fieldsOf(body)['status'] === 'DEACTIVATED'
}

/**
 * When it was first missed. A record that was read back does not say so; if it is DEACTIVATED, its own time is the best
 * that is known.
 */
export function goneSince(record: BaselineRecord, origin: BaselineOrigin, { at }: GonePolicy): number {
  if (record.goneAt !== undefined) return record.goneAt
  if (origin !== 'read') return at
  const { status, deactivatedTimestamp } = fieldsOf(record.body)
  const known = status === 'DEACTIVATED' ? Date.parse(String(deactivatedTimestamp)) : Number.NaN
  return Number.isNaN(known) ? at : Math.min(known, at)
}

/** Whom the read behind this plan missed. */
export function missedIn({ parts, items }: Pick<Plan, 'parts' | 'items'>): Missed {
  return { gone: goneIn(parts), leaving: leavingIn(items) }
}

function* goneIn(parts: Plan['parts']): Generator<{ uniqueId: string; goneAt: number }> {
  for (const { records } of parts)
    for (const { uniqueId, goneAt } of records) if (goneAt !== undefined) yield { uniqueId, goneAt }
}

function* leavingIn(items: Plan['items']): Generator<string> {
  for (const { change, uniqueId } of items) if (change === 'remove') yield uniqueId
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>
}
