import { afterEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import type { ScheduleSpec } from '../../../core/resource.ts'
import { scheduleText } from '../../../core/schedule/claim.ts'
import { type DueGroup, planNext, type ScheduledResource } from '../../../core/schedule/plan.ts'
import type { ScratchFolder, State } from '../../../core/state/state.ts'
import { createStateFolders } from '../../support/state-folder.ts'
import { minutesOf, type Names, slotsByOracle } from './oracle.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const ZONE = 'Europe/Berlin'
/** A month in which the clocks go back, on the 25th. */
const [FROM, UNTIL] = [Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 1)]
/** With what a daemon oversleeps and what a run takes, less than an hour: no hourly slot is left out after a death. */
const LONGEST_SLEEP = 25 * MINUTE

interface Planned {
  readonly scope: string
  readonly application: string
  readonly schedule: ScheduleSpec
  readonly names: Names
}

function planned(scope: string, cron: string, names: Names): Planned {
  const [application = ''] = scope.split('/')
  return { scope, application, schedule: { cron, zone: ZONE, jitterMs: MINUTE }, names }
}

const RESOURCES: readonly Planned[] = [
  planned('people/accounts', '17 * 15-31 * *', (wall) => wall.getUTCDate() >= 15 && wall.getUTCMinutes() === 17),
  planned('people/tasks', '30 2 * * *', (wall) => wall.getUTCHours() === 2 && wall.getUTCMinutes() === 30),
  planned(
    'things/often',
    '*/30 0-3 * * 0,1',
    (wall) => wall.getUTCDay() < 2 && wall.getUTCHours() < 4 && wall.getUTCMinutes() % 30 === 0,
  ),
  planned(
    'things/weekly',
    '0 3 * * 0',
    (wall) => wall.getUTCDay() === 0 && wall.getUTCHours() === 3 && wall.getUTCMinutes() === 0,
  ),
]

/** The same numbers at every run of the test. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface World {
  readonly now: number
  readonly random: () => number
  at(time: number, act: () => Promise<void>): void
  /** Until nothing is left to do before `until`. */
  pass(until: number): Promise<void>
}

function createWorld(start: number): World {
  const events: { time: number; act: () => Promise<void> }[] = []
  let now = start
  return {
    get now() {
      return now
    },
    random: createRandom(20261025),
    at: (time, act) => void events.push({ time, act }),
    async pass(until) {
      for (;;) {
        events.sort((a, b) => b.time - a.time)
        const next = events.at(-1)
        if (next === undefined || next.time >= until) return
        events.pop()
        now = Math.max(now, next.time)
        await next.act()
      }
    },
  }
}

/** What ran to its end, and what goes on. */
interface Runs {
  readonly ended: { scope: string; slotAt: number; daemon: string; resources: number }[]
  readonly live: Set<string>
  overlaps: number
}

interface Daemon {
  readonly id: string
  readonly alive: boolean
  /** How many runs it has going on. */
  readonly busy: number
  kill(): Promise<void>
}

async function startDaemon(id: string, state: State, world: World, runs: Runs): Promise<Daemon> {
  const scratch: ScratchFolder = await state.scratch(id)
  let alive = true
  const live = new Set<string>()

  async function withClaim(resource: Planned): Promise<ScheduledResource> {
    const { scope, schedule } = resource
    return { ...resource, claim: await state.slots.see(scope, scheduleText(schedule), world.now, id) }
  }

  async function claimAll(group: DueGroup<ScheduledResource>): Promise<{ scope: string; slotAt: number }[]> {
    const claimed: { scope: string; slotAt: number }[] = []
    for (const { resource, due } of group.resources) {
      const { scope, schedule } = resource
      const claim = { scope, schedule: scheduleText(schedule), slotAt: due.slotAt, daemon: id }
      if (!(await state.slots.claim(claim))) break
      claimed.push(claim)
    }
    return claimed
  }

  async function start(group: DueGroup<ScheduledResource>): Promise<void> {
    const claimed = await claimAll(group)
    for (const { scope } of claimed) {
      if (runs.live.has(scope)) runs.overlaps++
      runs.live.add(scope)
      live.add(scope)
    }
    world.at(world.now + 5 * SECOND + world.random() * 4 * MINUTE, async () => {
      if (!alive) return
      for (const { scope, slotAt } of claimed) {
        await state.slots.settle(scope, slotAt)
        runs.ended.push({ scope, slotAt, daemon: id, resources: claimed.length })
        runs.live.delete(scope)
        live.delete(scope)
      }
    })
  }

  async function turn(): Promise<void> {
    if (!alive) return
    const resources = await Promise.all(RESOURCES.filter(({ scope }) => !live.has(scope)).map(withClaim))
    const { isAlive } = state.daemons
    const next = planNext({
      resources,
      now: world.now,
      daemon: id,
      isOwnerAlive: isAlive,
      longestSleepMs: LONGEST_SLEEP,
    })
    for (const group of next.due) await start(group)
    const overslept = world.random() < 0.05 ? world.random() * 5 * MINUTE : world.random() * 2 * SECOND
    world.at(next.wakeAt + Math.floor(overslept), turn)
  }

  world.at(world.now + Math.floor(world.random() * MINUTE), turn)
  return {
    id,
    get alive() {
      return alive
    },
    get busy() {
      return live.size
    },
    async kill() {
      alive = false
      await scratch.remove()
      for (const scope of live) runs.live.delete(scope)
    },
  }
}

/** From `from` on, at the first moment at which it is in the middle of a run: by day, of an hourly one. */
function killWithin(world: World, daemon: Daemon, from: number): void {
  world.at(from, async () => {
    if (daemon.busy > 0) await daemon.kill()
    else killWithin(world, daemon, from + 10 * SECOND)
  })
}

describe('two daemons on one state', () => {
  it('run each slot of a month exactly once, though one and then the other is killed in a run and gone for days', async () => {
    const path = states.folder()
    const [first, second] = [await states.open(path), await states.open(path)]
    const world = createWorld(FROM)
    const runs: Runs = { ended: [], live: new Set(), overlaps: 0 }
    const a = await startDaemon('a', first, world, runs)
    const b = await startDaemon('b', second, world, runs)
    killWithin(world, b, FROM + 15 * DAY + 10 * HOUR)
    await world.pass(FROM + 19 * DAY)
    await startDaemon('b2', second, world, runs)
    killWithin(world, a, FROM + 24 * DAY + 10 * HOUR)
    await world.pass(FROM + 27 * DAY)
    await startDaemon('a2', first, world, runs)
    await world.pass(UNTIL)

    expect([a.alive, b.alive, runs.overlaps]).toEqual([false, false, 0])
    const minutes = minutesOf(ZONE, FROM - 26 * HOUR, UNTIL - HOUR)
    for (const { scope, schedule, names } of RESOURCES) {
      const everyHour = schedule.cron.split(' ')[1] === '*'
      const expected = slotsByOracle({ minutes, names, everyHour, after: FROM })
      const ran = runs.ended.filter((run) => run.scope === scope && run.slotAt <= UNTIL - HOUR)
      expect(ran.map(({ slotAt }) => slotAt).sort((x, y) => x - y)).toEqual(expected)
    }
    expect(new Set(runs.ended.map(({ daemon }) => daemon))).toEqual(new Set(['a', 'b', 'a2', 'b2']))
    // 03:00 on a Sunday is a slot of both.
    expect(runs.ended.filter(({ scope, resources }) => scope === 'things/weekly' && resources === 2)).toHaveLength(4)
  })

  it('both down for three days, catch up once', async () => {
    const path = states.folder()
    const [first, second] = [await states.open(path), await states.open(path)]
    const start = FROM + 15 * DAY
    const world = createWorld(start)
    const runs: Runs = { ended: [], live: new Set(), overlaps: 0 }
    const a = await startDaemon('a', first, world, runs)
    await world.pass(start + 10 * HOUR)
    await a.kill()
    const back = start + 3 * DAY + 10 * HOUR
    world.at(back, async () => {
      await startDaemon('c', first, world, runs)
      await startDaemon('d', second, world, runs)
    })
    await world.pass(back + HOUR)
    const caughtUp = runs.ended.filter(({ scope, daemon }) => scope === 'people/accounts' && daemon !== 'a')
    expect(caughtUp.map(({ slotAt }) => back - slotAt)).toEqual([43 * MINUTE, -17 * MINUTE])
  })
})
