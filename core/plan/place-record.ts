/** What becomes of one id: in the snapshot, in the baseline, or in both. */
import type { BaselineRecord } from '../state/state.ts'
import type { BaselineEntry } from './baseline.ts'
import type { Candidate, PlacedProblem } from './candidate.ts'
import { type Draft, keepRecord, noteChange, reportInvalid } from './draft.ts'
import { fieldChanges } from './field-changes.ts'

const NO_PROBLEMS: readonly PlacedProblem[] = []

export function placeNew(draft: Draft, candidate: Candidate): void {
  const { tally, counts } = draft
  const found = problemsOf(draft, candidate)
  if (found.length > 0) {
    reportInvalid(draft, candidate, found)
    tally.dropped++
    return
  }
  const { uniqueId, body } = candidate
  const part = draft.partOf(uniqueId)
  tally.valid++
  counts.added++
  keepValid(draft, candidate, { part, write: true })
  noteChange(draft, { change: 'add', uniqueId, departs: false, part }, body)
}

export function placeLeaver(draft: Draft, entry: BaselineEntry): void {
  countHeld(draft, entry)
  remove(draft, entry)
}

export function placeBoth(draft: Draft, candidate: Candidate, entry: BaselineEntry): void {
  countHeld(draft, entry)
  const found = problemsOf(draft, candidate)
  if (found.length === 0) return update(draft, candidate, entry)
  reportInvalid(draft, candidate, found)
  // Left out, an invalid record whose id Vanta holds would delete somebody.
  if (draft.input.onInvalid === 'drop') {
    draft.tally.dropped++
    remove(draft, entry)
  } else carryForward(draft, candidate, entry)
}

function problemsOf({ conflicts, input }: Draft, candidate: Candidate): readonly PlacedProblem[] {
  if (candidate.conflict !== undefined) conflicts.add({ uniqueId: candidate.uniqueId, ...candidate.conflict })
  if (candidate.problems.length > 0) return candidate.problems
  const found = input.check?.(candidate)
  return found === undefined ? NO_PROBLEMS : [found]
}

function countHeld({ tally, groups }: Draft, entry: BaselineEntry): void {
  tally.baseline++
  groups.held(groupOf(entry))
}

function groupOf({ holders }: BaselineEntry): string | undefined {
  return holders[0]?.record.group
}

function remove(draft: Draft, entry: BaselineEntry): void {
  const { uniqueId, holders } = entry
  for (const { part } of holders) draft.parts[part]!.leave(uniqueId)
  draft.groups.left(groupOf(entry))
  draft.counts.removed++
  noteChange(draft, { change: 'remove', uniqueId, departs: true, part: holders[0]!.part }, '')
}

function update(draft: Draft, candidate: Candidate, entry: BaselineEntry): void {
  const { uniqueId, body, group } = candidate
  const part = draft.partOf(uniqueId)
  const { record: before, moved } = settle(draft, entry, part)
  const changed = before.body !== body
  const dated = before.acceptedAt !== draft.input.baseline.parts[part]!.confirmedAt
  draft.tally.valid++
  draft.tally.common++
  keepValid(draft, candidate, { part, write: changed || moved || dated || before.group !== group })
  if (changed) noteUpdate(draft, { uniqueId, part, before: before.body, after: body })
  else noteSame(draft, { uniqueId, part, body, moved })
}

function keepValid(
  draft: Draft,
  { uniqueId, body, at, group }: Candidate,
  { part, write }: { part: number; write: boolean },
): void {
  keepRecord(draft, part, { uniqueId, body, at, write, acceptedAt: null, ...(group === undefined ? {} : { group }) })
}

interface Update {
  readonly uniqueId: string
  readonly part: number
  readonly before: string
  readonly after: string
}

function noteUpdate(draft: Draft, { uniqueId, part, before, after }: Update): void {
  const from = JSON.parse(before) as Record<string, unknown>
  const to = JSON.parse(after) as Record<string, unknown>
  const departs = draft.input.hasStatus && from['status'] !== 'DEACTIVATED' && to['status'] === 'DEACTIVATED'
  draft.counts.changed++
  noteChange(draft, { change: 'change', uniqueId, departs, part, fields: fieldChanges(from, to) }, after)
}

interface Same {
  readonly uniqueId: string
  readonly part: number
  readonly body: string
  readonly moved: boolean
}

function noteSame(draft: Draft, { uniqueId, part, body, moved }: Same): void {
  if (!moved) {
    draft.counts.unchanged++
    return
  }
  draft.counts.moved++
  noteChange(draft, { change: 'move', uniqueId, departs: false, part }, body)
}

/** The record that counts, and who must let go of it or gain it. */
function settle(
  { parts, input }: Draft,
  { uniqueId, holders }: BaselineEntry,
  part: number,
): { record: BaselineRecord; moved: boolean } {
  const here = holders.find((holder) => holder.part === part)
  for (const holder of holders) {
    if (holder === here) continue
    parts[holder.part]!.leave(uniqueId)
    if (here === undefined) parts[holder.part]!.waitFor(input.baseline.parts[part]!.resourceId)
  }
  return { record: (here ?? holders[0]!).record, moved: here === undefined }
}

/** What Vanta holds stays, as it was when its row was last valid. */
function carryForward(draft: Draft, { uniqueId, at }: Candidate, entry: BaselineEntry): void {
  const { input, tally } = draft
  const part = draft.partOf(uniqueId)
  const { record, moved } = settle(draft, entry, part)
  const { body, acceptedAt, group } = record
  if (input.now - acceptedAt > input.carryForMs) tally.overdue++
  tally.carried++
  tally.common++
  keepRecord(draft, part, { uniqueId, body, at, write: true, acceptedAt, ...(group === undefined ? {} : { group }) })
  noteSame(draft, { uniqueId, part, body, moved })
}
