/** What the commands beside `plan` and `run` print, and how mistakes of the command line and the config are told. */
import { describe, expect, it } from 'vitest'
import { only, people, standardConfig, withOffice } from '../support/cli.ts'

function misspelt(url: string): string {
  return standardConfig(url).replace(
    'from: [{ connector: people-x-export }]',
    'from:\n      - connector: people-x-export\n        mapp: {}',
  )
}

describe.concurrent('mistakes', () => {
  it('a key mapp exits 78 with line, column and map', async () => {
    await withOffice({ config: ({ url }) => misspelt(url) }, async (office) => {
      const line =
        misspelt(office.sandbox.url)
          .split('\n')
          .findIndex((text) => text.includes('mapp')) + 1
      const { code, stderr, stdout } = await office.cli('run')
      expect(code).toBe(78)
      expect(stdout + stderr).toContain(`vanta.config.yaml:${line}:9`)
      expect(stdout + stderr).toMatch(/\bmap\b/)
      const document = await office.json<{ command: string; exitCode: number; problems: unknown[] }>('validate')
      expect(document).toMatchObject({
        command: 'validate',
        exitCode: 78,
        problems: [{ at: `vanta.config.yaml:${line}:9`, nearest: 'map' }],
      })
      expect(office.requests()).toEqual([])
    })
  })

  it('an unknown resource exits 64 with the nearest name', async () => {
    await withOffice({}, async (office) => {
      const { code, stderr } = await office.cli('run', 'people-x-acounts')
      expect([code, stderr]).toEqual([64, expect.stringContaining('people-x-accounts')])
      const document = await office.json<{ error: { code: string } }>('run', 'people-x-acounts')
      expect(document).toMatchObject({ command: 'run', exitCode: 64, error: { code: 'unknown-resource' } })
    })
  })

  it.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown flag', ['run', '--frobnicate']],
    ['a duration that is none', ['run', '--wait', 'long']],
    ['an unknown run', ['show', 'no-such-run']],
    ['an unknown type', ['schema', 'user_acount']],
  ])('%s exits 64', async (_name, args) => {
    await withOffice({}, async (office) => expect((await office.cli(...args)).code).toBe(64))
  })

  it('a variable that is not set, and a config that is not there, exit 78', async () => {
    await withOffice({}, async (office) => {
      delete office.env['PEOPLE_X_CLIENT_SECRET']
      const { code, stderr } = await office.cli('run')
      expect([code, stderr]).toEqual([78, expect.stringContaining('PEOPLE_X_CLIENT_SECRET')])
      expect((await office.cli('--config', 'other.yaml', 'run')).code).toBe(78)
    })
  })

  it('with --json a mistake is one document, whatever goes wrong', async () => {
    await withOffice({}, async (office) => {
      for (const args of [
        ['frobnicate'],
        ['run', '--frobnicate'],
        ['--config', 'other.yaml', 'run'],
        ['show', 'nothing'],
      ]) {
        const document = await office.json<{ command: string; exitCode: number }>(...args)
        expect(document.exitCode).toBeGreaterThan(0)
        expect(document.command).toBe(args.find((word) => ['frobnicate', 'run', 'show'].includes(word)))
      }
    })
  })
})

describe.concurrent('what is and what was', () => {
  it('status, history and show tell of the runs, from the state alone', async () => {
    await withOffice({ people: people(30), resource: '    maxAge: 3h\n' }, async (office) => {
      const never = await office.json<object>('status')
      expect(never).toMatchObject({
        command: 'status',
        exitCode: 0,
        resources: [{ name: 'people-x-accounts', health: 'never run' }],
      })
      expect((await office.cli('healthcheck')).code).toBe(0)
      expect((await office.cli('healthcheck', '--fresh')).code).toBe(1)
      const ran = await office.json('run')
      expect((await office.cli('healthcheck', '--fresh')).code).toBe(0)
      await office.export(people(10))
      const held = await office.json('run')
      const during = office.requests().length
      const status = await office.json<object>('status')
      expect(status).toMatchObject({ resources: [{ health: 'held', records: 30, hold: only(held).hold?.id }] })
      const history = await office.json<{ runs: { id: string }[] }>('history', 'people-x-accounts')
      expect(history).toMatchObject({
        command: 'history',
        exitCode: 0,
        runs: [
          { id: held.runId, outcome: 'held', exitCode: 11 },
          { id: ran.runId, outcome: 'succeeded', exitCode: 0 },
        ],
      })
      const shown = await office.json<object>('show', ran.runId)
      expect(shown).toMatchObject({
        command: 'show',
        exitCode: 0,
        run: { id: ran.runId, document: { runId: ran.runId, outcome: 'succeeded' } },
      })
      expect((await office.cli('history')).stdout).toContain(ran.runId)
      expect((await office.cli('status')).stdout).toContain('held')
      expect(office.requests().length).toBe(during)
    })
  })

  it('validate and preview ask Vanta nothing', async () => {
    await withOffice({}, async (office) => {
      expect(await office.json<object>('validate')).toMatchObject({ command: 'validate', exitCode: 0, problems: [] })
      expect((await office.cli('preview', 'people-x-accounts', '--rows', '2')).stdout).toContain('E-1001')
      expect(await office.json<object>('preview', 'people-x-accounts')).toMatchObject({
        command: 'preview',
        exitCode: 0,
      })
      expect(office.requests()).toEqual([])
    })
  })

  it('schema names the types and the fields, without a config', async () => {
    await withOffice({}, async (office) => {
      office.env['VANTA_SYNC_CONFIG'] = 'nowhere.yaml'
      expect((await office.json<{ types: string[] }>('schema')).types).toHaveLength(12)
      expect((await office.cli('schema', 'user_account')).stdout).toMatch(/mfaEnabled +required, may be null/)
    })
  })

  it('off a terminal the last log line has the outcome and the exit code', async () => {
    await withOffice({}, async (office) => {
      const { stderr } = await office.cli('run')
      const last = stderr.trim().split('\n').at(-1) ?? ''
      expect(JSON.parse(last)).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
    })
  })

  it('logs name no person', async () => {
    await withOffice({}, async (office) => {
      const { stderr } = await office.cli('--log-level', 'debug', 'run')
      expect(stderr).not.toMatch(/E-1001|Person 1|person1/)
    })
  })
})
