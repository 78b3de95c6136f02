import type { Row } from '../../core/connector.ts'
import { beginOf, dayAfter, daysBetween } from './day.ts'
import type { Employment } from './employment.ts'

/** Fields that this connector adds to those of the export. */
export const ADDED = ['status', 'createdTimestamp', 'deactivatedTimestamp'] as const

export interface AsOf {
  /** Today, in the company's zone. */
  readonly day: string
  readonly zone: string
  /** Days after the last one for which leavers are sent. */
  readonly tombstoneDays: number
}

/** What becomes of a person, for the evidence. */
export type Fate = 'current' | 'left' | 'gone' | 'future' | 'unclear'

export interface Person {
  readonly fate: Fate
  /** Undefined for those who are left out. */
  readonly row?: Row
}

/** The row that speaks for a person, with status and times; none for future hires and for those gone long ago. */
export function toPerson(row: Row, employment: Employment, asOf: AsOf): Person {
  switch (employment.kind) {
    case 'future':
      return { fate: 'future' }
    case 'unclear':
      return { fate: 'unclear', row: { ...withFields(row, startOf(employment, asOf)), problems: employment.problems } }
    case 'current':
      return { fate: 'current', row: withFields(row, { status: 'ACTIVE', ...startOf(employment, asOf) }) }
    case 'left':
      return leaver(row, employment, asOf)
  }
}

function leaver(row: Row, employment: Extract<Employment, { kind: 'left' }>, asOf: AsOf): Person {
  const { lastDay } = employment
  // Without a date nobody can tell how long ago it was: sent for as long as the export has the row.
  if (lastDay !== undefined && daysBetween(lastDay, asOf.day) > asOf.tombstoneDays) return { fate: 'gone' }
  const ended = lastDay === undefined ? {} : { deactivatedTimestamp: beginOf(dayAfter(lastDay), asOf.zone) }
  return { fate: 'left', row: withFields(row, { status: 'DEACTIVATED', ...startOf(employment, asOf), ...ended }) }
}

function startOf({ firstDay }: { firstDay: string | undefined }, { zone }: AsOf): Record<string, string> {
  return firstDay === undefined ? {} : { createdTimestamp: beginOf(firstDay, zone) }
}

function withFields(row: Row, added: Readonly<Record<string, string>>): Row {
  return { at: row.at, fields: Object.assign(renamed(row), added) }
}

/** A column of the export that would pass for one of ours keeps its text under another name. */
function renamed({ fields }: Row): Record<string, unknown> {
  const own = Object.create(null) as Record<string, unknown>
  for (const [name, value] of Object.entries(fields)) own[exportedName(name)] = value
  return own
}

export function exportedName(name: string): string {
  const bare = name.replace(/[\s_-]/g, '').toLowerCase()
  return ADDED.some((added) => added.toLowerCase() === bare) ? `exported ${name}` : name
}
