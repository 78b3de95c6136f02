import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileMapping } from '../../../core/mapping/compile.ts'
import type { MappingPass } from '../../../core/mapping/mapping.ts'
import { ACCOUNT, compile, mapOne, mappingOf, NOW, passOf, problemsOf, typeOf } from './fixture.ts'

/** A pass of a map that names nothing but what is given. */
function bare(map: Record<string, unknown>): MappingPass {
  const compiled = compileMapping({ type: typeOf('user_account'), map, tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled.mapping.start({ now: NOW })
}

const COLUMNS = [
  'Unique ID',
  'display_name',
  'FullName',
  'account-name',
  'E-Mail',
  'external url',
  'permission_level',
  'CREATEDTIMESTAMP',
  'Status',
  'mfaEnabled',
  'mfaMethods',
  'authMethod',
]
const ROW = {
  'Unique ID': 'E-1',
  display_name: 'Ada',
  FullName: 'Ada',
  'account-name': 'ada',
  'E-Mail': 'ada@example.com',
  'external url': 'https://x.example.com/1',
  permission_level: 'Admin',
  CREATEDTIMESTAMP: '2025-01-01',
  Status: 'active',
  mfaEnabled: 'TRUE',
  mfaMethods: 'PUSH_PROMPT,SMS',
  authMethod: 'sso',
}

describe('fields that map themselves', () => {
  test('from columns of their name, letter case, blanks, _ and - aside, without any map', () => {
    const pass = bare({})
    expect(pass.columns(COLUMNS)).toEqual([])
    expect(pass.map({ at: 'x', fields: ROW })).toMatchObject({
      uniqueId: 'E-1',
      problems: [],
      record: {
        permissionLevel: 'ADMIN',
        mfaEnabled: true,
        mfaMethods: ['PUSH_PROMPT', 'SMS'],
        createdTimestamp: '2025-01-01T00:00:00Z',
        email: 'ada@example.com',
      },
    })
  })

  test('not when the map names them, and null stops those that may go without', () => {
    const pass = passOf({ roleDescription: null })
    pass.columns(['roleDescription', 'email'])
    const { record } = pass.map({ at: 'x', fields: { roleDescription: 'x', email: 'other@example.com' } })
    expect(record).toMatchObject({ email: ACCOUNT.email })
    expect(record).not.toHaveProperty('roleDescription')
    expect(pass.finish().unusedColumns).toEqual(['roleDescription', 'email'])
    expect(problemsOf({ email: null })).toMatchObject([
      { path: ['map', 'email'], message: expect.stringContaining('required') as string },
    ])
  })

  test('not from two columns at once: that is a problem until the map names one', () => {
    expect(bare({}).columns([...COLUMNS, 'Email'])).toMatchObject([
      { path: ['map', 'email'], message: expect.stringContaining("'E-Mail' and 'Email'") as string },
    ])
    expect(bare({ email: '{{ Email }}' }).columns([...COLUMNS, 'Email'])).toEqual([])
  })

  test('columns that feed nothing are told once', () => {
    const pass = bare({ email: "{{ row['Work Mail'] }}" })
    pass.columns([...COLUMNS, 'Work Mail', 'department'])
    expect(pass.finish()).toEqual({ problems: [], unusedColumns: ['E-Mail', 'department'] })
  })
})

describe('columns that are missing', () => {
  test('a required field that nothing feeds is found as soon as the columns are known', () => {
    const without = COLUMNS.map((column) => (column === 'E-Mail' ? 'emial' : column))
    expect(bare({}).columns(without)).toMatchObject([{ path: ['map', 'email'], nearest: 'emial' }])
  })

  test('a column that the map names must be there, wherever in an expression it stands', () => {
    const map = {
      email: '{{ mial }}',
      fullName: "{{ first == 'x' ? row['Last Name'] : join([midle], ' ') }}",
      permissionLevel: { from: 'rol', values: { a: 'ADMIN' } },
    }
    expect(passOf(map).columns(['mail', 'first', 'last name', 'middle', 'role'])).toMatchObject([
      { path: ['map', 'fullName'], nearest: 'last name' },
      { path: ['map', 'fullName'], nearest: 'middle' },
      { path: ['map', 'email'], nearest: 'mail' },
      { path: ['map', 'permissionLevel', 'from'], nearest: 'role' },
    ])
  })

  test('what CEL reads as a formula may have been meant as a name', () => {
    expect(passOf({ email: '{{ e-mail }}' }).columns(['e-mail'])[0]).toMatchObject({
      expected: expect.stringContaining("row['e-mail']") as string,
    })
    expect(passOf({ email: '{{ user.mail }}' }).columns(['user.mail'])[0]).toMatchObject({
      expected: expect.stringContaining("row['user.mail']") as string,
    })
    expect(passOf({ createdTimestamp: '{{ now }}' }).columns(['x'])[0]?.message).toContain('now(…)')
  })

  test('a source that cannot announce its columns is judged by its rows, at the end', () => {
    const pass = passOf({ roleDescription: '{{ title }}', groupIds: '{{ team }}' })
    pass.map({ at: '1', fields: { title: 'x' } })
    pass.map({ at: '2', fields: { extra: 1 } })
    expect(pass.finish()).toMatchObject({ problems: [{ path: ['map', 'groupIds'] }], unusedColumns: ['extra'] })

    const self = bare({})
    const first = self.map({ at: '1', fields: { ...ROW, 'E-Mail': undefined, Email: undefined } })
    expect(first.problems).toMatchObject([{ code: 'missing', field: 'email' }])
    expect(self.map({ at: '2', fields: ROW }).problems).toEqual([])
    expect(self.finish().problems).toMatchObject([{ path: ['map', 'email'] }])
  })

  test('a source without a row and without a header is not blamed', () => {
    expect(bare({ email: '{{ mail }}' }).finish()).toEqual({ problems: [], unusedColumns: [] })
  })
})

describe('a row', () => {
  test('has all its problems told at once, and each field once', () => {
    const { problems, uniqueId, record } = mapOne(
      {
        email: '{{ mail }}',
        permissionLevel: '{{ role }}',
        createdTimestamp: '{{ hired }}',
        externalUrl: 'http://x.example.com/{{ id }}',
        mfaMethods: '{{ mfa }}',
      },
      { mail: '', role: 'Boss', hired: '03/04/2025', id: 1, mfa: 'SMS,FAX' },
    )
    expect(problems.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
      'bad-date createdTimestamp',
      'missing email',
      'not-https externalUrl',
      'not-listed mfaMethods[1]',
      'not-listed permissionLevel',
    ])
    expect(uniqueId).toBe('E-1')
    expect(record['fullName']).toBe('Ada')
  })

  test.each([[''], ['  '], [null], [{}], ['1.23E+11']])('whose uniqueId is %j has none', (id) => {
    const { uniqueId, problems } = mapOne({ uniqueId: '{{ id }}' }, { id })
    expect(uniqueId).toBeUndefined()
    expect(problems).toMatchObject([{ field: 'uniqueId' }])
  })

  test('is canonical when it is valid', () => {
    const { record } = mapOne(
      { lastLoginTimestamp: '{{ seen }}', roleDescription: null },
      { seen: '2025-07-01T10:00:00.5+02:00' },
    )
    expect(record['lastLoginTimestamp']).toBe('2025-07-01T08:00:00Z')
    expect(Object.keys(record)).toEqual(typeOf('user_account').fieldNames.filter((name) => name in record))
  })

  test('of one pass does not see the instant of another', () => {
    const mapping = mappingOf({ createdTimestamp: '{{ now() }}' })
    const [early, late] = [mapping.start({ now: 0 }), mapping.start({ now: NOW })]
    const row = { at: 'x', fields: {} }
    late.map(row)
    expect(early.map(row).record['createdTimestamp']).toBe('1970-01-01T00:00:00Z')
    expect(late.map(row).record['createdTimestamp']).toBe('2026-11-23T09:30:00Z')
  })
})

describe('any row', () => {
  const map = {
    uniqueId: '{{ id }}',
    fullName: '{{ first }} {{ last }}',
    email: "{{ lower(replace(mail, ' ', '')) }}",
    permissionLevel: { from: 'role', values: { Admin: 'ADMIN' }, default: 'BASE' },
    createdTimestamp: "{{ date(hired, 'dd/MM/yyyy') }}",
    status: "{{ left != '' ? 'DEACTIVATED' : 'ACTIVE' }}",
    mfaEnabled: '{{ mfa }}',
    mfaMethods: "{{ split(methods, ';') }}",
    groupIds: '{{ teams }}',
    roleDescription: '{{ manager.title }}',
  }
  const columns = [
    'id',
    'first',
    'last',
    'mail',
    'role',
    'hired',
    'left',
    'mfa',
    'methods',
    'teams',
    'manager',
    'Last Login Timestamp',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'Admin', '01/02/2025', 'true', '[', '{}', 'SMS;OTP'),
  )
  const rows = (cell: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> =>
    fc.record(Object.fromEntries(columns.map((column) => [column, cell])), { requiredKeys: [] })

  test.each([
    ['text', rows(text)],
    ['JSON', rows(fc.jsonValue())],
    [
      'what drivers give',
      rows(
        fc.oneof(
          fc.bigInt(),
          fc.date({ noInvalidDate: false }),
          fc.double(),
          fc.uint8Array(),
          fc.constant(undefined),
          fc.constant(null),
        ),
      ),
    ],
    ['anything under any name', fc.dictionary(fc.string(), fc.anything())],
  ])('of %s never makes the mapping throw, and the same row makes the same record', (_name, row) => {
    const announced = passOf(map)
    announced.columns(columns)
    const searching = passOf(map)
    fc.assert(
      fc.property(row, (fields) => {
        const first = announced.map({ at: 'x', fields })
        expect(announced.map({ at: 'x', fields })).toEqual(first)
        expect(first.problems.length > 0 || JSON.stringify(first.record) !== '').toBe(true)
        if (first.problems.length === 0) expect(typeOf('user_account').validate(first.record)).toEqual([])
        searching.map({ at: 'x', fields })
      }),
      { numRuns: 1000 },
    )
  })

  test('compiling any map never throws', () => {
    const names = fc.constantFrom(...Object.keys(ACCOUNT), 'groupIds', 'from', 'values')
    fc.assert(
      fc.property(
        fc.dictionary(
          names,
          fc.oneof(
            fc.jsonValue(),
            fc.string().map((inner) => `{{ ${inner} }}`),
            fc.string(),
          ),
        ),
        (entries) => {
          compile(entries)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
