/** `vanta-sync start` as a process: where it listens, what it tells, and what others on its state tell it. */
import { createServer, type AddressInfo, connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { ResourceStatus, StatusSnapshot } from '../../core/health/status.ts'
import { type Office, people, until, withOffice } from '../support/cli.ts'
import {
  ask,
  askJson,
  daemonConfig,
  daemonConfigText,
  type DaemonProcess,
  inState,
  letIn,
  missSlots,
  NOTHING,
  remainsIn,
  RESOURCE,
  startDaemonIn,
  YEARLY,
} from '../support/daemon.ts'

const PATIENT = 120_000
const MINUTE = 60_000

interface History {
  readonly runs: readonly { readonly startedBy: string; readonly status: string; readonly outcome?: string }[]
}

async function scheduled(daemon: DaemonProcess): Promise<History['runs']> {
  const { runs } = (await daemon.get('/api/runs')).json() as History
  return runs.filter(({ startedBy }) => startedBy.startsWith('schedule@'))
}

function isFinished(run: History['runs'][number]): boolean {
  return run.status === 'finished'
}

describe.concurrent('two daemons on one state', () => {
  it(
    'take a slot that both see at once only once, and both go on',
    () =>
      withOffice({ config: daemonConfig({ resource: YEARLY.yaml }) }, async (office) => {
        expect((await (await startDaemonIn(office)).end()).code).toBe(0)
        missSlots(office)
        const [one, other] = await Promise.all([startDaemonIn(office), startDaemonIn(office)])
        expect(one.url).not.toBe(other.url)
        await until(async () => (await scheduled(one)).some(isFinished))
        // Whatever makes them look again, the slot is taken.
        for (const each of [one, other]) each.kill('SIGHUP')
        await until(() => [one, other].every((each) => each.said().stderr.includes('configuration taken')))
        expect(await scheduled(one)).toMatchObject([{ outcome: 'succeeded' }])

        missSlots(office)
        for (const each of [one, other]) each.kill('SIGHUP')
        await until(async () => (await scheduled(one)).filter(isFinished).length === 2)
        expect(await scheduled(one)).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded' }])
        for (const each of [one, other]) {
          expect((await each.status()).daemons).toHaveLength(2)
          expect(await each.ended(await each.run())).toMatchObject({ exitCode: 0 })
        }
        expect((await one.end()).code).toBe(0)
        expect(remainsIn(office).daemons).toHaveLength(1)
        expect((await other.end()).code).toBe(0)
        expect(remainsIn(office)).toEqual(NOTHING)
      }),
    PATIENT,
  )
})

describe.concurrent('where a daemon listens', () => {
  it(
    'a port that is taken ends it with 78, and a sentence that names the address and what to do',
    () =>
      withOffice({ config: daemonConfig() }, async (office) => {
        const other = createServer()
        await new Promise<void>((resolve) => {
          other.listen(0, '127.0.0.1', resolve)
        })
        const { port } = other.address() as AddressInfo
        await office.write('vanta.config.yaml', daemonConfigText(office.sandbox.url, { port }))
        letIn(office)
        const { code, stdout, stderr } = await office.cli('start')
        other.close()
        expect([code, stdout]).toEqual([78, ''])
        expect(stderr).toContain(
          `127.0.0.1:${port} cannot be listened on: another program already listens there (EADDRINUSE)`,
        )
        expect(stderr).toMatch(/Stop the other one .* or set another port in server/)
        expect(remainsIn(office)).toEqual(NOTHING)
      }),
    PATIENT,
  )

  it(
    'unless told it listens on loopback alone, and says where it is and what it will do',
    () =>
      withOffice({ config: daemonConfig({ resource: YEARLY.yaml }) }, async (office) => {
        letIn(office)
        const running = office.start('start')
        await until(() => running.said().stdout.includes('Ctrl-C'))
        const { stdout } = running.said()
        const [, port = ''] = /^The status page is on http:\/\/127\.0\.0\.1:(\d+)\. Schedules:\n/.exec(stdout) ?? []
        expect(stdout).toMatch(/\n {2}people-x-accounts: next \d{4}-01-01T03:17:00Z \(UTC\)\nCtrl-C ends it\.\n$/)
        expect(await answers('127.0.0.1', Number(port))).toBe(true)
        // Another address of this machine: whoever listens on all of them answers here, too.
        expect(await answers('127.0.0.2', Number(port))).toBe(false)
        running.kill('SIGINT')
        expect((await running.result).code).toBe(0)
      }),
    PATIENT,
  )
})

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  } finally {
    socket.destroy()
  }
}

describe.concurrent('what a daemon tells', () => {
  it(
    'is the same by status and by its API, while a run goes on and after it',
    () =>
      withOffice({ config: daemonConfig({ resource: YEARLY.yaml }) }, async (office) => {
        const daemon = await startDaemonIn(office)
        office.sandbox.control.fail({ method: 'PUT' }, { delay: 8000 })
        const runId = await daemon.run()
        await until(async () => (await status(office)).resources[0]?.running?.stage === 'push')
        const [told, api] = [await status(office), await daemon.status()]
        expect(timeless(told)).toEqual(timeless(api))
        expect(told.runs).toMatchObject([{ runId, startedBy: expect.stringMatching(/^bot \(/) }])
        expect((await ask(office, 'status')).stdout).toMatch(
          /people-x-accounts +never run +no success yet +running: push/,
        )

        await daemon.ended(runId)
        await until(async () => (await daemon.status()).runs.length === 0)
        const after = await status(office)
        expect(timeless(after)).toEqual(timeless(await daemon.status()))
        expect(after).toMatchObject({
          resources: [{ name: RESOURCE, health: 'healthy', records: 3, schedule: { kept: true } }],
          daemons: [{ pid: daemon.pid, url: daemon.url }],
        })
        const text = (await ask(office, 'status')).stdout
        expect(text).toMatch(/people-x-accounts +healthy +.* ago +3 +\d{4}-01-01T03:17:00Z/)
        expect(text).toContain(`Daemon: pid ${daemon.pid} on `)
        expect(text).toContain(daemon.url)
        expect((await daemon.end()).code).toBe(0)
        expect(await status(office)).toMatchObject({ daemons: [], resources: [{ schedule: { kept: false } }] })
      }),
    PATIENT,
  )

  it(
    'healthcheck is 0 while it is well, 1 when it hangs, and 0 when it is gone',
    () =>
      withOffice({ config: daemonConfig() }, async (office) => {
        const daemon = await startDaemonIn(office)
        expect(await ask(office, 'healthcheck')).toMatchObject({ code: 0, stdout: 'ok\n' })
        daemon.kill('SIGSTOP')
        makeSilent(office, 3 * MINUTE)
        const hangs = await ask(office, 'healthcheck')
        expect(hangs.code).toBe(1)
        expect(hangs.stdout).toMatch(
          new RegExp(`^The daemon with pid ${daemon.pid} on .* lives and has said nothing since .*: restart it\\.`),
        )
        expect(await askJson(office, 'healthcheck')).toMatchObject({ exitCode: 1, daemons: [{ pid: daemon.pid }] })
        daemon.kill('SIGCONT')
        await daemon.run()
        await until(async () => (await ask(office, 'healthcheck')).code === 0)
        await daemon.end('SIGKILL')
        expect((await ask(office, 'healthcheck')).code).toBe(0)
      }),
    PATIENT,
  )
})

async function status(office: Office): Promise<StatusSnapshot> {
  return askJson<StatusSnapshot>(office, 'status')
}

/** Without what differs because one was asked a moment later. */
function timeless(snapshot: StatusSnapshot): unknown {
  const {
    at: _at,
    command: _command,
    exitCode: _exitCode,
    ...rest
  } = snapshot as StatusSnapshot & {
    command?: string
    exitCode?: number
  }
  return {
    ...rest,
    daemons: rest.daemons.map(({ beatAt: _beatAt, ...daemon }) => daemon),
    resources: rest.resources.map(({ ageSeconds: _age, ...others }) => others),
  }
}

/** As if it had last said so long ago that it is well. */
function makeSilent(office: Office, ms: number): void {
  inState(office, (database) =>
    database.prepare("UPDATE daemon SET beat_at = beat_at - ?1, row = json_set(row, '$.beatAt', beat_at - ?1)").run(ms),
  )
}

describe.concurrent('pause and resume on the command line', () => {
  it(
    'are seen by the daemon; run leaves a paused resource alone, and approve refuses it',
    () =>
      withOffice({ config: daemonConfig({ resource: YEARLY.yaml }), people: people(20) }, async (office) => {
        const daemon = await startDaemonIn(office)
        expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 0 })
        await office.export(people(10))
        expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 11 })
        const hold = (await resource(daemon)).hold ?? ''

        const paused = await ask(office, 'pause', RESOURCE, '--reason', 'the HR system moves', '--for', '2h')
        expect(paused.code).toBe(0)
        expect(await resource(daemon)).toMatchObject({ paused: { reason: 'the HR system moves' } })
        const refused = await daemon.post(`/api/resources/${RESOURCE}/run`)
        expect([refused.status >= 400, refused.text]).toEqual([true, expect.stringContaining('is paused by')])
        expect((await daemon.get('/healthz')).status).toBe(200)

        const before = office.requests().length
        const ran = await ask(office, 'run')
        expect(ran.code).toBe(0)
        expect(ran.stdout).toMatch(/people-x-accounts.*paused by .* until/)
        const approved = await ask(office, 'approve', hold, '--reason', 'the office was closed')
        expect([approved.code, approved.stderr]).toEqual([64, expect.stringContaining('is paused by')])
        expect(office.requests()).toHaveLength(before)
        expect((await daemon.get(`/api/holds/${hold}`)).json()).toMatchObject({ hold: { status: 'open' } })

        expect((await ask(office, 'resume', RESOURCE, '--reason', 'it has moved')).code).toBe(0)
        expect(await resource(daemon)).not.toHaveProperty('paused')
        expect((await ask(office, 'approve', hold, '--reason', 'the office was closed')).code).toBe(0)
        expect(office.held()).toHaveLength(10)
        expect((await daemon.end()).code).toBe(0)
      }),
    PATIENT,
  )
})

async function resource(daemon: DaemonProcess): Promise<ResourceStatus> {
  const [first] = (await daemon.status()).resources
  if (first === undefined) throw new Error('there is one')
  return first
}
