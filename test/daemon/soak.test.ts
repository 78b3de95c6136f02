/** Ten simulated days of a daemon among sources and a Vanta that go wrong in every way we know. */
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapCodeStatistics } from 'node:v8'
import { expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, toInstant } from '../../core/clock.ts'
import { Secret } from '../../core/secret.ts'
import type { Database } from '../../core/state/database.ts'
import { openDatabase } from '../../core/state/sqlite.ts'
import type { Daemon } from '../../daemon/start.ts'
import { createLiveHeap, type LiveHeap } from '../../testing/live-heap.ts'
import { leftOpenBy } from '../../testing/open-things.ts'
import { listenRecording } from '../support/recorder.ts'
import { MONDAY, type Night, openNight, useNights } from './fixture.ts'
import {
  CONTRACTORS,
  CONTRACTORS_ID,
  createSoakWorld,
  heldUnder,
  isTrue,
  type Passage,
  type SoakWorld,
  STAFF_ID,
  TABLE_ENDINGS,
  VANTA_FAULTS,
  VENDORS_ID,
  wronglyDeleted,
} from './soak-world.ts'

const nights = useNights()

/** In memory where there is such a place: ten days of heartbeats, each safe on the disk, would be a test of the disk. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** Half a minute of computing, which a busy machine stretches. */
const PATIENT = 600_000
const DAYS = 10
const HOURS = DAYS * 24
const MIDNIGHT = MONDAY - MINUTE

const SLOTS = [
  { name: 'staff', resourceId: STAFF_ID, minute: 17, everyHours: 1 },
  { name: 'vendors', resourceId: VENDORS_ID, minute: 47, everyHours: 3 },
] as const

/** Of ten hours two have a Vanta that goes wrong. */
const FAULTY_EVERY = 5

/** What remembers the latest only is full from the start: requests in the sandbox, and tokens that logs must not show. */
const REMEMBERED = 2000
const TOKENS = 400

/** The scheduler and the alarms look around each minute, and the beat is twice as quick. */
const TURNS_A_DAY = (4 * DAY) / MINUTE
/**
 * The smallest thing that a turn could leave behind, an object that some set keeps, takes 64 bytes and more; half of
 * it is less than any leak of the loops, and with some hundred runs in between less than 3 KB for each.
 */
const LEAST_LEAK = 32

/** Rows that each run may leave for good. */
const ROWS_A_RUN: Readonly<Record<string, number>> = {
  run: 1,
  // One for each of its resources.
  resource_run: 2,
  // Each end of a resource, and what was decided.
  history: 3,
  hold: 1,
}

it(
  'keeps every slot once, deletes nobody wrongly, and leaves nothing behind, in memory, on disk or open',
  async () => {
    const heap = createLiveHeap()
    // SQLite keeps files of closed connections open for the next one, until the last connection is closed.
    const left = await leftOpenBy(async () => {
      const limits = { tokenRequests: 100_000, resourceRequests: 100_000 }
      const night = await openNight({ parent: PARENT, sandbox: { applications: [{}, {}], limits } })
      try {
        await soak(night, heap)
      } finally {
        await night.close()
        // Connections live until their statements are collected.
        await heap()
      }
    })
    expect(left).toBeUndefined()
  },
  PATIENT,
)

async function soak(night: Night, heap: LiveHeap): Promise<void> {
  const world = createSoakWorld(night)
  night.setResources(() => world.resources)
  await fillMemory(night)
  const database = openDatabase(join(night.state.where, 'state.db'))
  const seen: Day[] = []
  const daemon = await night.start()
  for (let hour = 0; hour < HOURS; hour++) {
    await passHour({ night, world, daemon, hour })
    if (hour % 24 === 23) seen.push({ heap: await dataIn(heap), rows: countRows(database), scratch: scratch(night) })
  }
  await daemon.stop()
  database.close()
  expect(scratch(night)).toEqual([])
  // The daemon's own; those of runs are gone.
  expect(seen.flatMap((day) => day.scratch)).toEqual(seen.map(() => expect.stringMatching(/^daemon-/)))

  await slotsWereTakenOnce(night)
  const [second, last] = [seen[1], seen.at(-1)]
  if (second === undefined || last === undefined) throw new Error('days have passed')
  expect(last.heap - second.heap).toBeLessThan((DAYS - 2) * TURNS_A_DAY * LEAST_LEAK)
  judgeRows(second, last)
  await somethingHappened(night, world)
}

interface Hour {
  readonly night: Night
  readonly world: SoakWorld
  readonly daemon: Daemon
  /** From 0, since the first midnight. */
  readonly hour: number
}

async function passHour({ night, world, daemon, hour }: Hour): Promise<void> {
  const begin = MIDNIGHT + hour * HOUR
  world.table.ending = TABLE_ENDINGS[hour % TABLE_ENDINGS.length] ?? 'complete'
  for (const { name, resourceId, minute, everyHours } of SLOTS) {
    if (hour % everyHours !== 0) continue
    const source = world.chaos.get(name)
    if (source === undefined) throw new Error(`${name} has a source`)
    if (hour % FAULTY_EVERY === FAULTY_EVERY - 1) fail(night, Math.floor(hour / FAULTY_EVERY))
    const before = heldUnder(night, world, resourceId)
    await passTo(night, begin + minute * MINUTE)
    await runEnds(night)
    const after = heldUnder(night, world, resourceId)
    nobodyWronglyDeleted({ before, after, source, approved: false }, `${name}, ${place(hour)}`)
    night.sandbox.control.clearFaults()

    const { resources } = await daemon.operator.snapshot()
    const hold = resources.find((each) => each.name === name)?.hold
    if (hold === undefined || !isTrue(source)) continue
    source.again()
    await daemon.operator.decide({ hold, decision: 'approve', by: BY, reason: 'they have really left' })
    await runEnds(night)
    const now = heldUnder(night, world, resourceId)
    nobodyWronglyDeleted({ before: after, after: now, source, approved: true }, `${name}, ${place(hour)}`)
  }
  // The contractors never change, however their read ends.
  expect(heldUnder(night, world, CONTRACTORS_ID).size).toBe(CONTRACTORS)
  await passTo(night, begin + HOUR)
}

const BY = { name: 'ada', provenBy: 'test' }

function place(hour: number): string {
  return `day ${Math.floor(hour / 24) + 1} at ${hour % 24}:00`
}

function nobodyWronglyDeleted(passage: Passage, where: string): void {
  const why = wronglyDeleted(passage)
  if (why !== undefined) throw new Error(`${where}: ${why}; the source ${passage.source.last()?.fault ?? 'was well'}`)
}

function fail({ sandbox }: Night, number: number): void {
  const fault = VANTA_FAULTS[number % VANTA_FAULTS.length]
  if (fault !== undefined) sandbox.control.fail(...fault)
}

async function passTo(night: Night, at: number): Promise<void> {
  await night.clock.advance(at - night.clock.now())
}

async function runEnds(night: Night): Promise<void> {
  await night.passUntil(() => night.heard.some(({ kind }) => kind === 'run-finished'), 100)
  night.forget()
}

async function fillMemory({ sandbox, settings }: Night): Promise<void> {
  for (let token = 0; token < TOKENS; token++) {
    settings.secrets.add(new Secret(`vat_${String(token).padStart(64, '0')}`))
  }
  for (let request = 0; request < REMEMBERED; request++) {
    const response = await fetch(`${sandbox.url}/v1/nothing`)
    await response.arrayBuffer()
  }
}

interface Day {
  readonly heap: number
  /** By table. */
  readonly rows: ReadonlyMap<string, number>
  /** Names below the scratch folder. */
  readonly scratch: readonly string[]
}

/** Bytes of data. Code that V8 makes faster, and undoes again, comes and goes for days and is nobody's leak. */
async function dataIn(heap: LiveHeap): Promise<number> {
  const live = await heap()
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  return live - code - bytecode
}

function scratch({ state }: Night): string[] {
  return readdirSync(join(state.where, 'scratch'))
}

function countRows(database: Database): ReadonlyMap<string, number> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  const count = (name: string): number =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${name}`).get()?.['rows'])
  return new Map(tables.map(({ name }) => [String(name), count(String(name))]))
}

/** What a run leaves for good is bounded; all else does not grow with time. */
function judgeRows(second: Day, last: Day): void {
  const grown = (table: string): number => (last.rows.get(table) ?? 0) - (second.rows.get(table) ?? 0)
  const runs = grown('run')
  for (const table of last.rows.keys()) {
    const allowed = (ROWS_A_RUN[table] ?? 0) * runs
    if (table === 'hold_subject' || table === 'departure') continue
    expect([table, grown(table)]).toEqual([table, expect.toSatisfy((rows: number) => rows <= allowed + FEW)])
  }
}

/** Rows of what is there at the moment, such as requests of the last minute. */
const FEW = 10

async function slotsWereTakenOnce(night: Night): Promise<void> {
  const taken = new Map<string, string[]>()
  for (const { startedBy, command, resources } of await night.state.runs.list({ limit: 10 * HOURS })) {
    if (command !== 'run') continue
    const [, slot = startedBy] = /^schedule@night, slot (\S+)$/.exec(startedBy) ?? []
    for (const { resource } of resources) taken.set(resource, [slot, ...(taken.get(resource) ?? [])])
  }
  const [staff, vendors] = SLOTS.map(slotsOf)
  expect(Object.fromEntries(taken)).toEqual({ staff, contractors: staff, vendors })
}

function slotsOf({ minute, everyHours }: (typeof SLOTS)[number]): string[] {
  const first = MIDNIGHT + minute * MINUTE
  return Array.from({ length: HOURS / everyHours }, (_, index) => toInstant(first + index * everyHours * HOUR))
}

/** A daemon that never pushes would hold every rule. */
async function somethingHappened(night: Night, world: SoakWorld): Promise<void> {
  for (const name of ['staff', 'vendors']) {
    const rows = await night.state.runs.rows({ resource: name, limit: 10 * HOURS })
    const count = (outcome: string): number => rows.filter((row) => row.outcome === outcome).length
    for (const outcome of ['pushed', 'held', 'failed']) {
      expect([name, outcome, count(outcome)]).toEqual([name, outcome, expect.toSatisfy((runs: number) => runs > 10)])
    }
    expect(world.chaos.get(name)?.fired.size).toBeGreaterThan(15)
  }
}

it(
  'alarms that look around for a day leave nothing open, and memory is flat',
  async () => {
    const night = await nights({ parent: PARENT })
    const hook = await listenRecording()
    const url = { describe: '{ env: HOOK }', resolve: async () => new Secret(hook.url) }
    night.setSettings((settings) => ({
      ...settings,
      notify: [{ name: 'hook', channel: { kind: 'webhook', url }, remindMs: 8 * HOUR }],
    }))
    night.setResources((one) => [{ ...one, maxAgeMs: HOUR, schedule: { cron: '0 0 1 1 *', zone: 'UTC', jitterMs: 0 } }])
    expect((await night.run()).exitCode).toBe(0)
    const heap = createLiveHeap()
    let [early, late] = [0, 0]
    const left = await leftOpenBy(async () => {
      const daemon = await night.start()
      for (let hour = 0; hour < 24; hour++) {
        await night.pass(HOUR, MINUTE)
        night.forget()
        if (hour === 3) early = await heap()
      }
      late = await heap()
      await daemon.stop()
    })
    await hook.close()
    expect(left).toBeUndefined()
    const titles = hook.requests.map(({ body }) => (JSON.parse(body) as { title: string }).title)
    expect(titles).toHaveLength(3)
    // What is opened for a look, a transport foremost, takes kilobytes.
    expect(late - early).toBeLessThan(20 * 60 * 1024)
  },
  PATIENT,
)
