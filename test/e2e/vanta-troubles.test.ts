import { describe, expect, it } from 'vitest'
import type { FaultEffect } from '../../sandbox/faults/fault.ts'
import { only, people, standardConfig, withOffice } from '../support/cli.ts'

function puts(requests: readonly string[]): string[] {
  return requests.filter((line) => line.startsWith('PUT'))
}

describe.concurrent('a PUT that goes wrong on its way', () => {
  it.each<[string, FaultEffect, number]>([
    ['is answered 503 twice', { status: 503 }, 2],
    ['is reset before it is read', { reset: 'before-body' }, 1],
    ['is committed and its answer lost', { loseAnswer: true }, 1],
    ['is committed and its answer cut', { truncate: true }, 1],
  ])('%s: exit 0, and Vanta holds the set', async (_name, effect, count) => {
    await withOffice({}, async (office) => {
      office.sandbox.control.fail({ method: 'PUT', count }, effect)
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'succeeded', exitCode: 0, applications: [{ tokensMinted: 1 }] })
      expect(only(document).verified).toBe(true)
      expect(only(document).requests?.put).toBe(puts(office.requests()).length)
      expect(office.held()).toEqual(['E-1001', 'E-1002', 'E-1003'])
    })
  })
})

describe.concurrent('what Vanta refuses exits 20', () => {
  it('a PUT answered 400 is one request, and its text is told', async () => {
    await withOffice({}, async (office) => {
      office.sandbox.control.fail(
        { method: 'PUT' },
        { status: 400, body: { error: "/1: must have property 'fullName'" } },
      )
      const document = await office.json('run')
      expect(document).toMatchObject({ outcome: 'failed', exitCode: 20 })
      expect(puts(office.requests())).toEqual(['PUT /v1/resources/user_account 400'])
      // The second record of what was sent, told by its own row.
      expect(JSON.stringify(only(document))).toContain('people.csv:3')
      expect(JSON.stringify(only(document))).toContain('fullName')
    })
  })

  it('a wrong secret is refused before anything is read, with cause and remedy', async () => {
    await withOffice({}, async (office) => {
      office.env['PEOPLE_X_CLIENT_SECRET'] = 'vcs_not-the-one'
      const { code, stdout, stderr } = await office.cli('--json', 'run')
      expect(code).toBe(20)
      expect(stdout).toMatch(/secret is wrong, or the secret was rotated/)
      expect(stdout).toContain('PEOPLE_X_CLIENT_SECRET')
      expect(stdout).toContain('Developer Console')
      expect(stderr).not.toContain('source-read')
      expect(office.requests()).toEqual(['POST /oauth/token 401'])
    })
  })

  it('the host of a region answers 308: the URL to use is named', async () => {
    await withOffice({ sandbox: { redirectTo: 'https://api.vanta.com' } }, async (office) => {
      const { code, stdout } = await office.cli('--json', 'run')
      expect(code).toBe(20)
      expect(stdout).toContain('https://api.vanta.com')
      expect(office.requests()).toEqual(['POST /oauth/token 308'])
    })
  })
})

describe.concurrent('a Vanta that cannot be reached', () => {
  it('exits 21 and says where it was looked for', async () => {
    const closed = 'http://127.0.0.1:9'
    await withOffice({ config: () => standardConfig(closed) }, async (office) => {
      const { code, stdout } = await office.cli('--json', 'run')
      expect(code).toBe(21)
      expect(stdout).toContain('127.0.0.1')
    })
  }, 60_000)

  it('retries used up exit 21, and the next run pushes', async () => {
    await withOffice({ people: people(2) }, async (office) => {
      office.sandbox.control.fail({ method: 'PUT', count: 'all' }, { status: 503 })
      expect((await office.json('run')).exitCode).toBe(21)
      expect(puts(office.requests())).toHaveLength(5)
      office.sandbox.control.clearFaults()
      expect((await office.json('run')).exitCode).toBe(0)
      expect(office.held()).toEqual(['E-1001', 'E-1002'])
    })
  }, 60_000)
})
