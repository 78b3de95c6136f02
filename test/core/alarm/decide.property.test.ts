/** What holds of alarms whatever happens to a resource, in whatever order. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type Addressee, decideAlarm, type Message } from '../../../core/alarm/decide.ts'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import type { Health, ResourceStatus } from '../../../core/health/status.ts'
import type { Episode, Hold } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { holdOf, statusOf } from '../../support/resource-status.ts'

const HEALTHS: readonly Health[] = [
  'healthy',
  'healthy',
  'degraded',
  'held',
  'failing',
  'stale',
  'never run',
  'disconnected',
]

const paused = { since: 'then', until: 'later', by: 'ada', reason: 'x' }

const notifiers: fc.Arbitrary<readonly Addressee[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('slack', 'teams', 'mail', '7'),
    remindMs: fc.constantFrom(0, HOUR, 24 * HOUR),
    resources: fc.constantFrom(undefined, ['people-accounts'], ['laptops']),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
) as fc.Arbitrary<readonly Addressee[]>

const step = fc
  .record({
    health: fc.constantFrom(...HEALTHS),
    holdId: fc.constantFrom(undefined, 'hold-1', 'hold-2'),
    holdStatus: fc.constantFrom<Hold['status']>('open', 'open', 'approved', 'rejected'),
    isPaused: fc.constantFrom(false, false, false, true),
    failuresInRow: fc.nat({ max: 3 }),
    lastExitCode: fc.constantFrom(0, 12, 20, 21, 30),
    minutes: fc.constantFrom(1, 59, 60, 1440),
  })
  .map(({ health, holdId, holdStatus, isPaused, minutes, ...rest }) => {
    const status: ResourceStatus = statusOf({
      health,
      ...rest,
      ...(holdId === undefined ? {} : { hold: holdId }),
      ...(isPaused ? { paused } : {}),
    })
    const hold = holdId === undefined ? undefined : holdOf({ id: holdId, status: holdStatus })
    return { status, hold, waitMs: minutes * MINUTE }
  })

interface Told extends Message {
  readonly at: number
}

interface Moment {
  readonly status: ResourceStatus
  readonly now: number
  readonly before: Episode | undefined
  readonly after: Episode | undefined
  readonly known: readonly Addressee[]
  readonly told: readonly Told[]
}

/** Lives through the steps; in the second half others are configured. */
function live(
  steps: readonly { status: ResourceStatus; hold: Hold | undefined; waitMs: number }[],
  [first, second]: readonly [readonly Addressee[], readonly Addressee[]],
): readonly Moment[] {
  let now = START
  let episode: Episode | undefined
  return steps.map(({ status, hold, waitMs }, index) => {
    now += waitMs
    const known = index < steps.length / 2 ? first : second
    const facts = { status, hold, notifiers: known, now, scope: 's', config: 'c' }
    const before = episode
    const { after, messages } = decideAlarm({ ...facts, episode: before })
    // As the state gives it back, to the same or another process.
    episode = after === undefined ? undefined : (JSON.parse(JSON.stringify(after)) as Episode)
    assert(JSON.stringify(episode) === JSON.stringify(after), 'what is remembered survives the state')
    const again = decideAlarm({ ...facts, episode })
    assert(again.after === episode && again.messages.length === 0, 'the same facts decided again change nothing')
    return { status, now, before, after, known, told: messages.map((message) => ({ ...message, at: now })) }
  })
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`It does not hold that ${what}`)
}

function always(check: (moments: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.tuple(notifiers, notifiers), (steps, known) =>
      check(live(steps, known)),
    ),
    { numRuns: 400 },
  )
}

function of(name: string, moments: readonly Moment[]): readonly Told[] {
  return moments.flatMap(({ told }) => told.filter(({ notifier }) => notifier === name))
}

const NAMES = ['slack', 'teams', 'mail', '7']

describe('Whatever happens', () => {
  it('nobody is told the same kind twice within an episode without a pause', () => {
    always((moments) => {
      let seen = new Set<string>()
      for (const { after, before, told } of moments) {
        if (after === undefined || before === undefined || before.paused === true) seen = new Set()
        for (const { notifier, notice } of told) {
          if (notice.kind !== 'opened') continue
          const key = `${notifier} ${notice.about} ${notice.hold?.id ?? ''}`
          assert(!seen.has(key), `${key} is opened once`)
          seen.add(key)
        }
      }
    })
  })

  it('a recovery follows something that was told, and ends it', () => {
    always((moments) => {
      for (const name of NAMES) {
        let open = false
        for (const { notice } of of(name, moments)) {
          assert(notice.kind !== 'recovered' || open, 'only who was told recovers')
          open = notice.kind !== 'recovered'
        }
      }
      for (const { status, told, after } of moments) {
        const kinds = told.map(({ notice }) => notice.kind)
        assert(!kinds.includes('recovered') || status.health === 'healthy', 'only the healthy recover')
        assert(status.health !== 'healthy' || status.paused !== undefined || after === undefined, 'the healthy forget')
      }
    })
  })

  it('reminders keep their distance, and come to none who want none', () => {
    always((moments) => {
      for (const name of NAMES) {
        let last: number | undefined
        for (const { at, notice } of of(name, moments)) {
          const { known = [] } = moments.find(({ now }) => now === at) ?? {}
          const remindMs = known.find((each) => each.name === name)?.remindMs ?? 0
          if (notice.kind === 'reminder') {
            const since = last ?? Date.parse(notice.since ?? '')
            assert(remindMs > 0 && at - since >= remindMs, 'a reminder waits')
          }
          last = notice.kind === 'recovered' ? undefined : at
        }
      }
    })
  })

  it('nobody hears two things at once, what they do not watch, or of what is paused', () => {
    always((moments) => {
      for (const { status, known, told } of moments) {
        assert(status.paused === undefined || told.length === 0, 'what is paused is silent')
        assert(new Set(told.map(({ notifier }) => notifier)).size === told.length, 'one at a time')
        for (const { notifier } of told) {
          const spec = known.find(({ name }) => name === notifier)
          assert(spec !== undefined && spec.resources?.includes('laptops') !== true, 'only who watches hears')
        }
      }
    })
  })
})
