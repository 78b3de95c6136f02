import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../core/clock.ts'
import { scheduleText } from '../../../core/schedule/claim.ts'
import { jitterOf } from '../../../core/schedule/jitter.ts'
import { LONGEST_SLEEP_MS, planNext, type ScheduledResource } from '../../../core/schedule/plan.ts'
import type { SlotClaim } from '../../../core/state/state.ts'

const NOON = Date.UTC(2026, 5, 5, 12)

interface Named extends ScheduledResource {
  readonly name: string
}

interface Wish {
  readonly application?: string
  readonly cron?: string
  readonly slotAt?: number
  readonly claim?: Partial<SlotClaim>
}

function resource(
  name: string,
  { application = 'app', cron = '0 * * * *', slotAt = NOON - HOUR, claim }: Wish = {},
): Named {
  const schedule = { cron, zone: 'UTC', jitterMs: MINUTE }
  const scope = `scope of ${name}`
  const known = { scope, schedule: scheduleText(schedule), slotAt, daemon: 'a', settled: true, ...claim }
  return { name, application, scope, schedule, claim: known }
}

const jitterFor = (name: string): number => jitterOf(`scope of ${name}`, MINUTE)

function plan(
  resources: readonly Named[],
  now: number,
  dead: readonly string[] = [],
): { due: string[]; wakeIn: number } {
  const { due, wakeAt } = planNext({ resources, now, isOwnerAlive: (daemon) => !dead.includes(daemon) })
  const words = due.map((group) => {
    const each = group.resources.map(({ resource: { name }, due: { why } }) => `${name} ${why}`)
    return `${group.application}: ${each.join(', ')}`
  })
  return { due: words, wakeIn: wakeAt - now }
}

/** Names in the order of their jitter, as far apart as they are. */
const [SOON, LATER, LAST] = ['one', 'two', 'three', 'four', 'five', 'six']
  .sort((a, b) => jitterFor(a) - jitterFor(b))
  .filter((_, index) => index % 2 === 0) as [string, string, string]

describe('the next runs', () => {
  it('start when the first resource of an application is due, and take along all whose slot has come', () => {
    const resources = [resource(LAST), resource(SOON), resource('daily', { cron: '0 3 * * *' })]
    const start = NOON + jitterFor(SOON)
    expect(plan(resources, start - 1)).toEqual({ due: [], wakeIn: 1 })
    expect(plan(resources, start).due).toEqual([`app: ${LAST} on time, ${SOON} on time`])
  })

  it('are one for each application, and leave alone what is not due', () => {
    const resources = [
      resource(LAST, { application: 'b' }),
      resource(SOON, { application: 'a' }),
      resource(LATER, { application: 'c' }),
    ]
    const { due, wakeIn } = plan(resources, NOON + jitterFor(LATER))
    expect(due).toEqual([`a: ${SOON} on time`, `c: ${LATER} on time`])
    expect(wakeIn).toBe(jitterFor(LAST) - jitterFor(LATER))
  })

  it('leave out what still runs, and take up what a dead daemon left', () => {
    const running = { claim: { settled: false, daemon: 'b' }, slotAt: NOON }
    const resources = [resource(SOON), resource(LATER, running)]
    expect(plan(resources, NOON + MINUTE).due).toEqual([`app: ${SOON} on time`])
    expect(plan(resources, NOON + MINUTE, ['b']).due).toEqual([`app: ${SOON} on time, ${LATER} interrupted`])
  })

  it('are awaited no longer than a minute, since clocks jump and other daemons end', () => {
    expect(plan([], NOON)).toEqual({ due: [], wakeIn: LONGEST_SLEEP_MS })
    expect(plan([resource(SOON, { slotAt: NOON })], NOON + 5 * MINUTE)).toEqual({ due: [], wakeIn: LONGEST_SLEEP_MS })
    const patient = planNext({
      resources: [resource(SOON, { slotAt: NOON })],
      now: NOON,
      isOwnerAlive: () => true,
      longestSleepMs: 6 * HOUR,
    })
    expect(patient.wakeAt).toBe(NOON + HOUR + jitterFor(SOON))
  })

  it('are looked for again when those that start now are due the next time', () => {
    const minutely = resource(SOON, { cron: '* * * * *', slotAt: NOON })
    const now = NOON + MINUTE + jitterFor(SOON) + 10_000
    expect(plan([minutely], now)).toEqual({ due: [`app: ${SOON} on time`], wakeIn: 50_000 })
  })
})
