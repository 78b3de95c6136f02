import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../sandbox/start.ts'
import { ACCOUNTS, csvOf, type Office, offices, type Open, only, people } from '../support/cli.ts'

/** Personnel knows names, the directory knows how people sign in; neither alone makes a record. */
function config(sandbox: Sandbox, merge: string): string {
  return `vanta:
  baseUrl: ${sandbox.url}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  hr: { use: csv, with: { path: ./people.csv } }
  directory: { use: csv, with: { path: ./directory.csv } }
resources:
  accounts:
    type: user_account
    resourceId: ${ACCOUNTS}
    from:
${merge}`
}

const BY_ID = `      - connector: hr
      - connector: directory
        map: { uniqueId: "{{ row['Employee ID'] }}" }
    merge: join
`

const BY_MAIL = `      - connector: hr
        key: "{{ lower(email) }}"
      - connector: directory
        key: "{{ lower(mail) }}"
    merge: join
`

const HR_FIELDS = ['uniqueId', 'externalUrl', 'fullName', 'displayName', 'email', 'createdTimestamp']
const LOGIN_FIELDS = [
  'accountName',
  'permissionLevel',
  'status',
  'mfaEnabled',
  'mfaMethods',
  'authMethod',
  'displayName',
]

/** Its places are names, as those of a directory are. */
const ENTRIES = `import { readFileSync } from 'node:fs'
import { defineConnector } from 'vanta-sync'

export default defineConnector({
  apiVersion: 1,
  name: 'entries',
  options: { type: 'object', properties: {} },
  async *read() {
    const rows = JSON.parse(readFileSync('entries.json', 'utf8'))
    for (const fields of rows) yield { at: 'uid=' + fields.email + ',ou=people', fields }
    return { complete: true, rows: rows.length, asOf: new Date(), evidence: 'the list ended' }
  },
})
`

type Rows = ReturnType<typeof people>

const columnsOf = (rows: Rows, names: readonly string[]) =>
  rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? ''])))

const hrCsv = (rows: Rows): string => csvOf(columnsOf(rows, HR_FIELDS))

const directoryCsv = (rows: Rows): string =>
  csvOf(
    columnsOf(rows, LOGIN_FIELDS).map((row, i) => ({
      'Employee ID': rows[i]?.['uniqueId'] ?? '',
      mail: (rows[i]?.['email'] ?? '').toUpperCase(),
      ...row,
    })),
  )

async function office(open: Open, merge: string, count = 30): Promise<Office> {
  const opened = await open({ config: (sandbox) => config(sandbox, merge) })
  await opened.write('people.csv', hrCsv(people(count)))
  await opened.write('directory.csv', directoryCsv(people(count)))
  return opened
}

const puts = (opened: Office): number => opened.requests().filter((line) => line.startsWith('PUT')).length

describe.concurrent('two CSV files that make one set', () => {
  it.each([
    ['uniqueId', BY_ID],
    ['a key of mine', BY_MAIL],
  ])('are joined by %s: whole records in one PUT', (_what, merge) =>
    offices(async (open) => {
      const opened = await office(open, merge)
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
      expect(only(document)).toMatchObject({ records: { read: 60, valid: 30, invalid: 0, pushed: 30 }, verified: true })
      expect(only(document).sources?.map(({ name, rows }) => [name, rows])).toEqual([
        ['hr', 30],
        ['directory', 30],
      ])
      expect(opened.held()).toHaveLength(30)
      expect(puts(opened)).toBe(1)
      const again = await opened.json('run')
      expect(only(again).changes).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 30 })
    }),
  )

  it('that is broken push nothing: exit 12', () =>
    offices(async (open) => {
      const opened = await office(open, BY_ID)
      expect((await opened.cli('run')).code).toBe(0)
      await opened.write('directory.csv', directoryCsv(people(30)).slice(0, -20))
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 12, outcome: 'failed' })
      expect(only(document).error?.message).toMatch(/directory/)
      expect(puts(opened)).toBe(1)
      expect(opened.held()).toHaveLength(30)
    }))

  it('that differ in a field let the first one win, and say so', () =>
    offices(async (open) => {
      const opened = await office(open, BY_ID)
      const rows = people(30).map((row, i) => (i === 3 ? { ...row, displayName: 'Somebody else' } : row))
      await opened.write('directory.csv', directoryCsv(rows))
      const { stdout } = await opened.cli('plan')
      expect(stdout).toContain('1 record on which sources differ: the earlier source won')
      const document = await opened.json('run')
      expect(only(document)).toMatchObject({
        problems: [],
        conflicts: [{ uniqueId: 'E-1004', fields: ['displayName'], places: ['people.csv:5', 'directory.csv:5'] }],
        conflictsTotal: 1,
      })
      const redacted = await opened.json('plan', '--redact')
      expect(JSON.stringify(only(redacted).conflicts)).not.toContain('E-1004')
    }))

  it('keep names out of a redacted plan when their places are names', () =>
    offices(async (open) => {
      const opened = await open({
        config: (sandbox) =>
          config(
            sandbox,
            '      - connector: hr\n        with: { path: ./people.csv }\n      - connector: entries\n    merge: error\n',
          ).replace('connectors:', 'connectors:\n  entries: { use: ./entries.mjs }'),
      })
      const rows = people(30)
      await opened.write('people.csv', csvOf(rows))
      await opened.write('entries.mjs', ENTRIES)
      const changed = rows.map((row, i) => (i === 3 ? { ...row, displayName: 'Somebody else' } : row))
      await opened.write('entries.json', JSON.stringify([...changed, { ...changed[7], status: 'lost' }]))
      const text = JSON.stringify(await opened.json('plan', '--redact'))
      expect(text).toContain('merge-conflict')
      expect(text).toContain('differ in displayName')
      expect(text).not.toContain('uid=')
      expect((await opened.cli('plan', '--redact')).stdout).not.toContain('uid=')
    }))

  it('that differ are a problem of their record when the policy is error', () =>
    offices(async (open) => {
      const merge = '      - connector: hr\n      - connector: directory\n'
      const opened = await open({ config: (sandbox) => config(sandbox, merge) })
      await opened.write('people.csv', csvOf(people(30)))
      const rows = people(30).map((row, i) => (i === 3 ? { ...row, displayName: 'Somebody else' } : row))
      await opened.write('directory.csv', csvOf(rows))
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded' })
      const [problem] = only(document).problems ?? []
      expect(problem).toMatchObject({ code: 'merge-conflict', uniqueId: 'E-1004' })
      expect(problem?.message).toMatch(/differ in displayName: people\.csv:5, directory\.csv:5/)
    }))

  it('that both lack a required column are refused with its name: exit 12', () =>
    offices(async (open) => {
      const opened = await office(open, BY_ID)
      await opened.write('directory.csv', directoryCsv(people(30)).replace('accountName', 'login'))
      const document = await opened.json('run')
      expect(document.exitCode).toBe(12)
      expect(only(document).error?.message).toMatch(/accountName: nothing feeds the required field accountName/)
      expect(puts(opened)).toBe(0)
    }))
})
