import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../sandbox/start.ts'
import { ACCOUNTS, csvOf, type Office, offices, type Open, only, people } from '../support/cli.ts'

/** Personnel decides who exists; the directory knows the login of each e-mail. */
function config(sandbox: Sandbox, { map = '{{ dir.sAMAccountName }}', missing = 'keep' } = {}): string {
  return `vanta:
  baseUrl: ${sandbox.url}
  limits: { tokenRequests: 1000, resourceRequests: 1000 }
applications:
  people-x:
    clientId: { env: PEOPLE_X_CLIENT_ID }
    clientSecret: { env: PEOPLE_X_CLIENT_SECRET }
connectors:
  hr: { use: csv, with: { path: ./people.csv } }
  directory: { use: csv, with: { path: ./none.csv } }
resources:
  accounts:
    type: user_account
    resourceId: ${ACCOUNTS}
    from:
      - connector: hr
        join:
          - connector: directory
            with: { path: ./directory.csv }
            as: dir
            by: { left: "{{ lower(email) }}", right: "{{ lower(mail) }}" }
            missing: ${missing}
        map:
          accountName: "${map}"
          roleDescription: "{{ dir == '' ? 'no account' : dir.title }}"
`
}

function directoryCsv(numbers: readonly number[]): string {
  const rows = numbers.map((number) => ({
    sAMAccountName: `login${number}`,
    mail: `Person${number}@Example.com`,
    title: `Title ${number}`,
    phone: `${number}`,
  }))
  return csvOf(rows)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

async function office(open: Open, options: Parameters<typeof config>[1] = {}): Promise<Office> {
  const opened = await open({ config: (sandbox) => config(sandbox, options), people: people(30) })
  await opened.write('directory.csv', directoryCsv(upTo(35).toReversed()))
  return opened
}

const puts = (opened: Office): number => opened.requests().filter((line) => line.startsWith('PUT')).length

describe.concurrent('a CSV file joined to another one by e-mail', () => {
  it('gives the logins of those whom personnel knows, and adds nobody', () =>
    offices(async (open) => {
      const opened = await office(open)
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
      expect(only(document)).toMatchObject({
        records: { read: 30, valid: 30, pushed: 30 },
        sources: [
          { name: 'directory', rows: 35, join: { as: 'dir', to: 'hr', matched: 30, missing: 0, unused: 5 } },
          { name: 'hr', rows: 30 },
        ],
      })
      expect(opened.held()).toEqual(people(30).map(({ uniqueId }) => uniqueId))
      const [record] = opened.sandbox.control.state().resources.flatMap(({ records }) => records)
      expect(record).toMatchObject({ accountName: 'login1', roleDescription: 'Title 1' })
      const { stdout } = await opened.cli('plan')
      expect(stdout).toContain('directory as dir: 30 of 30 rows of hr matched, 5 of its rows matched nobody')
    }))

  it('is in the preview, as the row and as the record', () =>
    offices(async (open) => {
      const opened = await office(open)
      const { stdout } = await opened.cli('preview', 'accounts', '--rows', '2')
      expect(stdout).toMatch(/people\.csv:2\n[^]*accountName: "login1"[^]*people\.csv:3\n[^]*accountName: "login2"/)
      expect(stdout).not.toContain('people.csv:4')
      const raw = await opened.cli('preview', 'accounts', '--rows', '1', '--raw')
      expect(raw.stdout).toMatch(/email = "person1@example\.com"/)
      expect(raw.stdout).toMatch(/dir\.sAMAccountName = "login1"/)
      const { rows } = await opened.json<{ rows: unknown[] }>('preview', 'accounts', '--rows', '1')
      expect(rows).toMatchObject([{ at: 'people.csv:2', joined: { dir: { title: 'Title 1' } } }])
    }))

  it('that is broken fails the resource before anybody looks at personnel: exit 12', () =>
    offices(async (open) => {
      const opened = await office(open)
      expect((await opened.cli('run')).code).toBe(0)
      await opened.write('directory.csv', directoryCsv(upTo(30)).slice(0, -12))
      await opened.export(people(10))
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 12, outcome: 'failed' })
      expect(only(document).error?.message).toMatch(/^directory .*directory\.csv/)
      expect(puts(opened)).toBe(1)
      expect(opened.held()).toHaveLength(30)
    }))

  it('that is suddenly empty holds the plan: exit 11', () =>
    offices(async (open) => {
      const opened = await office(open, { map: "{{ coalesce(dir.sAMAccountName, row['accountName']) }}" })
      expect((await opened.cli('run')).code).toBe(0)
      await opened.write('directory.csv', 'sAMAccountName,mail,title\n')
      const document = await opened.json('run')
      expect(document.exitCode).toBe(11)
      expect(only(document).hold?.reasons).toContainEqual(
        expect.objectContaining({ rule: 'emptySource', names: ['directory'] }),
      )
      expect(puts(opened)).toBe(1)
    }))

  it('that has nothing for a person leaves the record as last accepted when missing is invalid', () =>
    offices(async (open) => {
      const opened = await office(open, { missing: 'invalid' })
      expect((await opened.cli('run')).code).toBe(0)
      await opened.write('directory.csv', directoryCsv(upTo(29)))
      const document = await opened.json('run')
      expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded' })
      expect(only(document)).toMatchObject({ records: { invalid: 1, carriedForward: 1, pushed: 30 } })
      expect(only(document).problems?.[0]).toMatchObject({
        code: 'join-missing',
        at: 'people.csv:31',
        uniqueId: 'E-1030',
      })
      expect(opened.held()).toHaveLength(30)
    }))

  it('with two accounts for an e-mail makes that record a problem with both places', () =>
    offices(async (open) => {
      const opened = await office(open)
      await opened.write('directory.csv', `${directoryCsv(upTo(30))}other1,person1@example.com,Title 1,1\n`)
      const document = await opened.json('run')
      expect(only(document)).toMatchObject({ records: { valid: 29, invalid: 1 } })
      const [problem] = only(document).problems ?? []
      expect(problem).toMatchObject({ code: 'join-ambiguous', at: 'people.csv:2', uniqueId: 'E-1001', field: 'dir' })
      expect(problem?.message).toMatch(/directory\.csv:2, directory\.csv:32/)
    }))

  it('without a column that is read of it is refused with the nearest name', () =>
    offices(async (open) => {
      const opened = await office(open, { map: '{{ dir.sAMAcountName }}' })
      const document = await opened.json('run')
      expect(document.exitCode).toBe(12)
      expect(only(document).error?.message).toMatch(/^directory .*did you mean "sAMAccountName"\?/)
    }))
})
