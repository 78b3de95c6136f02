/** SIGTERM at each stage of a run, and SIGKILL: Vanta holds all or what it held, and the history tells the truth. */
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { StatusSnapshot } from '../../core/health/status.ts'
import type { RunDocument } from '../../core/run/document.ts'
import { connectionOf } from '../../core/vanta/connection.ts'
import { type CsvRow, type Office, people, person, until, withOffice } from '../support/cli.ts'
import {
  type ApiRun,
  ask,
  askJson,
  daemonConfig,
  type DaemonProcess,
  letIn,
  missSlots,
  NOTHING,
  remainsIn,
  RESOURCE,
  startDaemonIn,
  YEARLY,
} from '../support/daemon.ts'
import { createStateFolders, kill, says } from '../support/state-folder.ts'
import { isDead } from '../connectors/exec/fixture.ts'

const PATIENT = 120_000
/** What ending takes at most beyond what the run still needs: on a busy machine a process needs a moment. */
const MOMENT_MS = 6000

const BEFORE = people(20)
const AFTER = [person(1, { permissionLevel: 'ADMIN' }), ...people(18, 2), person(30)]

/** Told to be slow it says who it is, and sleeps. */
const SCRIPT = '[ -e slow ] && echo $$ > reading && exec sleep 60; cat people.ndjson'

const config = daemonConfig({
  connector: `    use: exec
    with: { command: [sh, ./people.sh] }`,
})

async function give(office: Office, rows: readonly CsvRow[]): Promise<void> {
  const end = { 'vanta-sync': { complete: true, rows: rows.length } }
  await office.write('people.ndjson', [...rows, end].map((row) => `${JSON.stringify(row)}\n`).join(''))
}

function ids(rows: readonly CsvRow[]): string[] {
  return rows.map((row) => row['uniqueId'] ?? '').sort()
}

interface Stop {
  /** Makes the run stay where it is to be stopped. */
  readonly hinder: (office: Office) => void | Promise<void>
  /** The run has come there; `since`: the requests that it sent. */
  readonly there: (there: { office: Office; daemon: DaemonProcess; since: string[] }) => boolean | Promise<boolean>
  /** By another state, so that the daemon must ask Vanta what it holds. */
  readonly elsewhere?: true
  readonly graceMs?: number
  readonly code: 0 | 143
  readonly holds: 'before' | 'after'
  /** Of the run that was stopped. */
  readonly run: object
  /** What else must have come to its end. */
  readonly ended?: (office: Office) => boolean
}

/** The process that is being read from. */
function readerIn({ folder }: Office): number | undefined {
  const note = join(folder, 'reading')
  const text = existsSync(note) ? readFileSync(note, 'utf8') : ''
  return text.endsWith('\n') ? Number(text) : undefined
}

const CUT = { status: 'finished', outcome: 'failed', exitCode: 143, resources: [] }
const PUSHED = {
  status: 'finished',
  outcome: 'succeeded',
  exitCode: 0,
  resources: [{ resource: RESOURCE, outcome: 'pushed', success: true }],
}

const sends =
  (request: string): Stop['there'] =>
  ({ since }) =>
    since.some((line) => line.startsWith(request))

const isAt =
  (stage: string): Stop['there'] =>
  async ({ daemon }) =>
    (await daemon.status()).runs[0]?.resources[0]?.stage === stage

const slow =
  (on: { method?: string; path?: string }, ms: number): Stop['hinder'] =>
  ({ sandbox }) =>
    void sandbox.control.fail(on, { delay: ms })

const states = createStateFolders()
afterAll(() => states.removeAll())

async function holdLease({ folder, sandbox }: Office): Promise<ReturnType<typeof states.start>> {
  const connection = connectionOf(sandbox.credentials.clientId)
  const holder = states.start('./hold-lease.ts', [join(folder, '.vanta-sync'), sandbox.url, connection])
  await says(holder, 'holding')
  return holder
}

const STOPS: readonly (readonly [string, Stop])[] = [
  [
    'waits for its token',
    { hinder: slow({ path: '/oauth/token' }, 30_000), there: sends('POST'), code: 0, holds: 'before', run: CUT },
  ],
  [
    'reads',
    {
      hinder: (office) => office.write('slow', ''),
      there: ({ office }) => readerIn(office) !== undefined,
      code: 0,
      holds: 'before',
      run: CUT,
      ended: (office) => isDead(readerIn(office) ?? 0),
    },
  ],
  [
    'plans',
    {
      elsewhere: true,
      hinder: slow({ method: 'GET' }, 30_000),
      there: isAt('plan'),
      code: 0,
      holds: 'before',
      run: CUT,
    },
  ],
  [
    'pushes, and that ends within the grace',
    { hinder: slow({ method: 'PUT' }, 1500), there: sends('PUT'), code: 0, holds: 'after', run: PUSHED },
  ],
  [
    'pushes, and that does not end within the grace',
    {
      hinder: slow({ method: 'PUT' }, 30_000),
      there: sends('PUT'),
      graceMs: 1000,
      code: 143,
      holds: 'before',
      run: CUT,
    },
  ],
  [
    'verifies, and that ends within the grace',
    { hinder: slow({ method: 'GET' }, 1500), there: isAt('verify'), code: 0, holds: 'after', run: PUSHED },
  ],
  [
    'verifies, and that does not end within the grace',
    {
      hinder: slow({ method: 'GET' }, 30_000),
      there: isAt('verify'),
      graceMs: 1000,
      code: 143,
      holds: 'after',
      run: CUT,
    },
  ],
]

async function openWith(office: Office, { elsewhere }: Pick<Stop, 'elsewhere'>): Promise<void> {
  await office.write('people.sh', SCRIPT)
  await give(office, BEFORE)
  if (elsewhere === undefined) return
  letIn(office)
  office.env['VANTA_SYNC_STATE'] = join(office.folder, 'elsewhere')
  expect((await ask(office, 'run')).code).toBe(0)
  delete office.env['VANTA_SYNC_STATE']
}

/** With a grace only where it matters: the usual one is longer than a test waits. */
async function startAt(office: Office, { graceMs }: Pick<Stop, 'graceMs'>): Promise<DaemonProcess> {
  return startDaemonIn(office, ...(graceMs === undefined ? [] : ['--grace', `${graceMs / 1000}s`]))
}

async function latest(office: Office): Promise<ApiRun> {
  const { runs } = await askJson<{ runs: ApiRun[] }>(office, 'history', '--limit', '1')
  const [run] = runs
  if (run === undefined) throw new Error('the history is empty')
  return run
}

async function nextRunIsWhole(office: Office): Promise<void> {
  office.sandbox.control.clearFaults()
  await rm(join(office.folder, 'slow'), { force: true })
  const next = await askJson<RunDocument>(office, 'run', '--wait', '0s')
  expect(next).toMatchObject({ outcome: 'succeeded', exitCode: 0, resources: [{ outcome: 'pushed', verified: true }] })
  expect(office.held()).toEqual(ids(AFTER))
}

describe.concurrent('a daemon that is told to end by SIGTERM', () => {
  it.each(STOPS)(
    'while a run %s',
    async (_, stop) => {
      await withOffice({ config }, async (office) => {
        await openWith(office, stop)
        const daemon = await startAt(office, stop)
        if (stop.elsewhere === undefined) expect((await daemon.ended(await daemon.run())).exitCode).toBe(0)
        await give(office, AFTER)
        await stop.hinder(office)
        const before = office.requests().length
        const runId = await daemon.run()
        await until(() => stop.there({ office, daemon, since: office.requests().slice(before) }))

        const { code, ms } = await daemon.end('SIGTERM')
        expect(code).toBe(stop.code)
        expect(ms).toBeLessThan((stop.graceMs ?? 1500) + MOMENT_MS)
        if (stop.code !== 0) expect(ms).toBeGreaterThanOrEqual(stop.graceMs ?? 0)
        expect(remainsIn(office)).toEqual(NOTHING)
        expect(stop.ended?.(office) ?? true).toBe(true)
        expect(office.held()).toEqual(ids(stop.holds === 'before' ? BEFORE : AFTER))
        expect(await latest(office)).toMatchObject({ id: runId, ...stop.run })
        const { run } = await askJson<{ run: { document: RunDocument } }>(office, 'show', runId)
        expect(run).toMatchObject({ ...stop.run, document: { runId, outcome: (stop.run as ApiRun).outcome } })
        await nextRunIsWhole(office)
      })
    },
    PATIENT,
  )

  it(
    'while a run waits for the lease that another process holds',
    async () => {
      await withOffice({ config }, async (office) => {
        await openWith(office, {})
        const daemon = await startDaemonIn(office)
        expect((await daemon.ended(await daemon.run())).exitCode).toBe(0)
        await give(office, AFTER)
        const holder = await holdLease(office)
        const runId = await daemon.run()
        await until(() => daemon.said().stderr.includes('lease-waiting'))

        const { code, ms } = await daemon.end('SIGTERM')
        expect(code).toBe(0)
        expect(ms).toBeLessThan(MOMENT_MS)
        // What is left belongs to whoever holds the lease.
        expect(remainsIn(office)).toMatchObject({ daemons: [], running: ['run-of-child'], scratch: ['run-of-child'] })
        expect(office.held()).toEqual(ids(BEFORE))
        expect(await latest(office)).toMatchObject({ id: runId, ...CUT })
        await kill(holder)
        await nextRunIsWhole(office)
      })
    },
    PATIENT,
  )
})

describe('a daemon that is killed by SIGKILL in the middle of a push', () => {
  it(
    'is told of truthfully, and the next one takes its slot up again by itself',
    async () => {
      await withOffice({ config: daemonConfig({ resource: YEARLY.yaml }), people: BEFORE }, async (office) => {
        const first = await startDaemonIn(office)
        expect((await first.ended(await first.run())).exitCode).toBe(0)
        expect((await first.end()).code).toBe(0)
        await office.export(AFTER)
        missSlots(office)

        office.sandbox.control.fail({ method: 'PUT' }, { delay: 30_000 })
        const before = office.requests().length
        const killed = await startDaemonIn(office)
        const pushes = (): boolean =>
          office
            .requests()
            .slice(before)
            .some((line) => line.startsWith('PUT'))
        await until(pushes)
        expect((await killed.end('SIGKILL')).code).toBeNull()
        const [cut = ''] = remainsIn(office).running
        expect(remainsIn(office)).toMatchObject({ daemons: [expect.stringMatching(/^daemon-/)], running: [cut] })

        const status = await askJson<StatusSnapshot>(office, 'status')
        expect(status).toMatchObject({ daemons: [], runs: [] })
        expect(status.resources[0]).toMatchObject({ lastOutcome: 'pushed', schedule: { kept: false } })
        expect(status.resources[0]).not.toHaveProperty('running')
        expect(await latest(office)).toMatchObject({ id: cut, status: 'interrupted', outcome: 'interrupted' })
        expect((await ask(office, 'show', cut)).stdout).toContain('interrupted')
        expect(office.held()).toEqual(ids(BEFORE))

        office.sandbox.control.clearFaults()
        const next = await startDaemonIn(office)
        await until(async () => (await latest(office)).status === 'finished')
        expect(await latest(office)).toMatchObject({
          outcome: 'succeeded',
          startedBy: expect.stringContaining('catching up the slot'),
          resources: [{ outcome: 'pushed' }],
        })
        expect(next.said().stderr).toContain('the daemon that had taken this slot was killed; it is run again')
        expect(office.held()).toEqual(ids(AFTER))
        expect((await next.status()).resources[0]).toMatchObject({ health: 'healthy', records: 20 })
        expect((await next.end()).code).toBe(0)
        expect(remainsIn(office)).toEqual(NOTHING)
      })
    },
    PATIENT,
  )
})
