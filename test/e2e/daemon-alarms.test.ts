/** Who is told of trouble, and how often: by the daemon, and by runs that cron starts. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSandbox } from '../../sandbox/start.ts'
import { type Office, only, people, until, withOffice } from '../support/cli.ts'
import { ask, daemonConfig, letIn, RESOURCE, startDaemonIn } from '../support/daemon.ts'
import { listenRecording, type Recorder } from '../support/recorder.ts'

const PATIENT = 120_000
const NOTIFY = 'notify: [{ webhook: { url: { env: HOOK } } }]'

function titles({ requests }: Recorder): string[] {
  return requests.map(({ body }) => (JSON.parse(body) as { title: string }).title)
}

async function withHook(office: Office, work: (hook: Recorder) => Promise<void>): Promise<void> {
  const hook = await listenRecording()
  office.env['HOOK'] = `${hook.url}/hook`
  try {
    await work(hook)
  } finally {
    await hook.close()
  }
}

describe.concurrent('a daemon that is kept from Vanta for longer than maxAge', () => {
  it(
    'tells so once, is red for monitoring and not for restarting, and tells once that it has recovered',
    () =>
      withOffice({ config: daemonConfig({ resource: '    maxAge: 8s', more: NOTIFY }) }, (office) =>
        withHook(office, async (hook) => {
          const daemon = await startDaemonIn(office)
          const green = async (): Promise<boolean> => (await daemon.get('/healthz')).status === 200
          expect(await daemon.ended(await daemon.run())).toMatchObject({ exitCode: 0 })
          expect(await green()).toBe(true)

          const { url, credentials } = office.sandbox
          await office.sandbox.stop()
          await until(async () => !(await green()))
          expect((await ask(office, 'healthcheck')).code).toBe(0)
          const stale = await ask(office, 'healthcheck', '--fresh')
          expect(stale).toMatchObject({ code: 1, stdout: `Not fresh: ${RESOURCE} (stale)\n` })
          const runId = await daemon.run()
          await until(() => hook.requests.length > 0)
          expect(titles(hook)).toEqual([expect.stringMatching(/^people-x-accounts is stale/)])
          await until(() => daemon.said().stderr.includes('trying again'))
          // Whatever makes it look again, it is told once.
          daemon.kill('SIGHUP')
          await until(() => daemon.said().stderr.includes('configuration taken'))
          expect(hook.requests).toHaveLength(1)

          const back = await startSandbox({ port: Number(new URL(url).port), applications: [credentials] })
          try {
            expect(await daemon.ended(runId)).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
            expect(await green()).toBe(true)
            await until(() => hook.requests.length > 1)
            expect(titles(hook).slice(1)).toEqual([expect.stringMatching(/^people-x-accounts has recovered after/)])
            expect((await daemon.end()).code).toBe(0)
            expect(hook.requests).toHaveLength(2)
          } finally {
            await back.stop()
          }
        }),
      ),
    PATIENT,
  )
})

describe.concurrent('vanta-sync run from cron, without a daemon', () => {
  it(
    'tells of a hold once, not again, and of its end; with --quiet a success says nothing at all',
    () =>
      withOffice(
        {
          config: daemonConfig({ more: `${NOTIFY}\nmetrics: { textfile: ./vanta_sync.prom }` }),
          people: people(20),
        },
        (office) =>
          withHook(office, async (hook) => {
            letIn(office)
            const metrics = (): Promise<string> => readFile(join(office.folder, 'vanta_sync.prom'), 'utf8')
            expect(await office.cli('run', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
            expect(await metrics()).toMatch(/^vanta_sync_\w*records\w*\{[^}]*people-x-accounts[^}]*\} 20$/m)
            expect(hook.requests).toEqual([])

            await office.export(people(10))
            const held = await office.json('run')
            expect(held.exitCode).toBe(11)
            expect(titles(hook)).toEqual(['people-x-accounts is held: 10 of 20 would leave; 5% allows 5'])
            expect((await office.cli('run')).code).toBe(11)
            expect(hook.requests).toHaveLength(1)
            const hold = only(held).hold?.id ?? ''
            expect((await office.cli('approve', hold, '--reason', 'the office was closed')).code).toBe(0)
            expect(titles(hook).slice(1)).toEqual([expect.stringMatching(/^people-x-accounts has recovered after/)])
            expect(await metrics()).toMatch(/^vanta_sync_\w*records\w*\{[^}]*people-x-accounts[^}]*\} 10$/m)
          }),
      ),
    PATIENT,
  )
})
