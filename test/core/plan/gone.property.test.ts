/** Histories of presence and absence over days: whoever is gone is DEACTIVATED for the period, and nobody leaves before. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAY, toInstant } from '../../../core/clock.ts'
import type { BaselinePart } from '../../../core/plan/baseline.ts'
import { buildPlan } from '../../../core/plan/build.ts'
import type { Candidate } from '../../../core/plan/candidate.ts'
import { missedIn } from '../../../core/plan/gone.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { BaselineRecord } from '../../../core/state/state.ts'
import { compareCodePoints } from '../../../core/text/order.ts'
import { inBatches } from '../../../core/run/read-back.ts'
import { START } from '../../support/fake-clock.ts'

const KEEP = 90 * DAY
const IDS = ['E-1', 'E-2', 'E-3', 'E-4', 'E-5', 'E-6']
const PARTS = ['a', 'b', 'c']

type Presence = 'active' | 'deactivated' | 'invalid' | 'absent'

interface Step {
  readonly days: number
  readonly people: readonly Presence[]
  /** The plan is not pushed. */
  readonly isHeld: boolean
  /** What the state knew is gone: until the next push the baseline is read back. */
  readonly isLost: boolean
  readonly parts: number
}

const step: fc.Arbitrary<Step> = fc.record({
  days: fc.integer({ min: 1, max: 45 }),
  people: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant<Presence>('absent') },
      { weight: 3, arbitrary: fc.constant<Presence>('active') },
      { weight: 1, arbitrary: fc.constant<Presence>('deactivated') },
      { weight: 1, arbitrary: fc.constant<Presence>('invalid') },
    ),
    { minLength: IDS.length, maxLength: IDS.length },
  ),
  isHeld: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  isLost: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  parts: fc.constantFrom(1, 2, 3),
})

/** What Vanta holds, part by part, with what the state knows of it. */
type World = Map<string, Map<string, BaselineRecord>>

interface Row {
  readonly status: string
  readonly deactivatedTimestamp?: string
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-gone-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function candidateOf(uniqueId: string, presence: Presence): Candidate {
  const status = presence === 'deactivated' ? 'DEACTIVATED' : 'ACTIVE'
  const problems = presence === 'invalid' ? [{ code: 'bad', field: 'email', message: 'it is no address' }] : []
  return { uniqueId, at: `people:${uniqueId}`, body: JSON.stringify({ uniqueId, status }), problems }
}

function baselineOf(world: World, { isLost, parts }: Step): BaselinePart[] {
  const listed = PARTS.slice(0, parts)
  const left = [...world.keys()].filter((part) => !listed.includes(part))
  return [...listed, ...left].map((resourceId) => {
    const records = [...(world.get(resourceId)?.values() ?? [])].sort((a, b) =>
      compareCodePoints(a.uniqueId, b.uniqueId),
    )
    const told = isLost ? records.map(({ uniqueId, body }) => ({ uniqueId, body, acceptedAt: START })) : records
    return {
      resourceId,
      current: listed.includes(resourceId),
      origin: isLost ? 'read' : 'state',
      records: () => inBatches(told),
    }
  })
}

async function planOf(world: World, at: number, of: Step): Promise<Plan> {
  const candidates = IDS.flatMap((id, index) => {
    const presence = of.people[index] ?? 'absent'
    return presence === 'absent' ? [] : [candidateOf(id, presence)]
  })
  return buildPlan({
    folder,
    candidates,
    baseline: { origin: of.isLost ? 'read' : 'state', parts: baselineOf(world, of) },
    onInvalid: 'carry-forward',
    carryForMs: Number.MAX_SAFE_INTEGER,
    gone: {
      at,
      keepMs: KEEP,
      deactivate: (body, since) =>
        JSON.stringify({
          ...(JSON.parse(body) as object),
          status: 'DEACTIVATED',
          deactivatedTimestamp: toInstant(since),
        }),
    },
    now: at,
    mustInclude: IDS,
    hasStatus: true,
    rows: { read: candidates.length, blank: 0 },
    withoutId: [],
    emptySources: [],
    signal: new AbortController().signal,
  })
}

/** As the state does it after a push that Vanta confirmed. */
function push(world: World, plan: Plan, { at, isLost }: { at: number; isLost: boolean }): void {
  for (const { resourceId, records } of plan.parts) {
    const held = new Map<string, BaselineRecord>()
    for (const { uniqueId, body, acceptedAt, goneAt, write } of records) {
      const before = world.get(resourceId)?.get(uniqueId)
      const written = { uniqueId, body, acceptedAt: acceptedAt ?? at, ...(goneAt === undefined ? {} : { goneAt }) }
      held.set(uniqueId, isLost || write || before === undefined ? written : before)
    }
    world.set(resourceId, held)
  }
}

/** As the state does it after one that was held. */
function note(world: World, plan: Plan): void {
  const missed = missedIn(plan)
  const gone = new Map([...missed.gone].map(({ uniqueId, goneAt }) => [uniqueId, goneAt]))
  const leaving = new Set(missed.leaving)
  for (const records of world.values()) {
    for (const [id, { goneAt: known, ...record }] of records) {
      const goneAt = leaving.has(id) ? known : gone.get(id)
      records.set(id, goneAt === undefined ? record : { ...record, goneAt })
    }
  }
}

function heldIn(world: World): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const records of world.values()) {
    for (const [id, { body }] of records) {
      expect(rows.has(id), `${id} is in one part alone`).toBe(false)
      rows.set(id, statusOf(JSON.parse(body) as Row))
    }
  }
  return rows
}

/** When somebody was missed first; told from the histories alone. */
function missedSince(before: Row | undefined, since: number | undefined, { at, isLost }: { at: number } & Step) {
  if (!isLost) return since ?? at
  const told = before?.status === 'DEACTIVATED' ? before.deactivatedTimestamp : undefined
  return told === undefined ? at : Math.min(Date.parse(told), at)
}

/** What must be of somebody in Vanta after this step. */
function expectedOf(presence: Presence, before: Row | undefined, gone: { since: number; at: number }): Row | undefined {
  if (presence === 'active') return { status: 'ACTIVE' }
  if (presence === 'deactivated') return { status: 'DEACTIVATED' }
  if (presence === 'invalid' || before === undefined) return before
  if (gone.at - gone.since >= KEEP) return undefined
  if (before.status === 'DEACTIVATED') return before
  return { status: 'DEACTIVATED', deactivatedTimestamp: toInstant(gone.since) }
}

function statusOf({ status, deactivatedTimestamp }: Row): Row {
  return { status, ...(deactivatedTimestamp === undefined ? {} : { deactivatedTimestamp }) }
}

function checkCounts(plan: Plan, before: ReadonlyMap<string, Row>, people: readonly Presence[]): void {
  const { records, counts } = plan
  const size = plan.parts.reduce((sum, part) => sum + part.records.length, 0)
  expect(size).toBe(records.valid + records.carriedForward + records.inferred)
  expect(plan.size).toBe(records.valid + records.carriedForward)
  expect(records.invalid).toBe(records.carriedForward + records.dropped)
  expect(counts.added + counts.changed + counts.unchanged + counts.moved).toBe(size)
  expect(counts.changed + counts.unchanged + counts.moved + counts.removed).toBe(before.size)
  const rowless = IDS.filter((_, index) => people[index] === 'absent')
  expect(plan.missing).toEqual(expect.arrayContaining(rowless))
}

describe('whoever leaves the sources', () => {
  it('is DEACTIVATED since they were first missed, leaves when the period is over, and is back when they are back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const world: World = new Map()
        const since = new Map<string, number>()
        let at = START
        let isLost = false
        for (const drawn of steps) {
          at += drawn.days * DAY
          isLost ||= drawn.isLost
          const each = { ...drawn, isLost }
          const before = heldIn(world)
          const plan = await planOf(world, at, each)
          checkCounts(plan, before, each.people)
          const expected = new Map<string, Row>()
          for (const [index, id] of IDS.entries()) {
            const presence = each.people[index] ?? 'absent'
            const missed = missedSince(before.get(id), since.get(id), { ...each, at })
            if (presence === 'absent' && before.has(id)) since.set(id, missed)
            else since.delete(id)
            const row = expectedOf(presence, before.get(id), { since: missed, at })
            if (row !== undefined) expected.set(id, row)
          }
          if (each.isHeld && !isLost) note(world, plan)
          if (!each.isHeld) {
            push(world, plan, { at, isLost })
            isLost = false
            expect(heldIn(world)).toEqual(expected)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})
