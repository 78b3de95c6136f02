/** A plan while it is made: where records, changes and problems are put, and what is counted of them. */
import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import { createSpool, type Spool } from '../stage/spool.ts'
import type { Candidate, PlacedProblem } from './candidate.ts'
import { createGroupTally, type GroupTally } from './group-tally.ts'
import { createPartBuilder, type PartBuilder } from './part-builder.ts'
import { createPartitioner } from './partition.ts'
import type { PlanInput } from './plan-input.ts'
import {
  jsonCodec,
  type Plan,
  type PlanConflict,
  type PlanCounts,
  type PlanItem,
  type Problem,
  type SnapshotRecord,
  textCodec,
} from './plan.ts'

/** Of each list of the plan, in bytes. */
const MEMORY = 4 << 20

export interface Draft {
  readonly input: PlanInput
  readonly parts: readonly PartBuilder[]
  readonly items: Spool<PlanItem>
  readonly invalid: Spool<string>
  readonly problems: Spool<Problem>
  readonly conflicts: Spool<PlanConflict>
  readonly hash: Hash
  /** Of the ids that must be in the snapshot, those that were not met yet. */
  readonly missing: Set<string>
  readonly groups: GroupTally
  readonly counts: { -readonly [Name in keyof PlanCounts]: PlanCounts[Name] }
  readonly tally: Tally
  /** The part that a record belongs to. */
  partOf(uniqueId: string): number
}

interface Tally {
  valid: number
  invalid: number
  carried: number
  dropped: number
  departures: number
  common: number
  overdue: number
  size: number
  inferred: number
  baseline: number
  gone: number
  newlyGone: number
}

export function createDraft(input: PlanInput): Draft {
  const { baseline, folder } = input
  const current = baseline.parts.filter((part) => part.current)
  const place = (name: string): { path: string; memory: number } => ({ path: join(folder, name), memory: MEMORY })
  return {
    input,
    parts: baseline.parts.map(({ resourceId, current: isCurrent }, index) =>
      createPartBuilder({ folder, index, of: baseline.parts.length, resourceId, current: isCurrent }),
    ),
    items: createSpool({ ...place('items'), codec: jsonCodec<PlanItem>(200) }),
    invalid: createSpool({ ...place('invalid'), codec: textCodec }),
    problems: createSpool({ ...place('problems'), codec: jsonCodec<Problem>(300) }),
    conflicts: createSpool({ ...place('conflicts'), codec: jsonCodec<PlanConflict>(200) }),
    hash: createHash('sha256'),
    missing: new Set(input.mustInclude),
    groups: createGroupTally(),
    counts: { added: 0, changed: 0, removed: 0, unchanged: 0, moved: 0 },
    tally: {
      valid: 0,
      invalid: 0,
      carried: 0,
      dropped: 0,
      departures: 0,
      common: 0,
      overdue: 0,
      size: 0,
      inferred: 0,
      baseline: 0,
      gone: 0,
      newlyGone: 0,
    },
    partOf: createPartitioner(current.map(({ resourceId }) => resourceId)),
  }
}

/** Adds a change, and to the hash what it leads to: the body, or '' for nothing. */
export function noteChange({ hash, items, tally }: Draft, item: PlanItem, body: string): void {
  hash.update(`${item.change}\t${JSON.stringify(item.uniqueId)}\t${item.part}\t${body}\n`)
  items.add(item)
  if (item.departs) tally.departures++
}

/** The record is in the snapshot. */
export function keepRecord({ parts, tally, missing }: Draft, part: number, record: SnapshotRecord): void {
  parts[part]!.add(record)
  tally.size++
  missing.delete(record.uniqueId)
}

/** It is in the snapshot though the sources have it no longer; to the guard it is not there. */
export function keepInferred({ parts, tally }: Draft, part: number, record: SnapshotRecord): void {
  parts[part]!.add(record)
  tally.inferred++
}

export function reportInvalid({ tally, invalid, problems }: Draft, candidate: Candidate, found: Found): void {
  const { uniqueId } = candidate
  tally.invalid++
  invalid.add(uniqueId)
  for (const { code, field, message, at = candidate.at } of found) problems.add({ code, at, uniqueId, field, message })
}

type Found = readonly PlacedProblem[]

export function reportWithoutId({ tally, invalid, problems }: Draft, at: string, found: Found): void {
  tally.invalid++
  tally.dropped++
  invalid.add(at)
  for (const problem of found) problems.add({ at, ...problem })
}

export function finishDraft(draft: Draft): Plan {
  const { input, items, invalid, problems, conflicts, tally } = draft
  for (const spool of [items, invalid, problems, conflicts]) spool.seal()
  return {
    hash: draft.hash.digest('hex'),
    baseline: input.baseline.origin,
    baselineSize: tally.baseline - tally.gone,
    counts: draft.counts,
    records: {
      ...input.rows,
      valid: tally.valid,
      invalid: tally.invalid,
      carriedForward: tally.carried,
      dropped: tally.dropped,
      inferred: tally.inferred,
    },
    size: tally.size,
    items,
    parts: draft.parts.map((part) => part.finish()),
    invalid,
    problems,
    conflicts,
    departures: tally.departures,
    newlyGone: tally.newlyGone,
    common: tally.common,
    overdue: tally.overdue,
    withoutId: input.withoutId.length,
    missing: [...draft.missing],
    vanishedGroups: draft.groups.vanished(),
    emptySources: input.emptySources,
  }
}
