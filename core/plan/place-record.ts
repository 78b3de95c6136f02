/** What becomes of an id that the sources have. */
import type { BaselineEntry } from './baseline.ts'
import type { Candidate, PlacedProblem } from './candidate.ts'
import { type Draft, keepRecord, noteChange, reportInvalid } from './draft.ts'
import { fieldChanges } from './field-changes.ts'
import { isGone } from './gone.ts'
import { countHeld, leave, remove } from './place-leaver.ts'
import { noteSame, recordThatCounts, settle } from './settle.ts'

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

export function placeBoth(draft: Draft, candidate: Candidate, entry: BaselineEntry): void {
  const record = recordThatCounts(draft, entry)
  countHeld(draft, record)
  const found = problemsOf(draft, candidate)
  if (found.length === 0) return update(draft, candidate, entry)
  reportInvalid(draft, candidate, found)
  // Left out, an invalid record whose id Vanta holds would delete somebody.
  if (draft.input.onInvalid === 'drop') {
    draft.tally.dropped++
    if (isGone(record)) leave(draft, entry, record)
    else remove(draft, entry, record)
  } else carryForward(draft, candidate, entry)
}

function problemsOf({ conflicts, input }: Draft, candidate: Candidate): readonly PlacedProblem[] {
  if (candidate.conflict !== undefined) conflicts.add({ uniqueId: candidate.uniqueId, ...candidate.conflict })
  if (candidate.problems.length > 0) return candidate.problems
  const found = input.check?.(candidate)
  return found === undefined ? NO_PROBLEMS : [found]
}

function update(draft: Draft, candidate: Candidate, entry: BaselineEntry): void {
  const { uniqueId, body, group } = candidate
  const part = draft.partOf(uniqueId)
  const { record: before, moved } = settle(draft, entry, part)
  const changed = before.body !== body
  const dated = before.acceptedAt !== draft.input.baseline.parts[part]!.confirmedAt
  draft.tally.valid++
  if (!isGone(before)) draft.tally.common++
  const noted = before.group !== group || before.goneAt !== undefined
  keepValid(draft, candidate, { part, write: changed || moved || dated || noted })
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

/** What Vanta holds stays, as it was when its row was last valid; whoever has a row is not gone. */
function carryForward(draft: Draft, { uniqueId, at }: Candidate, entry: BaselineEntry): void {
  const { input, tally } = draft
  const part = draft.partOf(uniqueId)
  const { record, moved } = settle(draft, entry, part)
  const { body, acceptedAt, group } = record
  if (input.now - acceptedAt > input.carryForMs) tally.overdue++
  tally.carried++
  if (!isGone(record)) tally.common++
  keepRecord(draft, part, { uniqueId, body, at, write: true, acceptedAt, ...(group === undefined ? {} : { group }) })
  noteSame(draft, { uniqueId, part, body, moved })
}
