/** What becomes of an id that the sources no longer have. */
import type { BaselineRecord } from '../state/state.ts'
import type { BaselineEntry } from './baseline.ts'
import { type Draft, keepInferred, noteChange } from './draft.ts'
import { fieldChanges } from './field-changes.ts'
import { type GonePolicy, goneSince, isDeactivated, isGone } from './gone.ts'
import { noteSame, recordThatCounts, settle } from './settle.ts'

/** In place of where a row stands, for a record that no row stands for. */
const NO_ROW = 'no row: it left the sources'

/** Counts an id of the baseline, whatever becomes of it. */
export function countHeld({ tally, groups }: Draft, record: BaselineRecord): void {
  tally.baseline++
  if (isGone(record)) tally.gone++
  else groups.held(record.group)
}

export function placeLeaver(draft: Draft, entry: BaselineEntry): void {
  const record = recordThatCounts(draft, entry)
  countHeld(draft, record)
  leave(draft, entry, record)
}

/** Out of the set at once, or first for a while as DEACTIVATED. */
export function leave(draft: Draft, entry: BaselineEntry, record: BaselineRecord): void {
  const { gone } = draft.input
  if (gone === undefined) return remove(draft, entry, record)
  const since = goneSince(record, originOf(draft, entry, record), gone)
  if (isOver(draft, gone, since)) remove(draft, entry, record)
  else keep(draft, entry, since)
}

/** Whoever is gone has departed before: to leave for good is no second departure. */
export function remove(draft: Draft, { uniqueId, holders }: BaselineEntry, record: BaselineRecord): void {
  for (const { part } of holders) draft.parts[part]!.leave(uniqueId)
  if (!isGone(record)) draft.groups.left(record.group)
  draft.counts.removed++
  noteChange(draft, { change: 'remove', uniqueId, departs: !isGone(record), part: holders[0]!.part }, '')
}

function originOf(
  { input }: Draft,
  { holders }: BaselineEntry,
  record: BaselineRecord,
): Draft['input']['baseline']['origin'] {
  const holder = holders.find((each) => each.record === record)
  return input.baseline.parts[holder?.part ?? 0]!.origin
}

/** A row without id could be anybody, also one of these: nobody leaves for good while there is one. */
function isOver({ input }: Draft, { at, keepMs }: GonePolicy, since: number): boolean {
  if (input.onInvalid !== 'drop' && input.withoutId.length > 0) return false
  return at - since >= keepMs
}

function keep(draft: Draft, entry: BaselineEntry, since: number): void {
  const { uniqueId } = entry
  const part = draft.partOf(uniqueId)
  const { record, moved } = settle(draft, entry, part)
  const body = isDeactivated(record) ? record.body : (draft.input.gone?.deactivate(record.body, since) ?? record.body)
  const write = moved || body !== record.body || record.goneAt !== since
  keepInferred(draft, part, { uniqueId, body, at: NO_ROW, write, acceptedAt: null, goneAt: since })
  if (!isGone(record)) draft.groups.left(record.group)
  if (body === record.body) noteSame(draft, { uniqueId, part, body, moved })
  else noteGone(draft, { uniqueId, part, before: record.body, after: body })
}

interface Deactivation {
  readonly uniqueId: string
  readonly part: number
  readonly before: string
  readonly after: string
}

function noteGone(draft: Draft, { uniqueId, part, before, after }: Deactivation): void {
  const fields = fieldChanges(JSON.parse(before), JSON.parse(after))
  draft.counts.changed++
  draft.tally.newlyGone++
  // Not the time: two reads of the same data lead to the same plan.
  noteChange(draft, { change: 'change', uniqueId, departs: true, part, fields, inferred: true }, `gone\t${before}`)
}
