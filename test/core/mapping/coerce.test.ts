import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyCoercer } from '../../../core/mapping/coerce.ts'
import { createDateReader } from '../../../core/mapping/dates.ts'
import { type FormField, fieldsOf } from '../../../schemas/form.ts'
import type { FieldProblem } from '../../../schemas/problem.ts'
import type { Form } from '../../../schemas/resource-type.ts'
import { resourceTypeNames } from '../../../schemas/resource-types.ts'
import { typeOf } from './fixture.ts'

const dates = createDateReader('Europe/Berlin')

/** What a value becomes in a required field of the form, or the codes of its problems. */
function become(form: Form, value: unknown, name = 'field'): unknown {
  const problems: FieldProblem[] = []
  const coerced = propertyCoercer({ name, form, required: true }, dates)(value, name, problems)
  return problems.length === 0 ? coerced : `! ${problems.map(({ code, field }) => `${code} ${field}`).join(', ')}`
}

const TEXT: Form = { type: 'string' }
const LIST: Form = { elements: { type: 'string' } }

describe('text', () => {
  test.each([
    [' a b ', 'a b'],
    [5, '5'],
    [-0, '0'],
    [1.5, '1.5'],
    [true, 'true'],
    [10n ** 20n, '100000000000000000000'],
    ['00123', '00123'],
    [new Date('2025-03-04T05:06:07.9Z'), '2025-03-04T05:06:07Z'],
  ])('%s becomes %s', (value, text) => {
    expect(become(TEXT, value)).toBe(text)
  })

  test.each([[2 ** 53], [1e21], [1e-7], [Number.NaN], [{}], [['a']], [Buffer.from('a')], [new Date(Number.NaN)]])(
    '%s has no one text and is a problem',
    (value) => {
      expect(become(TEXT, value)).toMatch(/^! (wrong-type|out-of-range|bad-date) field$/)
    },
  )

  test('an id that a spreadsheet has turned into scientific notation is a problem, and other text like it is not', () => {
    expect(become(TEXT, '1.23E+11', 'uniqueId')).toBe('! scientific-notation uniqueId')
    expect(become(TEXT, '1,23e+11', 'trainingId')).toBe('! scientific-notation trainingId')
    expect(become(TEXT, '1.23E+11', 'description')).toBe('1.23E+11')
    expect(become(TEXT, '12E3', 'uniqueId')).toBe('12E3')
  })
})

describe('nothing', () => {
  test.each([[''], ['  '], [null], [undefined]])('%s is no value: what stands for it is the form’s to say', (value) => {
    expect(become(TEXT, value)).toBe('! missing field')
    expect(become({ type: 'boolean', nullable: true }, value)).toBe(null)
    expect(become(LIST, value)).toEqual([])
    expect(become({ type: 'string', metadata: { mayBeEmpty: true } }, value)).toBe('')
    expect(propertyCoercer({ name: 'x', form: LIST, required: false }, dates)(value, 'x', [])).toBeUndefined()
  })
})

describe('booleans and enums', () => {
  test.each([['TRUE'], ['yes'], ['Y'], ['1'], [' On '], [1], [1n], [true]])('%s is true', (value) => {
    expect(become({ type: 'boolean' }, value)).toBe(true)
  })

  test.each([['False'], ['NO'], ['n'], ['0'], ['off'], [0], [false]])('%s is false', (value) => {
    expect(become({ type: 'boolean' }, value)).toBe(false)
  })

  test.each([['ja'], ['2'], [2], ['enabled'], [{}], [[true]]])('%s is neither', (value) => {
    expect(become({ type: 'boolean' }, value)).toBe('! wrong-type field')
  })

  test('an enum takes any letter case, and names the nearest but never the value', () => {
    const form: Form = { enum: ['ADMIN', 'BASE'] }
    expect(become(form, ' Admin ')).toBe('ADMIN')
    const problems: FieldProblem[] = []
    propertyCoercer({ name: 'role', form, required: true }, dates)('admim', 'role', problems)
    expect(problems).toMatchObject([
      { code: 'not-listed', message: expect.stringContaining('nearest is ADMIN') as string },
    ])
    expect(problems[0]?.message).not.toContain('admim')
  })
})

describe('numbers', () => {
  test('whole numbers are digits only', () => {
    for (const [value, number] of [
      ['42', 42],
      ['-7', -7],
      ['+7', 7],
      ['007', 7],
      [42n, 42],
      [42, 42],
      ['-0', 0],
    ] as const) {
      expect(become({ type: 'int32' }, value)).toBe(number)
    }
    for (const value of ['1e5', '1.0', '1,000', '0x10', '4.5', 4.5, true, '1_000', Number.NaN])
      expect(become({ type: 'int32' }, value)).toBe('! wrong-type field')
    for (const value of ['2147483648', -2147483649, 10n ** 30n])
      expect(become({ type: 'int32' }, value)).toBe('! out-of-range field')
  })

  test('a decimal comma is a guess and is refused', () => {
    expect(become({ type: 'float64' }, '7.5')).toBe(7.5)
    expect(become({ type: 'float64' }, '-.5')).toBe(-0.5)
    expect(become({ type: 'float64' }, 7n)).toBe(7)
    for (const value of ['7,5', '1.234,5', 'Infinity', Number.POSITIVE_INFINITY, 'NaN', '0x1', '']) {
      expect(become({ type: 'float64' }, value)).toMatch(/^! (wrong-type|missing) field$/)
    }
    expect(become({ type: 'float64' }, 10n ** 17n)).toBe('! out-of-range field')
  })
})

describe('times', () => {
  test.each([
    ['2025-07-01', '2025-06-30T22:00:00Z'],
    ['2025-01-01', '2024-12-31T23:00:00Z'],
    ['2025-07-01 10:00', '2025-07-01T08:00:00Z'],
    ['2025-07-01T10:00:00.999', '2025-07-01T08:00:00Z'],
    ['2025-07-01T10:00:00Z', '2025-07-01T10:00:00Z'],
    ['2025-07-01 10:00:00+02', '2025-07-01T08:00:00Z'],
    ['2025-07-01T10:00:00-0530', '2025-07-01T15:30:00Z'],
    [new Date('2025-07-01T10:00:00.999Z'), '2025-07-01T10:00:00Z'],
  ])('%s becomes %s in Berlin', (value, instant) => {
    expect(become({ type: 'timestamp' }, value)).toBe(instant)
  })

  test.each([
    ['03/04/2025'],
    ['03.04.2025'],
    ['20250403'],
    ['2025-02-29'],
    ['2025-13-01'],
    ['2025-07-01T24:00'],
    ['45657'],
    [45657],
    ['tomorrow'],
    [new Date(Number.NaN)],
    ['0000-00-00'],
    ['2025-07-01T10:00+27:00'],
  ])('%s would need a guess, or does not exist', (value) => {
    expect(become({ type: 'timestamp' }, value)).toBe('! bad-date field')
  })

  test('a text that is refused is told of date()', () => {
    const problems: FieldProblem[] = []
    propertyCoercer({ name: 'x', form: { type: 'timestamp' }, required: true }, dates)('03/04/2025', 'x', problems)
    expect(problems[0]?.message).toContain("date(column, 'dd/MM/yyyy')")
    expect(problems[0]?.message).not.toContain('03/04')
  })
})

describe('lists and objects', () => {
  test('a list comes from a list, from JSON, or from text split at commas without its empty pieces', () => {
    expect(become(LIST, ' a, b ,,c,')).toEqual(['a', 'b', 'c'])
    expect(become(LIST, '["a, b", "c", "", null]')).toEqual(['a, b', 'c'])
    expect(become(LIST, ['a', '', null, 5])).toEqual(['a', '5'])
    expect(become(LIST, 5)).toEqual(['5'])
    expect(become({ elements: { enum: ['SMS', 'OTP'] } }, 'sms,Otp')).toEqual(['SMS', 'OTP'])
    expect(become(LIST, '[a')).toBe('! wrong-type field')
    expect(become(LIST, {})).toBe('! wrong-type field')
  })

  test('an object comes from an object or from JSON, own and known members only, each problem at its place', () => {
    const form: Form = {
      elements: {
        properties: { name: TEXT, encrypted: { type: 'boolean' } },
        optionalProperties: { size: { type: 'int32' } },
      },
    }
    expect(become(form, '[{"name": " C: ", "encrypted": "yes", "other": 1}]')).toEqual([
      { name: 'C:', encrypted: true },
    ])
    expect(become(form, [{ name: 'C:' }, { encrypted: 'perhaps', size: 'x' }])).toBe(
      '! missing field[0].encrypted, missing field[1].name, wrong-type field[1].encrypted, wrong-type field[1].size',
    )
    expect(become(form, 'C:,D:')).toBe('! wrong-type field')
    expect(become(form.elements, '{"name"')).toBe('! wrong-type field')
    expect(become({ properties: { constructor: TEXT } }, {})).toBe('! missing field.constructor')
  })
})

describe('coercion as a whole', () => {
  const fields: FormField[] = resourceTypeNames.flatMap((name) => [...fieldsOf(typeOf(name).form)])
  const anything = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withNullPrototype: true,
      withMap: true,
      withSet: true,
    }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom('yes', '1', 'ADMIN', '2025-01-01', '[]', '{}', '[{}]', '1e9', 'a,b'),
  )

  test('it never throws, whatever the value and the form', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), anything, (field, value) => {
        const problems: FieldProblem[] = []
        const coerced = propertyCoercer(field, dates)(value, field.name, problems)
        expect(coerced === undefined || problems.length > 0 || JSON.stringify(coerced) !== undefined).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('what it accepts, the type accepts too, and coercing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...resourceTypeNames), fc.nat(), anything, (name, pick, value) => {
        const type = typeOf(name)
        const candidates = fieldsOf(type.form)
        const field = candidates[pick % candidates.length]
        if (field === undefined) return
        const problems: FieldProblem[] = []
        const coerced = propertyCoercer(field, dates)(value, field.name, problems)
        if (problems.length > 0 || coerced === undefined) return
        const ofForm = type
          .validate({ [field.name]: coerced })
          .filter((problem) => problem.field.startsWith(field.name) && FORM_CODES.has(problem.code))
        expect(ofForm).toEqual([])
        expect(propertyCoercer(field, dates)(coerced, field.name, problems)).toEqual(coerced)
      }),
      { numRuns: 3000 },
    )
  })
})

const FORM_CODES: ReadonlySet<string> = new Set([
  'missing',
  'unknown-field',
  'wrong-type',
  'not-listed',
  'bad-date',
  'surrounding-blanks',
])
