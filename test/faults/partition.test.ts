/** A set over several resource ids: whatever fails in the middle, nobody is ever absent. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../core/clock.ts'
import type { FaultEffect } from '../../sandbox/faults/fault.ts'
import { people, useWorkshops } from '../support/workshop.ts'
import { createAutoClock } from '../support/fake-clock.ts'
import { emptyTally, playScenario } from './play.ts'
import { type Day, resourceIdOf, type Scenario } from './scenario.ts'
import { PRODUCT } from './subject.ts'

const PATIENT = 240_000
const workshop = useWorkshops()
const ids = [resourceIdOf(0, 0), resourceIdOf(0, 1), resourceIdOf(0, 2)]
const all = { kind: 'count', count: 1000, text: '1000' } as const
const open = { maxRemoved: all, maxChanged: all, maxAdded: all, maxInvalid: all, minRecords: 0 }

const GOOD: Day = {
  waitMs: HOUR,
  closes: 0,
  sourceFaults: [[undefined]],
  vantaFaults: [],
  meddles: undefined,
  meddling: 'adds a stranger',
  ending: undefined,
  restarts: false,
  clockJumpMs: 0,
  act: 'ignore',
  plansFirst: false,
  secretKnown: true,
  listChanges: false,
}

const effects: fc.Arbitrary<FaultEffect> = fc.constantFrom<FaultEffect[]>(
  { status: 400 },
  { status: 503 },
  { status: 502, commit: true },
  { reset: 'before-body' },
  { reset: 'after-commit' },
  { loseAnswer: true },
  { revokeToken: true },
)

/** Days on which PUTs fail in any order, the list of resource ids changes, and the process is killed between two parts. */
const days: fc.Arbitrary<readonly Day[]> = fc
  .array(
    fc.record({
      nth: fc.integer({ min: 1, max: 3 }),
      count: fc.constantFrom(1, 5, 'all' as const),
      effect: effects,
      closes: fc.constantFrom(0, 0.3),
      listChanges: fc.boolean(),
      killed: fc.option(fc.integer({ min: 20, max: 60 }), { nil: undefined }),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((drawn) => [
    GOOD,
    ...drawn.map(
      ({ nth, count, effect, closes, listChanges, killed }): Day => ({
        ...GOOD,
        closes,
        listChanges,
        vantaFaults: [{ name: 'PUT', on: { method: 'PUT', nth, count }, do: effect }],
        ending: killed === undefined ? undefined : { how: 'killed after', touch: killed },
      }),
    ),
  ])

function scenarioOf(seed: number, drawn: readonly Day[]): Scenario {
  const resource = {
    name: 'accounts-0',
    application: 0,
    people: 24,
    sources: 1,
    resourceIds: ids,
    merge: 'error',
    onInvalid: 'carry-forward',
    guard: { ...open, mustInclude: [], windowMs: DAY },
    verify: true,
    maxDataAgeMs: undefined,
  } as const
  return { seed, applications: 1, canRead: true, resources: [resource], days: drawn }
}

describe('a set over several resource ids', () => {
  it(
    'loses nobody at any moment, whatever order its parts fail in, and is whole again at the end',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), days, async (seed, drawn) => {
          await playScenario(scenarioOf(seed, drawn), PRODUCT, emptyTally())
        }),
        { numRuns: 12, endOnFailure: true },
      )
    },
    PATIENT,
  )

  it('tries a part that failed again alone', async () => {
    const clock = createAutoClock()
    const shop = await workshop({ clock, sandbox: { clock }, resource: { resourceIds: ids, guard: open } })
    shop.table.rows = people(30)
    shop.sandbox.control.fail({ method: 'PUT', nth: 2, count: 2 }, { status: 503 })
    expect(await shop.run()).toMatchObject({
      outcome: 'succeeded',
      resources: [{ requests: { put: 5 }, verified: true }],
    })
    const { resources } = shop.sandbox.control.state()
    expect(resources.map(({ puts }) => puts)).toEqual([1, 1, 1])
    expect(shop.held()).toHaveLength(30)
  })

  it('that fails in the middle says how much of it Vanta confirmed, and the next run makes it whole', async () => {
    const clock = createAutoClock()
    const shop = await workshop({ clock, sandbox: { clock }, resource: { resourceIds: ids, guard: open } })
    shop.table.rows = people(30)
    shop.sandbox.control.fail({ method: 'PUT', nth: 2, count: 'all' }, { status: 403 })
    const failed = await shop.run()
    const confirmed = shop.held().length
    expect(failed).toMatchObject({ exitCode: 20, resources: [{ outcome: 'failed', records: { pushed: confirmed } }] })
    expect(confirmed).toBeGreaterThan(0)
    shop.sandbox.control.clearFaults()
    expect(await shop.run()).toMatchObject({ outcome: 'succeeded', resources: [{ records: { pushed: 30 } }] })
    expect(shop.held()).toHaveLength(30)
  })
})
