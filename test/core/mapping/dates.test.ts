import { describe, expect, test } from 'vitest'
import { mapOne, NOW, problemsOf, said } from './fixture.ts'

const BERLIN = { zone: 'Europe/Berlin' }

function created(template: string, fields: Record<string, unknown>, zone = BERLIN): unknown {
  const { record, problems } = mapOne({ createdTimestamp: template }, fields, zone)
  return problems[0] === undefined ? record['createdTimestamp'] : `! ${problems[0].code}`
}

describe('date()', () => {
  test.each([
    ['dd/MM/yyyy', '01/07/2025', '2025-06-30T22:00:00Z'],
    ['MM/dd/yyyy', '01/07/2025', '2025-01-06T23:00:00Z'],
    ['d.M.yyyy', '1.7.2025', '2025-06-30T22:00:00Z'],
    ['d MMM yyyy', '1 Jul 2025', '2025-06-30T22:00:00Z'],
    ['dd.MM.yyyy HH:mm', '01.07.2025 10:30', '2025-07-01T08:30:00Z'],
    ["yyyyMMddHHmmss'Z'", '20250701103000Z', '2025-07-01T08:30:00Z'],
    ['dd/MM/yyyy hh:mm a', '01/07/2025 02:30 PM', '2025-07-01T12:30:00Z'],
    ['yyyy-MM-dd HH:mm ZZ', '2025-07-01 10:30 +00:00', '2025-07-01T10:30:00Z'],
  ])('with %s reads %s in the zone', (format, text, instant) => {
    expect(created(`{{ date(d, "${format}") }}`, { d: text })).toBe(instant)
  })

  test('without a format reads ISO 8601', () => {
    expect(created('{{ date(d) }}', { d: '2025-07-01' })).toBe('2025-06-30T22:00:00Z')
    expect(created('{{ date(d) }}', { d: new Date(NOW) })).toBe('2026-11-23T09:30:00Z')
  })

  test.each([['31/02/2025'], ['2025-07-01'], ['1/7/2025'], ['tomorrow'], ['01/07/25'], ['01/07/2025 ;']])(
    '%s is a problem of that field and not an exception',
    (d) => {
      const { problems, uniqueId } = mapOne({ createdTimestamp: "{{ date(d, 'dd/MM/yyyy') }}" }, { d })
      expect(problems).toMatchObject([
        { code: 'bad-date', field: 'createdTimestamp', message: expect.stringContaining('dd/MM/yyyy') as string },
      ])
      expect(JSON.stringify(problems)).not.toContain(d)
      expect(uniqueId).toBe('E-1')
    },
  )

  test('of empty text is empty text', () => {
    expect(created("{{ date(d, 'dd/MM/yyyy') }}", {})).toBe('! missing')
    expect(said("{{ date(d, 'dd/MM/yyyy') }}", { d: ' ' })).toBeUndefined()
    expect(mapOne({ lastLoginTimestamp: "{{ date(d, 'dd/MM/yyyy') }}" }, { d: '' }).problems).toEqual([])
  })

  test('is not needed for seconds since 1970', () => {
    expect(created('{{ timestamp(int(d)) }}', { d: '1751365800' })).toBe('2025-07-01T10:30:00Z')
  })

  test('of a number is a problem, since its unit would be a guess', () => {
    expect(created('{{ date(d) }}', { d: 45657 })).toBe('! bad-date')
  })

  test('compares with now(), which is one instant of the run', () => {
    const status = "{{ end != '' && date(end, 'dd/MM/yyyy') < now() ? 'DEACTIVATED' : 'ACTIVE' }}"
    for (const [end, expected] of [
      ['01/01/2020', 'DEACTIVATED'],
      ['01/01/2030', 'ACTIVE'],
      ['', 'ACTIVE'],
    ] as const) {
      expect(mapOne({ status }, { end }).record['status']).toBe(expected)
    }
    expect(created('{{ now() }}', {})).toBe('2026-11-23T09:30:00Z')
    // Nobody becomes a leaver because a cell is empty.
    expect(
      mapOne({ status: "{{ date(end, 'dd/MM/yyyy') < now() ? 'DEACTIVATED' : 'ACTIVE' }}" }, {}).problems,
    ).toMatchObject([{ code: 'cannot-compute' }])
  })

  test('remembers more dates than it keeps, and reads each right', () => {
    for (let day = 1; day <= 28; day++) {
      const d = `${String(day).padStart(2, '0')}/02/2025`
      for (let again = 0; again < 2; again++)
        expect(created("{{ date(d, 'dd/MM/yyyy') }}", { d }, { zone: 'UTC' })).toBe(
          `2025-02-${d.slice(0, 2)}T00:00:00Z`,
        )
    }
  })
})

test.each([
  ['dd/mm/yyyy', 'MM'],
  ['DD/MM/YYYY', 'dd'],
  ['dd/MM/YYYY', 'yyyy'],
  ['MM/yyyy', 'year, month and day'],
  ['dd/MM/yyyy hh:mm', 'HH'],
  ['yyyy-MM-ddTHH:mm', 'quotes'],
  ['dd/MM/yyyy HH:mm A', 'AM or PM'],
  ['', 'empty'],
  ['X', 'timestamp(int(column))'],
])('the format %s would read the wrong thing and is refused before any row', (format, advice) => {
  const [problem] = problemsOf({ createdTimestamp: `{{ date(d, "${format}") }}` })
  expect(problem?.message).toContain(advice)
  expect(problem?.path).toEqual(['map', 'createdTimestamp'])
})

test('a format that comes from the row is refused', () => {
  expect(problemsOf({ createdTimestamp: '{{ date(d, f) }}' })[0]?.message).toContain('written out')
})
