import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Office, only, people, person, until, withOffice } from '../support/cli.ts'

/** Files of earlier runs that nobody needs any more. */
async function scratch(office: Office): Promise<string[]> {
  const files = await readdir(join(office.folder, '.vanta-sync'), { recursive: true })
  return files.filter((name) => /scratch.+/.test(name))
}

const PATIENT = 60_000

describe.concurrent('several processes on one state', () => {
  it(
    'two runs at the same instant: both exit 0, two tokens in all, no 401',
    async () => {
      await withOffice({ people: people(20) }, async (office) => {
        // The first one holds the lease until the second one is there.
        office.sandbox.control.fail({ method: 'PUT' }, { delay: 1500 })
        const results = await Promise.all([office.cli('--json', 'run'), office.cli('--json', 'run')])
        expect(results.map(({ code }) => code)).toEqual([0, 0])
        const requests = office.requests()
        expect(requests.filter((line) => line.startsWith('POST'))).toEqual([
          'POST /oauth/token 200',
          'POST /oauth/token 200',
        ])
        expect(requests.filter((line) => line.endsWith(' 401'))).toEqual([])
        expect(office.held()).toHaveLength(20)
      })
    },
    PATIENT,
  )

  it(
    'a run that may not wait exits 30 and names who holds the lease',
    async () => {
      await withOffice({}, async (office) => {
        office.sandbox.control.fail({ method: 'PUT' }, { delay: 5000 })
        const first = office.start('run')
        await until(() => office.requests().some((line) => line.startsWith('PUT')))
        const second = await office.cli('--json', 'run', '--wait', '0s')
        expect(second.code).toBe(30)
        expect(second.stdout).toContain(String(first.pid))
        expect((await first.result).code).toBe(0)
      })
    },
    PATIENT,
  )
})

describe.concurrent('a run that is killed in the middle', () => {
  it.each([
    ['before its PUT arrived', 'PUT', false],
    ['while its PUT was under way', 'PUT', true],
    ['while it read back', 'GET', true],
  ] as const)(
    '%s: the next one is right, at once',
    async (_name, method, commits) => {
      await withOffice({ people: people(20) }, async (office) => {
        const { control } = office.sandbox
        expect((await office.cli('run')).code).toBe(0)
        await office.export([person(1, { permissionLevel: 'ADMIN' }), ...people(18, 2), person(30)])
        const before = office.requests().length
        control.fail({ method }, commits ? { delay: 1000 } : { delay: 20_000 })
        const killed = office.start('run')
        await until(() =>
          office
            .requests()
            .slice(before)
            .some((line) => line.startsWith(method)),
        )
        killed.kill('SIGKILL')
        expect((await killed.result).code).toBeNull()
        control.clearFaults()
        const started = Date.now()
        const next = await office.json('run')
        expect(next).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
        expect(only(next).verified).toBe(true)
        expect(Date.now() - started).toBeLessThan(15_000)
        expect(office.held()).toEqual([...people(19), person(30)].map((row) => row['uniqueId']).sort())
        expect(await scratch(office)).toEqual([])
        const again = only(await office.json('plan'))
        expect(again.changes).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 20 })
      })
    },
    PATIENT,
  )

  it(
    'SIGTERM exits 143 and leaves the lease free',
    async () => {
      await withOffice({}, async (office) => {
        office.sandbox.control.fail({ method: 'PUT' }, { delay: 20_000 })
        const running = office.start('run')
        await until(() => office.requests().some((line) => line.startsWith('PUT')))
        running.kill('SIGTERM')
        expect((await running.result).code).toBe(143)
        office.sandbox.control.clearFaults()
        expect((await office.cli('run', '--wait', '0s')).code).toBe(0)
      })
    },
    PATIENT,
  )
})
