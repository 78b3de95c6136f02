/** The history as an auditor uses it, through the built command. */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../core/state/sqlite.ts'
import { type Office, only, people, person, textsBelow, withOffice } from '../support/cli.ts'

interface Proof {
  readonly exitCode: number
  readonly holds: boolean
  readonly chains: readonly { resource: string; entries: number; faults: readonly object[] }[]
  readonly heads: readonly { head: string; found: boolean }[]
}

function tamper({ folder }: Office, sql: string): void {
  const database = openDatabase(join(folder, '.vanta-sync', 'state.db'))
  database.exec(sql)
  database.close()
}

/** The heads that a run has logged. */
function headsIn(stderr: string): string[] {
  const lines = stderr.split('\n').filter(Boolean)
  const told = lines.map((line) => JSON.parse(line) as { msg?: string; head?: string; resource?: string })
  return told.filter(({ msg }) => msg === 'history head').map(({ head = '' }) => head)
}

describe.concurrent('vanta-sync history --verify', () => {
  it('proves the history with the heads of the log, and finds what was changed, removed and cut off', async () => {
    await withOffice({}, async (office) => {
      const heads: string[] = []
      for (let run = 0; run < 2; run++) heads.push(...headsIn((await office.cli('run')).stderr))
      expect(heads).toHaveLength(2)
      const given = heads.flatMap((head) => ['--head', head])

      const { code, stdout } = await office.cli('history', '--verify', ...given)
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/people-x-accounts +2 .*\nThe history holds: 2 entries in 1 chain\./),
      ])
      expect(stdout).toContain(heads[1])

      tamper(office, 'DELETE FROM history WHERE seq = 2')
      expect(await office.json<Proof>('history', '--verify', ...given)).toMatchObject({
        exitCode: 1,
        holds: false,
        chains: [{ resource: 'people-x-accounts', entries: 1, faults: [] }],
        heads: [
          { head: heads[0], found: true },
          { head: heads[1], found: false },
        ],
      })

      tamper(office, `UPDATE history SET facts = replace(facts, '"added":3', '"added":4') WHERE seq = 1`)
      const changed = await office.cli('history', '--verify', ...given)
      expect(changed.code).toBe(1)
      expect(changed.stdout).toMatch(/! people-x-accounts, entry 1 of \d{4}-[-\dT:]+Z: changed: /)
      expect(changed.stdout).toContain(`${heads[1]} is in no chain`)
    })
  })

  it('refuses what does not go together, and what is no head', async () => {
    await withOffice({}, async ({ cli }) => {
      const all = [
        ['--verify', 'people-x-accounts'],
        ['--verify', '--head', 'abc'],
        ['--format', 'csv', '--since', '01/02/2026'],
      ]
      for (const args of all) expect([args, (await cli('history', ...args)).code]).toEqual([args, 64])
    })
  })
})

const moduleConfig = (url: string): string => `vanta:
  baseUrl: ${url}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x: { clientId: { env: PEOPLE_X_CLIENT_ID }, clientSecret: { env: PEOPLE_X_CLIENT_SECRET } }
connectors:
  own: { use: ./own.mjs }
resources:
  people:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from: [{ connector: own }]
`

const moduleText = (note: string): string => `import { defineConnector } from 'vanta-sync'
// ${note}
export default defineConnector({
  apiVersion: 1, name: 'own', options: { type: 'object', properties: {} },
  async *read() {
    yield { at: 'row 1', fields: ${JSON.stringify(person(1))} }
    return { complete: true, rows: 1, asOf: new Date(), evidence: 'end' }
  },
})
`

describe.concurrent('vanta-sync history --format', () => {
  it('gives an auditor each run with its files, hashes and counts, and names what was changed between', async () => {
    await withOffice({}, async (office) => {
      await office.cli('run')
      const config = await readFile(join(office.folder, 'vanta.config.yaml'), 'utf8')
      await office.export([person(1), person(2), person(3), person(4)])
      await writeFile(
        join(office.folder, 'vanta.config.yaml'),
        config.replace('from: [{ ', 'from: [{ map: { status: ACTIVE }, '),
      )
      const planned = only(await office.json('plan'))
      expect(planned.changedSince?.what).toEqual(['config', 'mapping'])
      const ran = await office.cli('run')
      expect(ran.stdout).toMatch(/Changed since run \S+: config, mapping/)

      const { stdout } = await office.cli('history', '--format', 'csv', 'people-x-accounts')
      const [second, first] = parse<Record<string, string>>(stdout, { columns: true, record_delimiter: '\r\n' })
      expect(second).toMatchObject({ outcome: 'pushed', read: '4', added: '1', changedSince: 'config, mapping' })
      expect(second?.['sources']).toMatch(/people\.csv \d+ bytes \S+ sha256:[0-9a-f]{64}/)
      expect(first).toMatchObject({ added: '3', changedSince: '' })
      expect(first?.['mappingHash']).not.toBe(second?.['mappingHash'])
      expect(first?.['moduleHash']).toBe(second?.['moduleHash'])

      const today = new Date().toISOString().slice(0, 10)
      const inside = await office.cli('history', '--format', 'jsonl', '--since', '2020-01-01', '--until', today)
      expect(inside.stdout.trimEnd().split('\n')).toHaveLength(2)
    })
  })

  it('names a module that was edited', async () => {
    await withOffice({ config: ({ url }) => moduleConfig(url) }, async (office) => {
      await office.write('own.mjs', moduleText('one'))
      expect((await office.cli('run')).code).toBe(0)
      await office.write('own.mjs', moduleText('two'))
      expect(only(await office.json('run')).changedSince?.what).toEqual(['module'])
    })
  })
})

describe.concurrent('vanta-sync history forget', () => {
  it('leaves no byte of the person in the state, and a history that holds', async () => {
    await withOffice({ people: people(120) }, async (office) => {
      const heads = headsIn((await office.cli('run')).stderr)
      await office.export(people(119))
      heads.push(...headsIn((await office.cli('run')).stderr))
      const state = join(office.folder, '.vanta-sync')
      const holders = async () => [...(await textsBelow(state)).values()].filter((text) => text.includes('E-1120'))
      expect(await holders()).not.toEqual([])
      const { code, stdout } = await office.cli('history', 'forget', 'E-1120', '--reason', 'request 17')
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^Forgotten in 2 runs, 0 holds and 0 other places\./)])
      expect(stdout).not.toContain('E-1120')
      expect(await holders()).toEqual([])
      expect(existsSync(join(state, 'state.db'))).toBe(true)
      const proof = await office.json<Proof>('history', '--verify', ...heads.flatMap((head) => ['--head', head]))
      expect(proof).toMatchObject({ holds: true, chains: [{}, { resource: 'personal data' }] })

      const again = await office.json<object>('history', 'forget', 'E-1120', '--reason', 'request 17')
      expect(again).toMatchObject({ command: 'history', exitCode: 64, error: { code: 'unknown-id' } })
    })
  })
})
