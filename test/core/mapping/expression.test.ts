import { describe, expect, test } from 'vitest'
import { mapFinding, mapOne, passOf, problemsOf, said } from './fixture.ts'

function faultOf(expression: string): { message: string; expected?: string; nearest?: string } | undefined {
  return problemsOf({ roleDescription: `{{ ${expression} }}` })[0]
}

describe('traps of CEL', () => {
  test('a whole number of CEL is a BigInt and never leaves the mapping as one', () => {
    const { record, problems } = mapFinding({ severity: '{{ 1 + 2 }}', description: '{{ 1 + 2 }}' })
    expect(problems).toEqual([])
    expect(record).toMatchObject({ severity: 3, description: '3' })
    expect(() => JSON.stringify(record)).not.toThrow()
  })

  test('a number of a row computes with whole and broken literals alike', () => {
    for (const [expression, result] of Object.entries({
      'n + 1': '6',
      '1 + n': '6',
      'n / 2': '2.5',
      'n * 1.5': '7.5',
      'n % 2': '1',
      'n - 5': '0',
    })) {
      expect(said(`{{ ${expression} }}`, { n: 5 })).toBe(result)
    }
  })

  test('text and a number do not add up by themselves, so an empty cell is never counted as 0', () => {
    expect(said('{{ n + 1 }}', { n: '5' })).toBe('! cannot-compute')
    expect(said('{{ n + 1 }}', { n: '' })).toBe('! cannot-compute')
    expect(said('{{ string(int(n) + 1) }}', { n: '5' })).toBe('6')
  })

  test('a whole number too large for JavaScript keeps its digits as text and is refused as a number', () => {
    expect(said('{{ n }}', { n: 9_007_199_254_740_993n })).toBe('9007199254740993')
    expect(said('{{ n }}', { n: 9_007_199_254_740_992 })).toBe('! out-of-range')
    const { problems } = mapFinding({ severity: '{{ 9007199254740993 }}' })
    expect(problems).toMatchObject([{ code: 'out-of-range', field: 'severity' }])
  })

  test.each([
    ['{{ nick + "x" }}', 'x'],
    ["{{ row['Nick Name'] + 'x' }}", 'x'],
    ['{{ row.nick + "x" }}', 'x'],
    ['{{ manager.email + "x" }}', 'x'],
    ['{{ manager.address.city + "x" }}', 'x'],
    ['{{ phones[3] + "x" }}', 'x'],
    ['{{ split(nick, ",")[7] + "x" }}', 'x'],
    ['{{ coalesce(nick, manager.email, "none") }}', 'none'],
  ])('what is absent is empty text and never throws: %s', (template, result) => {
    for (const fields of [{}, { nick: null, manager: null, phones: null }, { manager: { email: null }, phones: [] }]) {
      expect(said(template, fields)).toBe(result)
    }
  })

  test('branches of ?: may differ when one of them says nothing', () => {
    expect(mapOne({ mfaEnabled: '{{ x == "y" ? true : null }}' }, { x: 'n' }).record['mfaEnabled']).toBe(null)
    expect(mapOne({ mfaEnabled: '{{ x == "y" ? true : null }}' }, { x: 'y' }).record['mfaEnabled']).toBe(true)
    expect(mapOne({ mfaEnabled: "{{ x == 'y' ? true : '' }}" }, { x: 'n' }).record['mfaEnabled']).toBe(null)
    expect(faultOf("x == 'y' ? 'a' : 1")).toMatchObject({ expected: expect.stringContaining('dyn(') as string })
  })

  test('matches() takes no time on a pattern that backtracks, and a pattern that is no pattern is found at once', () => {
    const pass = passOf({ roleDescription: '{{ text.matches("^(a+)+$") ? "yes" : "no" }}' })
    const started = performance.now()
    const { record } = pass.map({ at: 'x:1', fields: { text: `${'a'.repeat(40)}!` } })
    expect(performance.now() - started).toBeLessThan(50)
    expect(record['roleDescription']).toBe('no')
    expect(pass.map({ at: 'x:2', fields: { text: 'aaa' } }).record['roleDescription']).toBe('yes')
    expect(faultOf('login.matches("(")')?.message).toContain('nothing closes')
    expect(faultOf('login.matches(pattern)')?.message).toContain('must be written out')
    expect(said('{{ n.matches("5") ? "yes" : "no" }}', { n: 5 })).toBe('! cannot-compute')
  })

  test('only own fields exist: constructor and __proto__ are columns like any other', () => {
    expect(said('{{ constructor }}')).toBeUndefined()
    expect(said('{{ constructor + "" }}')).toBeUndefined()
    expect(said('{{ upper(constructor) + row["a b"] }}', { constructor: 'c', 'a b': 'd' })).toBe('Cd')
    expect(said("{{ lower(row['__proto__']) }}", JSON.parse('{"__proto__": "Own"}') as Record<string, unknown>)).toBe(
      'own',
    )
    expect(said("{{ row['toString'] + 'x' }}")).toBe('x')
    expect(said('{{ manager.constructor + "x" }}', { manager: {} })).toBe('x')
    expect(faultOf('__proto__')).toMatchObject({ expected: "row['__proto__']" })
  })

  test.each(['type', 'map', 'in', 'int', 'string', 'for', 'Employee ID', 'Größe', 'list'])(
    'the bare name %s is an error that says how it is written',
    (name) => {
      expect(faultOf(name)).toMatchObject({ expected: `row['${name}']` })
      expect(said(`{{ row['${name}'] }}`, { [name]: 'v' })).toBe('v')
    },
  )

  test('a date of a driver is a timestamp, and text where text is wanted', () => {
    const joined = new Date('2025-03-04T05:06:07.800Z')
    expect(said('{{ joined }}', { joined })).toBe('2025-03-04T05:06:07Z')
    expect(said('since {{ joined }}', { joined })).toBe('since 2025-03-04T05:06:07Z')
    expect(said('{{ joined < now() ? "past" : "future" }}', { joined })).toBe('past')
  })

  test('a message never quotes what the row holds', () => {
    const secret = 'canary-4711'
    for (const expression of [
      'bool(x)',
      'int(x)',
      '{"a": "b"}[x]',
      'x + 1',
      'timestamp(x)',
      'duration(x)',
      'x.y',
      'date(x)',
      'x ? 1 : 2',
    ]) {
      const { problems } = mapOne({ roleDescription: `{{ ${expression} }}` }, { x: secret })
      expect(problems).toHaveLength(1)
      expect(JSON.stringify(problems)).not.toContain(secret)
    }
  })
})

describe('checks of expressions', () => {
  test('a syntax error says where it is', () => {
    expect(faultOf('a +')?.message).toContain('at character 4')
    expect(faultOf("lower('a")?.message).toContain('quote within it is open')
    expect(problemsOf({ email: '{{ a' })[0]?.message).toContain('character 1')
    expect(problemsOf({ email: 'x{{ }}' })[0]?.message).toContain('empty')
  })

  test('a type error is found before any row', () => {
    expect(faultOf("1 + 'a'")?.message).toContain('no such overload')
    expect(faultOf("[1, 2].map(x, x + 'a')")).toBeDefined()
  })

  test('an unknown function and an unknown table name the nearest', () => {
    expect(faultOf('lowr(a)')).toMatchObject({ nearest: 'lower' })
    expect(problemsOf({ email: "{{ lookup('team', a) }}" }, { tables: { teams: {} } })).toMatchObject([
      { path: ['map', 'email'], nearest: 'teams' },
    ])
    expect(faultOf("lookup(a, 'b')")?.message).toContain('must be written out')
  })

  test('row is read by a column that is written out', () => {
    for (const expression of ['row', 'row[a]', 'size(row)', "'x' in row", '[1].map(row, row)'])
      expect(faultOf(expression)).toBeDefined()
  })

  test('has() is refused, since nothing is ever absent', () => {
    expect(faultOf('has(row.x)')).toMatchObject({ expected: "email != ''" })
  })

  test('names bound by a macro are no columns', () => {
    const pass = passOf({ roleDescription: "{{ join(split(teams, ',').map(t, cel.bind(u, upper(t), u + t)), '-') }}" })
    expect(pass.columns(['teams'])).toEqual([])
    expect(pass.map({ at: 'x', fields: { teams: 'a,b' } }).record['roleDescription']).toBe('Aa-Bb')
  })
})
