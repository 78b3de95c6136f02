import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { ACCOUNT, compile, mapOne, mappingOf, problemsOf, said, typeOf } from './fixture.ts'

describe('constants', () => {
  test('are checked before any row', () => {
    expect(problemsOf({ authMethod: 'SS0' })).toMatchObject([
      { path: ['map', 'authMethod'], message: expect.stringContaining('nearest is SSO') as string },
    ])
    expect(problemsOf({ createdTimestamp: '03/04/2025' })).toMatchObject([{ path: ['map', 'createdTimestamp'] }])
    expect(problemsOf({ mfaEnabled: 'perhaps', mfaMethods: ['SMS', 'FAX'] })).toMatchObject([
      { path: ['map', 'mfaEnabled'] },
      { path: ['map', 'mfaMethods', 1] },
    ])
    expect(problemsOf({ email: '' })).toMatchObject([{ path: ['map', 'email'] }])
    expect(problemsOf({ email: ['a'] })).toMatchObject([{ path: ['map', 'email'] }])
  })

  test('are sent as written, in the form of their field', () => {
    const { record } = mapOne(
      { accountName: ' a  b', authMethod: 'sso', createdTimestamp: '2025-01-01', mfaMethods: [] },
      {},
      { zone: 'Europe/Berlin' },
    )
    expect(record).toMatchObject({
      accountName: ' a  b',
      authMethod: 'SSO',
      createdTimestamp: '2024-12-31T23:00:00Z',
      mfaMethods: [],
      mfaEnabled: null,
    })
    expect(mapOne({ accountName: 7, mfaEnabled: true, mfaMethods: 'sms, otp' }, {}).record).toMatchObject({
      accountName: '7',
      mfaEnabled: true,
      mfaMethods: ['SMS', 'OTP'],
    })
  })
})

test('everything that is wrong is said at once, each with its path and the nearest name', () => {
  const problems = problemsOf({
    emial: 'x',
    authMethod: 'SS0',
    fullName: '{{ a + }}',
    accountName: '{{ Employee ID }}',
    status: { from: 'x', valeus: { a: 'ACTIVE' } },
  })
  expect(problems.map(({ path }) => path.join('.'))).toEqual(
    expect.arrayContaining([
      'map.emial',
      'map.authMethod',
      'map.fullName',
      'map.accountName',
      'map.status.valeus',
      'map.status.values',
    ]),
  )
  expect(problems.find(({ path }) => path[1] === 'emial')?.nearest).toBe('email')
  expect(problems.find(({ path }) => path[2] === 'valeus')?.nearest).toBe('values')
})

test.each(['{{ email }}', '{{email}}', '{{ a.b }}'])('an unquoted %s in YAML is told to be quoted', (template) => {
  const map = parse(`email: ${template}`, { logLevel: 'silent' }) as Record<string, unknown>
  expect(problemsOf(map)).toMatchObject([
    { path: ['map', 'email'], expected: expect.stringContaining(`"{{ ${template.slice(2, -2).trim()} }}"`) as string },
  ])
})

describe('templates', () => {
  test('one expression keeps its type, several are text', () => {
    const fields = { on: true, tags: ['a', 'b'], n: 5 }
    expect(
      mapOne({ mfaEnabled: '{{ on }}', groupIds: '{{ tags }}', mfaMethods: '{{ on ? ["SMS"] : [] }}' }, fields).record,
    ).toMatchObject({ mfaEnabled: true, groupIds: ['a', 'b'], mfaMethods: ['SMS'] })
    expect(said('{{ on }}/{{ n }}', fields)).toBe('true/5')
    expect(said('{{ tags }}!', fields)).toBe('! wrong-type')
    expect(said('  {{ n }}  ', fields)).toBe('5')
  })

  test('braces and quotes belong to the expression', () => {
    expect(said("{{ {'a': {'b': '}}'}}['a']['b'] }}x{{ '{{' }}")).toBe('}}x{{')
    expect(said('{{ "it\\"s }}" }}')).toBe('it"s }}')
    expect(said('no braces }} here {')).toBe('no braces }} here {')
  })

  test('text is trimmed, and text that is blank is nothing', () => {
    expect(said('{{ a }} {{ b }}', { a: ' Ada ', b: '' })).toBe('Ada')
    expect(said('{{ a }} {{ b }}', {})).toBeUndefined()
    expect(mapOne({ fullName: '{{ a }} {{ b }}' }, {}).problems).toMatchObject([{ code: 'missing', field: 'fullName' }])
    expect(mapOne({ email: '{{ mail }}' }, { mail: ' ' }).problems).toMatchObject([
      { code: 'missing', field: 'email', message: expect.stringContaining("column 'mail' is empty") as string },
    ])
    expect(mapOne({ mfaEnabled: '{{ a }}', mfaMethods: '{{ a }}', groupIds: '{{ a }}' }, { a: '' }).record).toEqual(
      expect.objectContaining({ mfaEnabled: null, mfaMethods: [] }),
    )
  })
})

describe('functions', () => {
  test.each([
    ["{{ lower('ÄB') + upper('äb') + trim(' x ') }}", 'äbÄBx'],
    ["{{ join([a, nothing, ' c '], '-') }}", 'a b-c'],
    ["{{ join(nothing, '-') }}", undefined],
    ["{{ split(a, ' ')[1] }}", 'b'],
    ["{{ replace(a, ' ', '$&') }}", 'a$&b'],
    ["{{ replace(a, '', 'x') }}", 'a b'],
    ["{{ coalesce(nothing, '  ', a) }}", 'a b'],
    ['{{ hash(nothing) }}', undefined],
    ["{{ hash('abc') }}", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["{{ lookup('teams', ' T1 ') }}", 'Team one'],
    ["{{ coalesce(lookup('teams', 'T9'), 'none') }}", 'none'],
    ["{{ lookup('teams', 'constructor') }}", undefined],
    ["{{ upper(lookup('teams', n)) }}", 'FIVE'],
    ['{{ join(a, "-") }}', '! wrong-type'],
  ])('%s', (template, result) => {
    expect(said(template, { a: 'a b', n: 5 }, { tables: { teams: { T1: 'Team one', 5: 'five' } } })).toBe(result)
  })
})

describe('translations', () => {
  const ROLE = { from: 'role', values: { Admin: 'ADMIN', 'Read only': 'base', 1: 'EDITOR', true: 'ADMIN' } }

  test('take the cell exactly, after trimming', () => {
    for (const [role, level] of [
      [' Admin ', 'ADMIN'],
      ['Read only', 'BASE'],
      [1, 'EDITOR'],
      [true, 'ADMIN'],
    ] as const) {
      expect(mapOne({ permissionLevel: ROLE }, { role }).record['permissionLevel']).toBe(level)
    }
  })

  test('without a default, a value that is not listed is a problem that names the nearest and not the value', () => {
    const { problems } = mapOne({ permissionLevel: ROLE }, { role: 'admiN' })
    expect(problems).toMatchObject([
      { code: 'not-listed', field: 'permissionLevel', message: expect.stringContaining('nearest is Admin') as string },
    ])
    expect(problems[0]?.message).not.toContain('admiN')
    expect(mapOne({ permissionLevel: ROLE }, { role: '' }).problems).toMatchObject([{ code: 'missing' }])
  })

  test('with a default, everything else is that, and null is a default', () => {
    expect(mapOne({ permissionLevel: { ...ROLE, default: 'BASE' } }, { role: 'x' }).record['permissionLevel']).toBe(
      'BASE',
    )
    expect(mapOne({ permissionLevel: { ...ROLE, default: 'BASE' } }, {}).record['permissionLevel']).toBe('BASE')
    expect(
      mapOne({ mfaEnabled: { from: 'mfa', values: { on: true, off: false }, default: null } }, { mfa: '?' }).record[
        'mfaEnabled'
      ],
    ).toBe(null)
    expect(
      mapOne({ roleDescription: { from: 'role', values: { A: 'Admin', B: null } } }, { role: 'B' }).record,
    ).not.toHaveProperty('roleDescription')
  })

  test('give lists, and read expressions', () => {
    const map = {
      mfaEnabled: true,
      mfaMethods: { from: "{{ lower(row['2nd factor']) }}", values: { app: ['OTP', 'push_prompt'], none: [] } },
    }
    expect(mapOne(map, { '2nd factor': 'App' }).record['mfaMethods']).toEqual(['OTP', 'PUSH_PROMPT'])
    expect(mapOne(map, { '2nd factor': 'none' }).record['mfaMethods']).toEqual([])
  })

  test('have their targets checked before any row', () => {
    expect(problemsOf({ permissionLevel: { from: 'role', values: { A: 'ADMINN' }, default: 'BAS' } })).toMatchObject([
      { path: ['map', 'permissionLevel', 'values', 'A'] },
      { path: ['map', 'permissionLevel', 'default'] },
    ])
    expect(problemsOf({ permissionLevel: { from: 'role', values: { A: '{{ x }}' } } })).toHaveLength(1)
    expect(problemsOf({ permissionLevel: { from: '', values: {} } })).toHaveLength(2)
    expect(problemsOf({ permissionLevel: { from: '{{ lowr(x) }}', values: { a: 'ADMIN' } } })).toMatchObject([
      { nearest: 'lower' },
    ])
  })
})

describe('nested entries', () => {
  const COMPUTER = { type: typeOf('windows_user_computer') }

  function drives(entry: unknown): ReturnType<typeof problemsOf> {
    const compiled = compile({}, { ...COMPUTER, map: { drives: entry } })
    return 'problems' in compiled ? compiled.problems : []
  }

  test('fill objects and lists, with problems at their place', () => {
    const mapping = mappingOf({}, { ...COMPUTER, map: { drives: [{ name: '{{ disk }}', encrypted: '{{ enc }}' }] } })
    const { record, problems } = mapping.start({ now: 0 }).map({ at: 'x', fields: { disk: 'sda', enc: 'yes' } })
    expect(record['drives']).toEqual([{ name: 'sda', encrypted: true }])
    expect(problems.filter(({ field }) => field.startsWith('drives'))).toEqual([])
    const bad = mapping.start({ now: 0 }).map({ at: 'x', fields: { disk: '', enc: 'perhaps' } })
    expect(bad.problems).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ code: 'missing', field: 'drives[0].name' }),
        expect.objectContaining({ code: 'wrong-type', field: 'drives[0].encrypted' }),
      ]) as object[],
    )
    expect(bad.problems.filter(({ field }) => field.startsWith('drives'))).toHaveLength(2)
  })

  test('are checked before any row', () => {
    expect(drives([{ nmae: 'x', encrypted: true }])).toMatchObject([
      { path: ['map', 'drives', 0, 'nmae'], nearest: 'name' },
      { path: ['map', 'drives', 0, 'name'] },
    ])
    expect(drives([{ name: 'x', encrypted: 'perhaps' }])).toMatchObject([{ path: ['map', 'drives', 0, 'encrypted'] }])
    expect(drives('sda')).toHaveLength(1)
    expect(drives({ name: 'x' })).toHaveLength(1)
  })

  test('custom properties are filled from the map, else from their columns', () => {
    const type = typeOf('custom_resource', { hostname: 'string', managed: 'boolean', cores: 'int32' })
    const map = {
      uniqueId: '{{ id }}',
      displayName: '{{ id }}',
      externalUrl: 'https://x.example.com',
      customProperties: { hostname: '{{ host }}.local' },
    }
    const compiled = compile({}, { type, map })
    if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
    const pass = compiled.mapping.start({ now: 0 })
    expect(pass.columns(['id', 'host', 'Managed', 'CORES'])).toEqual([])
    expect(pass.map({ at: 'x', fields: { id: '1', host: 'h', Managed: 'no', CORES: '8' } })).toMatchObject({
      record: { customProperties: { hostname: 'h.local', managed: false, cores: 8 } },
      problems: [],
    })
    expect(pass.map({ at: 'x', fields: { id: '1', host: 'h', Managed: 'no', CORES: 'many' } }).problems).toMatchObject([
      { field: 'customProperties.cores' },
    ])
    const wrong = compile({}, { type, map: { ...map, customProperties: { hostnam: 'x' } } })
    expect(wrong).toMatchObject({ problems: [{ path: ['map', 'customProperties', 'hostnam'], nearest: 'hostname' }] })
  })

  test('custom properties that are not declared are an unknown field', () => {
    expect(problemsOf({ customProperties: { hostname: 'x' } })).toMatchObject([
      { path: ['map', 'customProperties'], expected: expect.stringContaining('declared on the resource') as string },
    ])
  })
})

test('the hash follows what was written, and nothing else', () => {
  const hash = mappingOf({ email: '{{ mail }}' }).hash
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  expect(mappingOf({ email: '{{ mail }}' }).hash).toBe(hash)
  expect(mappingOf({ email: '{{ e }}' }).hash).not.toBe(hash)
  expect(mappingOf({ email: '{{ mail }}' }, { zone: 'Europe/Berlin' }).hash).not.toBe(hash)
  expect(mappingOf({ email: '{{ mail }}' }, { tables: { a: { b: 1 } } }).hash).not.toBe(hash)
  expect(Object.keys(ACCOUNT)).toHaveLength(12)
})
