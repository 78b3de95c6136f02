/** Mapping tests as somebody who maintains a configuration meets them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../docs/pages.ts'
import { type CommandResult, runCommand } from '../support/command.ts'

const CONFIG = `applications:
  x: { clientId: { env: NOT_SET }, clientSecret: { env: NOT_SET_EITHER } }
connectors:
  hr: { use: csv, with: { path: { env: NO_PATH } } }
  badges: { use: json, with: { path: ./badges.json } }
  directory: { use: csv, with: { path: ./directory.csv } }
x-map: &map
  externalUrl: "https://hr.example.com/{{ id }}"
  fullName: "{{ name }}"
  displayName: "{{ name }}"
  permissionLevel: { from: role, values: { Admin: ADMIN, User: BASE } }
  createdTimestamp: "{{ date(since, 'dd.MM.yyyy') }}"
  authMethod: SSO
  mfaEnabled: null
  mfaMethods: []
resources:
  accounts:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f567
    from:
      connector: hr
      join: { connector: directory, as: dir, by: { left: email, right: mail } }
      map:
        <<: *map
        uniqueId: "{{ id }}"
        accountName: "{{ dir == '' ? id : dir.login }}"
        status: "{{ left_on == '' || date(left_on) > now() ? 'ACTIVE' : 'DEACTIVATED' }}"
        roleDescription: "{{ level + '!' }}"
  everybody:
    type: user_account
    resourceId: 66f1c2a9e4b0a1d2c3e4f568
    from:
      - connector: hr
        map: { <<: *map, uniqueId: "{{ id }}", accountName: "{{ id }}", status: ACTIVE }
      - connector: badges
        map: { <<: *map, uniqueId: "{{ string(number) }}", accountName: "{{ serial }}", status: ACTIVE }
  things:
    type: custom_resource
    resourceId: 66f1c2a9e4b0a1d2c3e4f569
    customProperties: { colour: string, size: int32 }
    from: { connector: badges, map: { displayName: "{{ name }}", externalUrl: "https://x.example/{{ name }}", uniqueId: "{{ name }}" } }
`

const ADA = 'id: E-1, name: Ada Lovelace, email: ada@example.com, role: Admin, since: 01.02.2020'
const BOB = 'id: E-2, name: Bob Noyce, email: bob@example.com, role: User, since: 03.02.2020'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vanta-sync-mapping-tests-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let count = 0

/** Each in a configuration of its own name, so that tests do not see each other's. */
async function check(tests: string, { name = 'tests', args = [] as string[] } = {}): Promise<CommandResult> {
  const stem = join(folder, `c${++count}`)
  await writeFile(`${stem}.config.yaml`, CONFIG)
  await writeFile(`${stem}.${name}.yaml`, tests)
  const result = await runCommand(['-c', `${stem}.config.yaml`, 'test', ...args])
  const short = (text: string): string => text.replaceAll(`${stem}.${name}.yaml`, 'tests.yaml')
  const problems = result.problems.map((problem) => ({ ...problem, at: short(problem.at) }))
  return { ...result, stdout: short(result.stdout), problems }
}

function exactTest(exact: boolean): string {
  return `
tests:
  - { name: all, resource: accounts, exact: ${exact}, rows: { ${ADA} }, records: { uniqueId: E-1, fullName: Ada Lovelace } }
`
}

function timedTest(now: string): string {
  return `
now: 2026-11-23T09:30:00Z
tests:
  - { name: leaver, resource: accounts, ${now} rows: { ${ADA}, left_on: 2026-11-24 }, records: { status: ACTIVE } }
`
}

describe('mapping tests', () => {
  it('hold when the records come out as they say, whatever variables are missing', async () => {
    const { code, stdout, stderr } = await check(`
resource: accounts
tests:
  - name: an administrator
    rows: { ${ADA} }
    records:
      uniqueId: E-1
      permissionLevel: ADMIN
      createdTimestamp: 2020-02-01T01:00:00+01:00
      deactivatedTimestamp: null
`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^accounts, mapping tests of tests\.yaml\n {2}✓ an administrator \d+ ms\nAll 1 checks hold/)
  })

  it('fail by field, with expected, actual and the line of the expectation', async () => {
    const { code, stdout } = await check(`
resource: accounts
tests:
  - name: an administrator
    rows:
      - { ${ADA}, shoe_size: 9 }
    records:
      - uniqueId: E-1
        permissionLevel: BASE
        mfaMethods: [SMS]
        status: ACTIVE
`)
    expect(code).toBe(1)
    expect(stdout).toContain(`  ✗ an administrator (tests.yaml:4:5)`)
    expect(stdout).toContain(`
    tests.yaml:9:26 E-1 permissionLevel
      expected "BASE"
      actual   "ADMIN"
    tests.yaml:10:9 E-1 mfaMethods
      expected ["SMS"]
      actual   []
    columns of the rows that feed nothing: shoe_size
1 of 1 checks says no: accounts.
`)
  })

  it('fail for records too many and too few, and for problems nobody expects', async () => {
    const { code, stdout } = await check(`
resource: accounts
tests:
  - name: two of three
    rows: [{ ${ADA} }, { ${BOB} }, { id: E-3 }]
    records: [{ uniqueId: E-1 }, { uniqueId: E-4 }]
`)
    expect(code).toBe(1)
    expect(stdout).toMatch(/tests\.yaml:6:34 E-4\n {6}expected a record\n {6}actual {3}none\n/)
    expect(stdout).toMatch(/tests\.yaml:5:\d+ E-2\n {6}expected no record\n {6}actual {3}a record\n/)
    expect(stdout).toMatch(/tests\.yaml:5:\d+ E-3, a problem of email\n {6}expected none\n {6}actual {3}missing: /)
  })

  it.each([
    [
      'the field, its code, a part of the message and the row',
      'field: permissionLevel, code: not-listed, message: none of the listed, row: 2',
      0,
    ],
    ['the field alone', 'field: permissionLevel', 0],
    ['another code', 'field: permissionLevel, code: missing', 1],
    ['another row', 'field: permissionLevel, row: 1', 1],
    ['another message', 'field: permissionLevel, message: nonsense', 1],
    ['another field', 'field: email', 1],
  ])('compare expected problems by %s', async (_, problem, expected) => {
    const rows = `[{ ${ADA} }, { ${BOB.replace('role: User', 'role: Guest')} }]`
    const { code, stdout } = await check(`
tests:
  - { name: a guest, resource: accounts, rows: ${rows}, records: { uniqueId: E-1 }, problems: { ${problem} } }
`)
    expect({ code, stdout }).toMatchObject({ code: expected })
  })

  it('know no other fields when they are exact', async () => {
    expect((await check(exactTest(false))).code).toBe(0)
    const { code, stdout } = await check(exactTest(true))
    expect(code).toBe(1)
    expect(stdout).toMatch(/E-1 email\n {6}expected null\n {6}actual {3}"ada@example\.com"/)
  })

  it('own the present: now() is the instant they name', async () => {
    expect((await check(timedTest(''))).code).toBe(0)
    expect((await check(timedTest('now: 2026-11-25T00:00:00Z,'))).code).toBe(1)
  })

  it('give rows of joined sources, and none when they do not name them', async () => {
    const { code, stdout } = await check(`
resource: accounts
tests:
  - name: has a login
    rows: { ${ADA} }
    joined: { dir: [{ mail: bob@example.com, login: bob }, { mail: ada@example.com, login: ada }] }
    records: { accountName: ada }
  - name: has none
    rows: { ${ADA} }
    records: { accountName: E-1 }
`)
    expect({ code, stdout }).toMatchObject({ code: 0 })
  })

  it('merge several sources as the resource does', async () => {
    const { code, stdout } = await check(`
resource: everybody
tests:
  - name: two of one id that differ are one problem
    from:
      - { source: hr, rows: { ${ADA} } }
      - { source: badges, rows: { number: E-1, serial: 1, name: Somebody Else, email: a@example.com, role: User, since: 01.02.2020 } }
    records: []
    problems: { field: uniqueId, code: merge-conflict }
  - name: two of their own are two
    from:
      - { source: hr, rows: { ${ADA} } }
      - { source: badges, rows: { number: B-7, serial: 0042, name: Bob, email: b@example.com, role: User, since: 01.02.2020 } }
    records:
      - { uniqueId: E-1 }
      # The source is no text file, and a number that YAML would change stays as it was written.
      - { uniqueId: B-7, accountName: 0042 }
  - name: one of them alone
    source: badges
    rows: { number: 7, serial: 1, name: Bob, email: b@example.com, role: User, since: 01.02.2020 }
    records: { uniqueId: 7 }
`)
    expect({ code, stdout }).toMatchObject({ code: 0 })
  })

  it('give a text file text, whatever YAML would make of it', async () => {
    // `level + '!'` is an error for numbers.
    const { code, stdout } = await check(`
resource: accounts
tests:
  - { name: text, rows: { ${ADA}, level: 12 }, records: { roleDescription: 12! } }
`)
    expect({ code, stdout }).toMatchObject({ code: 0 })
  })

  it('name custom properties by their bare names, or as a whole', async () => {
    const { code, stdout } = await check(`
resource: things
tests:
  - { name: bare, exact: true, rows: { name: A, colour: red, size: 3 }, records: { uniqueId: A, displayName: A, externalUrl: https://x.example/A, colour: red, size: 3 } }
  - { name: whole, rows: { name: A, colour: red, size: 3 }, records: { customProperties: { colour: red, size: 3 } } }
`)
    expect({ code, stdout }).toMatchObject({ code: 0 })
  })

  it('are run for a connector when it feeds the resource, by itself or joined', async () => {
    const tests = `
tests:
  - { name: accounts, resource: accounts, rows: { ${ADA} }, records: { uniqueId: E-1 } }
  - { name: things, resource: things, rows: { name: A }, records: { uniqueId: A } }
`
    await writeFile(join(folder, 'directory.csv'), 'mail,login\nada@example.com,ada\n')
    const stem = join(folder, 'fed')
    await writeFile(`${stem}.yaml`, CONFIG.replace('{ env: NO_PATH }', './people.csv'))
    await writeFile(`${stem}.tests.yaml`, tests)
    const { stdout } = await runCommand(['-c', `${stem}.yaml`, '--json', 'test', 'directory'], {
      NOT_SET: 'vci_1',
      NOT_SET_EITHER: 'vcs_1',
    })
    const { mappings, connectors } = JSON.parse(stdout) as {
      mappings: { name: string }[]
      connectors: { name: string }[]
    }
    expect(mappings.map(({ name }) => name)).toEqual(['accounts'])
    expect(connectors.map(({ name }) => name)).toEqual(['directory'])
  }, 60_000)

  it('say in a document what differs, field by field', async () => {
    const { code, stdout } = await check(
      `
tests:
  - { name: a guest, resource: accounts, rows: { ${ADA} }, records: { uniqueId: E-1, fullName: Ada } }
`,
      { args: ['--json'] },
    )
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'test',
      exitCode: 1,
      connectors: [],
      mappings: [
        {
          name: 'accounts',
          checks: [
            {
              name: 'a guest',
              at: 'tests.yaml:3:5',
              ok: false,
              differences: [
                {
                  kind: 'field',
                  what: 'E-1 fullName',
                  expected: 'Ada',
                  actual: 'Ada Lovelace',
                  at: expect.stringMatching(/^tests\.yaml:3:\d+$/) as string,
                },
              ],
            },
          ],
        },
      ],
    })
  })

  it('tell which values were left out, when that may be why', async () => {
    const { stderr } = await check(`
tests:
  - { name: x, resource: accounts, rows: { ${ADA} }, records: { uniqueId: E-2 } }
`)
    expect(stderr).toContain('connectors.hr.with.path: is left out: the environment variable NO_PATH is not set')
  })

  it('are found in files of their own names', async () => {
    const one = `tests: [{ name: x, resource: accounts, rows: { ${ADA} }, records: { uniqueId: E-1 } }]\n`
    expect((await check(one, { name: 'people.tests' })).code).toBe(0)
  })

  it.each(['test', 'mapping-test', 'people.test'])(
    'are never passed over for a name such as vanta.%s.yaml',
    async (name) => {
      const { code, problems } = await check('tests: []\n', { name })
      expect(code).toBe(78)
      expect(problems).toMatchObject([{ code: 'test-file-name', message: 'would not be read by this name' }])
    },
  )
})

const ROWS = `rows: { ${ADA} }`
const TEST = `name: x, resource: accounts, ${ROWS}, records: { uniqueId: E-1 }`

describe('a mistake in a file of mapping tests', () => {
  it.each<[string, string, object]>([
    [
      'an unknown key',
      `tests: [{ ${TEST}, recrods: [] }]`,
      { at: 'tests.yaml:1:163', code: 'unknown-key', nearest: 'records' },
    ],
    [
      'an unknown key at the top',
      `test: []\ntests: [{ ${TEST} }]`,
      { at: 'tests.yaml:1:1', code: 'unknown-key', nearest: 'tests' },
    ],
    ['no test', 'tests: []', { code: 'out-of-range', path: 'tests' }],
    ['an empty file', '# later\n', { code: 'tests-empty', expected: 'tests' }],
    [
      'no name',
      `tests: [{ resource: accounts, ${ROWS}, records: [] }]`,
      { code: 'missing-key', path: 'tests[0].name' },
    ],
    ['two of one name', `tests: [{ ${TEST} }, { ${TEST} }]`, { code: 'duplicate-name', path: 'tests[1].name' }],
    [
      'an unknown resource',
      `tests: [{ ${TEST.replace('accounts', 'acounts')} }]`,
      { code: 'unknown-resource', nearest: 'accounts', path: 'tests[0].resource' },
    ],
    [
      'an unknown resource of the file',
      `resource: acounts\ntests: [{ name: x, ${ROWS}, records: [] }]`,
      { at: 'tests.yaml:1:11', code: 'unknown-resource' },
    ],
    [
      'no resource where there are several',
      `tests: [{ name: x, ${ROWS}, records: [] }]`,
      { code: 'missing-key', path: 'tests[0].resource' },
    ],
    ['an unknown source', `tests: [{ ${TEST}, source: hrr }]`, { code: 'unknown-source', nearest: 'hr' }],
    [
      'no source where there are several',
      `tests: [{ ${TEST.replace('accounts', 'everybody')} }]`,
      { code: 'missing-key', path: 'tests[0].source' },
    ],
    [
      'one source twice',
      `tests: [{ name: x, resource: everybody, records: [], from: [{ source: hr, ${ROWS} }, { source: hr, ${ROWS} }] }]`,
      { code: 'duplicate-item', path: 'tests[0].from[1].source' },
    ],
    [
      'rows beside from',
      `tests: [{ ${TEST}, from: [{ source: hr, ${ROWS} }] }]`,
      { code: 'both-forms', path: 'tests[0].rows' },
    ],
    ['an unknown join', `tests: [{ ${TEST}, joined: { dri: { mail: x } } }]`, { code: 'unknown-join', nearest: 'dir' }],
    [
      'no rows',
      'tests: [{ name: x, resource: accounts, records: [] }]',
      { code: 'missing-key', path: 'tests[0].rows' },
    ],
    [
      'nothing expected',
      `tests: [{ name: x, resource: accounts, ${ROWS} }]`,
      { code: 'no-expectation', path: 'tests[0]' },
    ],
    [
      'a record without a field',
      `tests: [{ name: x, resource: accounts, ${ROWS}, records: {} }]`,
      { code: 'no-expectation', path: 'tests[0].records' },
    ],
    [
      'an unknown field',
      `tests: [{ ${TEST.replace('uniqueId', 'uniqeId')} }]`,
      { code: 'unknown-key', nearest: 'uniqueId', path: 'tests[0].records.uniqeId' },
    ],
    ['no instant', `now: yesterday\ntests: [{ ${TEST} }]`, { at: 'tests.yaml:1:6', code: 'bad-instant' }],
    [
      'a row that is not there',
      `tests: [{ ${TEST}, problems: { field: email, row: 2 } }]`,
      { code: 'out-of-range', path: 'tests[0].problems.row' },
    ],
    [
      'a list in a text file',
      `tests: [{ ${TEST.replace('E-1,', '[1],')} }]`,
      { code: 'wrong-type', path: 'tests[0].rows.id' },
    ],
    [
      'a row that is none',
      'tests: [{ name: x, resource: accounts, rows: [Ada], records: [] }]',
      { code: 'wrong-type', path: 'tests[0].rows[0]' },
    ],
  ])('is told by line, column and the nearest name: %s', async (_, text, problem) => {
    const { code, problems } = await check(`${text}\n`)
    expect(code).toBe(78)
    expect(problems).toMatchObject([problem])
    expect(problems[0]?.at).toMatch(/^tests\.yaml:\d+:\d+$/)
  })
})

describe('the mapping tests of this repository', () => {
  it.each(['vanta.config.yaml', 'examples/first/vanta.config.yaml'])('hold for %s', async (config) => {
    const { code, stdout } = await runCommand(['-c', join(ROOT, config), '--json', 'test'])
    const { mappings } = JSON.parse(stdout) as { mappings: { checks: { ok: boolean }[] }[] }
    expect(mappings.flatMap(({ checks }) => checks)).toHaveLength(3)
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' })
  })
})
