/** Snapshot against baseline: one pass over two sorted streams. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { FieldProblem } from '../../schemas/problem.ts'
import type { InvalidPolicy } from '../resource.ts'
import type { Candidate, PlacedProblem } from './candidate.ts'
import { createSpool } from '../stage/spool.ts'
import { compareCodePoints } from '../text/order.ts'
import { type Baseline, type BaselineEntry, baselineEntries } from './baseline.ts'
import { fieldChanges } from './field-changes.ts'
import { createPartBuilder } from './part-builder.ts'
import { createPartitioner } from './partition.ts'
import { jsonCodec, type Plan, type PlanConflict, type PlanItem, type Problem, textCodec } from './plan.ts'

const MEMORY = 4 << 20
/** Rows that could be anybody, each with its place. */
export type RowsWithoutId = Iterable<{ readonly at: string; readonly problems: readonly PlacedProblem[] }> & {
  readonly length: number
}

/** Records between two looks at the rest of the process: signals, timers, progress. */
const STRIDE = 2000
/** Smaller groups come and go. */
const LEAST_GROUP = 5

export interface PlanInput {
  readonly folder: string
  /** Ordered by code point of the id, one an id. */
  readonly candidates: Iterable<Candidate>
  readonly baseline: Baseline
  readonly onInvalid: InvalidPolicy
  readonly carryForMs: number
  readonly now: number
  readonly mustInclude: readonly string[]
  readonly hasStatus: boolean
  readonly rows: { readonly read: number; readonly blank: number }
  /** Rows whose id is empty or could not be computed. */
  readonly withoutId: RowsWithoutId
  readonly emptySources: readonly string[]
  /** A rule over the whole set; called for valid candidates. */
  check?(candidate: Candidate): FieldProblem | undefined
  readonly signal: AbortSignal
}

export async function buildPlan(input: PlanInput): Promise<Plan> {
  const builder = createBuilder(input)
  for (const { at, problems } of input.withoutId) builder.withoutId(at, problems)
  const candidates = input.candidates[Symbol.iterator]()
  try {
    await compare(candidates, builder, input)
  } finally {
    // Closes the files that they come from, also when it ended early.
    candidates.return?.()
  }
  return builder.finish()
}

async function compare(candidates: Iterator<Candidate>, builder: Builder, input: PlanInput): Promise<void> {
  let next = candidates.next()
  let steps = 0
  const pause = async (): Promise<void> => {
    await breathe()
    input.signal.throwIfAborted()
  }
  for await (const entries of baselineEntries(input.baseline.parts)) {
    await pause()
    for (const entry of entries) {
      while (!next.done && compareCodePoints(next.value.uniqueId, entry.uniqueId) < 0) {
        builder.onlyCandidate(next.value)
        next = candidates.next()
        if (++steps % STRIDE === 0) await pause()
      }
      if (next.done || next.value.uniqueId !== entry.uniqueId) {
        builder.onlyBaseline(entry)
        continue
      }
      builder.both(next.value, entry)
      next = candidates.next()
    }
  }
  while (!next.done) {
    builder.onlyCandidate(next.value)
    next = candidates.next()
    if (++steps % STRIDE === 0) await pause()
  }
}

interface Builder {
  withoutId(at: string, problems: readonly PlacedProblem[]): void
  onlyCandidate(candidate: Candidate): void
  onlyBaseline(entry: BaselineEntry): void
  both(candidate: Candidate, entry: BaselineEntry): void
  finish(): Plan
}

function createBuilder(input: PlanInput): Builder {
  const { baseline, folder } = input
  const currentIds = baseline.parts.filter((part) => part.current).map((part) => part.resourceId)
  const partOf = createPartitioner(currentIds)
  const parts = baseline.parts.map(({ resourceId, current }, index) =>
    createPartBuilder({ folder, index, of: baseline.parts.length, resourceId, current }),
  )
  const items = createSpool({ path: join(folder, 'items'), codec: jsonCodec<PlanItem>(200), memory: MEMORY })
  const invalid = createSpool({ path: join(folder, 'invalid'), codec: textCodec, memory: MEMORY })
  const problems = createSpool({ path: join(folder, 'problems'), codec: jsonCodec<Problem>(300), memory: MEMORY })
  const conflicts = createSpool({
    path: join(folder, 'conflicts'),
    codec: jsonCodec<PlanConflict>(200),
    memory: MEMORY,
  })
  const hash = createHash('sha256')
  const missing = new Set(input.mustInclude)
  const groups = createGroupTally()
  const counts = { added: 0, changed: 0, removed: 0, unchanged: 0, moved: 0 }
  const tally = {
    valid: 0,
    invalid: 0,
    carried: 0,
    dropped: 0,
    departures: 0,
    common: 0,
    overdue: 0,
    size: 0,
    baseline: 0,
  }

  function note(item: PlanItem, body: string): void {
    hash.update(`${item.change}\t${JSON.stringify(item.uniqueId)}\t${item.part}\t${body}\n`)
    items.add(item)
    if (item.departs) tally.departures++
  }

  function stay(part: number, record: Parameters<(typeof parts)[number]['add']>[0]): void {
    parts[part]!.add(record)
    tally.size++
    missing.delete(record.uniqueId)
  }

  function report(candidate: Candidate, found: readonly PlacedProblem[]): void {
    tally.invalid++
    invalid.add(candidate.uniqueId)
    for (const { code, field, message, at = candidate.at } of found) {
      problems.add({ code, at, uniqueId: candidate.uniqueId, field, message })
    }
  }

  function problemsOf(candidate: Candidate): readonly PlacedProblem[] {
    if (candidate.conflict !== undefined) conflicts.add({ uniqueId: candidate.uniqueId, ...candidate.conflict })
    if (candidate.problems.length > 0) return candidate.problems
    const found = input.check?.(candidate)
    return found === undefined ? [] : [found]
  }

  function onlyCandidate(candidate: Candidate): void {
    const found = problemsOf(candidate)
    if (found.length > 0) {
      report(candidate, found)
      tally.dropped++
      return
    }
    const { uniqueId, body, at, group } = candidate
    const part = partOf(uniqueId)
    tally.valid++
    counts.added++
    stay(part, { uniqueId, body, at, write: true, acceptedAt: null, ...(group === undefined ? {} : { group }) })
    note({ change: 'add', uniqueId, departs: false, part }, body)
  }

  function onlyBaseline(entry: BaselineEntry): void {
    tally.baseline++
    const group = entry.holders[0]?.record.group
    groups.held(group)
    remove(entry, group)
  }

  function remove({ uniqueId, holders }: BaselineEntry, group: string | undefined): void {
    for (const { part } of holders) parts[part]!.leave(uniqueId)
    groups.left(group)
    counts.removed++
    note({ change: 'remove', uniqueId, departs: true, part: holders[0]!.part }, '')
  }

  function both(candidate: Candidate, entry: BaselineEntry): void {
    tally.baseline++
    groups.held(entry.holders[0]?.record.group)
    const found = problemsOf(candidate)
    if (found.length > 0) {
      report(candidate, found)
      keepOrDrop(candidate, entry)
      return
    }
    tally.valid++
    tally.common++
    const { uniqueId, body, at, group } = candidate
    const part = partOf(uniqueId)
    const { record: before, moved } = settle(entry, part)
    const changed = before.body !== body
    const dated = before.acceptedAt !== baseline.parts[part]!.confirmedAt
    const write = changed || moved || dated || before.group !== group
    stay(part, { uniqueId, body, at, write, acceptedAt: null, ...(group === undefined ? {} : { group }) })
    if (changed) return change({ uniqueId, part, before: before.body, after: body })
    if (!moved) counts.unchanged++
    else move(uniqueId, part, body)
  }

  function change({
    uniqueId,
    part,
    before,
    after,
  }: {
    uniqueId: string
    part: number
    before: string
    after: string
  }): void {
    const from = JSON.parse(before) as Record<string, unknown>
    const to = JSON.parse(after) as Record<string, unknown>
    const departs = input.hasStatus && from['status'] !== 'DEACTIVATED' && to['status'] === 'DEACTIVATED'
    counts.changed++
    note({ change: 'change', uniqueId, departs, part, fields: fieldChanges(from, to) }, after)
  }

  function move(uniqueId: string, part: number, body: string): void {
    counts.moved++
    note({ change: 'move', uniqueId, departs: false, part }, body)
  }

  /** The record that counts, and who must let go of it or gain it. */
  function settle(
    { uniqueId, holders }: BaselineEntry,
    part: number,
  ): { record: BaselineEntry['holders'][number]['record']; moved: boolean } {
    const here = holders.find((holder) => holder.part === part)
    for (const holder of holders) {
      if (holder === here) continue
      parts[holder.part]!.leave(uniqueId)
      if (here === undefined) parts[holder.part]!.waitFor(baseline.parts[part]!.resourceId)
    }
    return { record: (here ?? holders[0]!).record, moved: here === undefined }
  }

  /** An invalid record whose id Vanta holds: leaving it out would delete somebody. */
  function keepOrDrop({ uniqueId, at }: Candidate, entry: BaselineEntry): void {
    if (input.onInvalid === 'drop') {
      tally.dropped++
      remove(entry, entry.holders[0]?.record.group)
      return
    }
    const part = partOf(uniqueId)
    const { record, moved } = settle(entry, part)
    const { acceptedAt, group } = record
    if (input.now - acceptedAt > input.carryForMs) tally.overdue++
    tally.carried++
    tally.common++
    stay(part, { uniqueId, body: record.body, at, write: true, acceptedAt, ...(group === undefined ? {} : { group }) })
    if (moved) move(uniqueId, part, record.body)
    else counts.unchanged++
  }

  return {
    withoutId(at, found) {
      tally.invalid++
      tally.dropped++
      invalid.add(at)
      for (const problem of found) problems.add({ at, ...problem })
    },
    onlyCandidate,
    onlyBaseline,
    both,
    finish() {
      for (const spool of [items, invalid, problems, conflicts]) spool.seal()
      return {
        hash: hash.digest('hex'),
        baseline: baseline.origin,
        baselineSize: tally.baseline,
        counts,
        records: {
          ...input.rows,
          valid: tally.valid,
          invalid: tally.invalid,
          carriedForward: tally.carried,
          dropped: tally.dropped,
        },
        size: tally.size,
        items,
        parts: parts.map((part) => part.finish()),
        invalid,
        problems,
        conflicts,
        departures: tally.departures,
        common: tally.common,
        overdue: tally.overdue,
        withoutId: input.withoutId.length,
        missing: [...missing],
        vanishedGroups: groups.vanished(),
        emptySources: input.emptySources,
      }
    },
  }
}

interface GroupTally {
  held(group: string | undefined): void
  left(group: string | undefined): void
  vanished(): string[]
}

function createGroupTally(): GroupTally {
  const held = new Map<string, number>()
  const left = new Map<string, number>()
  return {
    held: (group) => countUp(held, group),
    left: (group) => countUp(left, group),
    vanished() {
      const whole = [...held].filter(([group, number]) => number >= LEAST_GROUP && left.get(group) === number)
      return whole.map(([group]) => group)
    },
  }
}

function countUp(counts: Map<string, number>, name: string | undefined): void {
  if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
}
