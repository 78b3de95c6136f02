import { describe, expect, it } from 'vitest'
import { type Addressee, type AlarmDecision, decideAlarm } from '../../../core/alarm/decide.ts'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import type { ResourceStatus } from '../../../core/health/status.ts'
import type { Episode, Hold } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { addressee, failingStatus, holdOf, statusOf } from '../../support/resource-status.ts'

interface Step {
  readonly status: ResourceStatus
  readonly hold?: Hold
  readonly notifiers?: readonly Addressee[]
  /** Since the step before. */
  readonly after?: number
}

/** What each step tells, `slack opened trouble`, one after the other with one memory. */
function tell(steps: readonly Step[], notifiers: readonly Addressee[] = [addressee()]): readonly string[][] {
  let episode: Episode | undefined
  let now = START
  return steps.map((step) => {
    now += step.after ?? HOUR
    const decision: AlarmDecision = decideAlarm({
      status: step.status,
      hold: step.hold,
      episode,
      notifiers: step.notifiers ?? notifiers,
      now,
      scope: 'scope-1',
      config: '/etc/vanta.config.yaml',
    })
    episode = decision.after
    return decision.messages.map(({ notifier, notice: { kind, about } }) =>
      [notifier, kind, about].filter((word) => word !== undefined).join(' '),
    )
  })
}

const healthy = { status: statusOf() }
const failing = { status: failingStatus() }
const stale = { status: failingStatus({ health: 'stale' }) }
const degraded = { status: statusOf({ health: 'degraded' }) }
const paused = {
  since: '2026-11-23T09:00:00Z',
  until: '2026-11-25T09:00:00Z',
  by: 'ada',
  reason: 'a migration',
}
const held = {
  status: statusOf({ health: 'held', lastOutcome: 'held', hold: 'hold-1a2b3c4d5e' }),
  hold: holdOf(),
}

describe('An episode', () => {
  it('opens with the first trouble, is told once, and ends with one recovery', () => {
    expect(tell([healthy, failing, failing, failing, healthy, healthy])).toEqual([
      [],
      ['slack opened trouble'],
      [],
      [],
      ['slack recovered'],
      [],
    ])
  })

  it('that is failing, then disconnected, then stale is one trouble', () => {
    const connection = { cause: 'credentials', side: 'Vanta', says: 'x', remedy: 'y' } as const
    const disconnected = { status: failingStatus({ health: 'disconnected', connection }) }
    expect(tell([failing, disconnected, stale, healthy])).toEqual([
      ['slack opened trouble'],
      [],
      [],
      ['slack recovered'],
    ])
  })

  it('tells each hold once, and another one again', () => {
    const other = { status: { ...held.status, hold: 'hold-2' }, hold: holdOf({ id: 'hold-2' }) }
    expect(tell([held, held, other, held, other])).toEqual([['slack opened held'], [], ['slack opened held'], [], []])
  })

  it('keeps silent about a hold that was rejected or approved, also when it would remind', () => {
    const rejected = { ...held, hold: holdOf({ status: 'rejected' }) }
    const approved = { ...held, hold: holdOf({ status: 'approved' }) }
    expect(tell([rejected, approved])).toEqual([[], []])
    expect(tell([held, { ...rejected, after: 3 * DAY }, healthy])).toEqual([
      ['slack opened held'],
      [],
      ['slack recovered'],
    ])
  })

  it('does not tell a hold anew that has expired before the next run', () => {
    const expired = { status: statusOf({ health: 'held', lastOutcome: 'held' }) }
    expect(tell([held, expired])).toEqual([['slack opened held'], []])
    expect(tell([expired, expired])).toEqual([['slack opened held'], []])
  })

  it('tells that a held set has become stale, once', () => {
    const both = { ...held, status: { ...held.status, health: 'stale' as const } }
    expect(tell([held, both, both])).toEqual([['slack opened held'], ['slack opened trouble'], []])
    expect(tell([both, both])).toEqual([['slack opened held'], []])
  })

  it('goes from trouble to degraded with one word, and back without one', () => {
    expect(tell([failing, degraded, failing, degraded, healthy])).toEqual([
      ['slack opened trouble'],
      ['slack opened degraded'],
      [],
      [],
      ['slack recovered'],
    ])
  })

  it('does not open for what never ran, unless its age makes it stale', () => {
    const never = { status: statusOf({ health: 'never run' }) }
    expect(tell([never, { status: statusOf({ health: 'stale', lastOutcome: 'pushed' }) }])).toEqual([
      [],
      ['slack opened trouble'],
    ])
  })
})

describe('A failure that passes by itself', () => {
  const down = { cause: 'third party down', side: 'Vanta', says: 'x', remedy: 'y' } as const
  it.each([
    ['a third party that is down', { health: 'disconnected', connection: down }],
    ['Vanta unavailable', { health: 'failing', lastExitCode: 21 }],
    ['a lease that is held elsewhere', { health: 'failing', lastExitCode: 30 }],
  ] as const)('is told at the second time in a row: %s', (_, change) => {
    const first = { status: failingStatus({ ...change, failuresInRow: 1 }) }
    const second = { status: failingStatus({ ...change, failuresInRow: 2 }) }
    expect(tell([first, healthy, first, second, second])).toEqual([[], [], [], ['slack opened trouble'], []])
  })

  it('is told at once when it makes the resource stale', () => {
    const first = { status: failingStatus({ health: 'stale', lastExitCode: 21, failuresInRow: 1 }) }
    expect(tell([first])).toEqual([['slack opened trouble']])
  })
})

describe('A reminder', () => {
  it('comes after the time that the notifier wants, each time anew', () => {
    const wait = (hours: number): Step => ({ ...failing, after: hours * HOUR })
    expect(tell([failing, wait(23), wait(1), wait(23), wait(1)])).toEqual([
      ['slack opened trouble'],
      [],
      ['slack reminder trouble'],
      [],
      ['slack reminder trouble'],
    ])
  })

  it('never comes to a notifier that wants none', () => {
    const never = [addressee({ name: 'mail', remindMs: 0 })]
    expect(tell([failing, { ...failing, after: 30 * DAY }], never)).toEqual([['mail opened trouble'], []])
  })

  it('is the most that a notifier gets who is new in the config, and then it is told of the end', () => {
    const both = [addressee(), addressee({ name: 'teams', remindMs: 2 * HOUR })]
    expect(
      tell([
        failing,
        { ...failing, notifiers: both, after: MINUTE },
        { ...failing, notifiers: both, after: 2 * HOUR },
        { ...healthy, notifiers: both },
      ]),
    ).toEqual([['slack opened trouble'], [], ['teams reminder trouble'], ['slack recovered', 'teams recovered']])
  })
})

describe('A recovery', () => {
  it('is told to nobody who did not hear of the trouble', () => {
    const both = [addressee(), addressee({ name: 'teams' })]
    expect(tell([failing, { ...healthy, notifiers: both }])).toEqual([['slack opened trouble'], ['slack recovered']])
  })

  it('says how long it lasted', () => {
    const facts = { notifiers: [addressee()], scope: 's', config: 'c' }
    const { after } = decideAlarm({ ...facts, status: failingStatus(), episode: undefined, now: START })
    const { messages } = decideAlarm({ ...facts, status: statusOf(), episode: after, now: START + 90 * MINUTE })
    expect(messages[0]?.notice).toMatchObject({ kind: 'recovered', lastedSeconds: 5400, since: '2026-11-23T09:30:00Z' })
  })
})

describe('A paused resource', () => {
  const rest = { status: failingStatus({ paused }) }

  it('alarms nobody, and alarms again after its term when the trouble lasts', () => {
    expect(tell([failing, rest, { ...rest, after: 9 * DAY }, failing, failing, healthy])).toEqual([
      ['slack opened trouble'],
      [],
      [],
      ['slack opened trouble'],
      [],
      ['slack recovered'],
    ])
  })

  it('that came to trouble while it was paused alarms after its term', () => {
    expect(tell([healthy, rest, failing])).toEqual([[], [], ['slack opened trouble']])
  })

  it('that is well after its term has recovered for those who knew', () => {
    expect(tell([failing, rest, healthy])).toEqual([['slack opened trouble'], [], ['slack recovered']])
  })
})

describe('A notifier with resources', () => {
  it('hears of those alone', () => {
    const notifiers = [
      addressee({ name: 'slack', resources: ['people-accounts'] }),
      addressee({ name: 'mail', resources: ['laptops'] }),
    ]
    expect(tell([failing, healthy], notifiers)).toEqual([['slack opened trouble'], ['slack recovered']])
  })
})

describe('What is remembered', () => {
  const facts = { notifiers: [addressee()], now: START, status: failingStatus() }

  it('is the very same when nothing changes, so that nothing is written', () => {
    const { after } = decideAlarm({ ...facts, episode: undefined, scope: 's', config: 'c' })
    expect(decideAlarm({ ...facts, episode: after, scope: 's', config: 'c' }).after).toBe(after)
  })

  it('moves to the scope and name that the resource has now, without telling anything', () => {
    const { after } = decideAlarm({ ...facts, episode: undefined, scope: 'old', config: 'c' })
    const moved = decideAlarm({
      ...facts,
      status: failingStatus({ name: 'accounts' }),
      episode: after,
      scope: 'new',
      config: 'c',
    })
    expect(moved.messages).toEqual([])
    expect(moved.after).toMatchObject({ scope: 'new', resource: 'accounts', openedAt: START })
  })
})
