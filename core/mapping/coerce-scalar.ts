/** One value to the form of a field. Whatever would need a guess is a problem. */
import type { Form } from '../../schemas/resource-type.ts'
import { toInstant } from '../clock.ts'
import { describeValue } from '../text/describe.ts'
import { nearestName } from '../text/nearest.ts'
import type { DateReader } from './dates.ts'
import { Fault } from './fault.ts'
import { isSendable, textOf } from './text-of.ts'

/** @throws Fault */
export type ScalarCoercer = (value: unknown) => unknown

/** `name` is the field's own name: ids are watched for what spreadsheets make of them. */
export function scalarCoercer(form: Extract<Form, { type: string }>, name: string, dates: DateReader): ScalarCoercer {
  switch (form.type) {
    case 'string':
      return /^(?:uniqueId|.*Id)$/.test(name) ? toId : toText
    case 'boolean':
      return toBoolean
    case 'int32':
      return toInt32
    case 'float64':
      return toFloat
    case 'timestamp':
      return (value) => toTimestamp(value, dates)
  }
}

export function enumCoercer(names: readonly string[]): ScalarCoercer {
  const byLowerCase = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (value) => {
    const text = textOf(value).trim()
    const name = byLowerCase.get(text.toLowerCase())
    if (name !== undefined) return name
    throw new Fault(
      'not-listed',
      `the value is ${describeValue(value)}, none of the listed ones; expected one of ${names.join(', ')}${nearestOf(text, names)}`,
    )
  }
}

/** `; the nearest is ADMIN`: the nearest known name, which says little about the value and much about the mistake. */
export function nearestOf(text: string, names: Iterable<string>): string {
  const nearest = nearestName(text, names)
  return nearest === undefined ? '' : `; the nearest is ${nearest}`
}

function toText(value: unknown): string {
  return textOf(value).trim()
}

/** What a spreadsheet shows of a long number and saves in its place. The digits are lost. */
const SCIENTIFIC = /^-?\d(?:[.,]\d+)?E\+\d+$/i

function toId(value: unknown): string {
  const text = toText(value)
  if (!SCIENTIFIC.test(text)) return text
  throw new Fault(
    'scientific-notation',
    'the value is a number in scientific notation, as spreadsheets write long ids (1.23E+11), and its digits are lost; expected an id: format the column as text and export it again',
  )
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['y', true],
  ['1', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['n', false],
  ['0', false],
  ['off', false],
])

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
  const truth = isText ? TRUTHS.get(String(value).trim().toLowerCase()) : undefined
  if (truth !== undefined) return truth
  throw new Fault(
    'wrong-type',
    `the value is ${describeValue(value)}; expected true or false (or yes/no, y/n, 1/0, on/off)`,
  )
}

const MOST_INT32 = 2_147_483_647

function toInt32(value: unknown): number {
  const number = wholeNumber(value)
  if (number >= -MOST_INT32 - 1 && number <= MOST_INT32) return number
  throw new Fault(
    'out-of-range',
    `the value is a whole number that is too ${number < 0 ? 'small' : 'large'}; expected a whole number from -${MOST_INT32 + 1} to ${MOST_INT32}`,
  )
}

function wholeNumber(value: unknown): number {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number' && Number.isInteger(value)) return value === 0 ? 0 : value
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value.trim())) return Number(value) || 0
  throw new Fault(
    'wrong-type',
    `the value is ${describeValue(value)}${numberAdvice(value)}; expected a whole number in digits`,
  )
}

function toFloat(value: unknown): number {
  if (typeof value === 'bigint') return safeNumber(value)
  const number = typeof value === 'string' ? floatOfText(value.trim()) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number === 0 ? 0 : number
  throw new Fault('wrong-type', `the value is ${describeValue(value)}${numberAdvice(value)}; expected a number`)
}

function safeNumber(value: bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new Fault(
    'out-of-range',
    'the value is a whole number too large to be sent without rounding; expected a number',
  )
}

function floatOfText(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : undefined
}

function numberAdvice(value: unknown): string {
  if (typeof value !== 'string') return ''
  if (/^[+-]?\d+,\d+$/.test(value.trim()))
    return " with a comma, which could part decimals or thousands; replace(column, ',', '.') says which"
  if (/^[+-]?[\d.]+e[+-]?\d+$/i.test(value.trim())) return ' in scientific notation'
  return ''
}

/** RFC 3339 in UTC, to the second. */
function toTimestamp(value: unknown, dates: DateReader): string {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'string' ? dates.iso(value.trim()) : undefined
  if (ms !== undefined && isSendable(ms)) return toInstant(ms)
  const advice = typeof value === 'string' ? "; date(column, 'dd/MM/yyyy') says how another form is read" : ''
  throw new Fault(
    'bad-date',
    `the value is ${describeValue(value)}; expected a date in ISO 8601, such as 2025-12-31 or 2025-12-31T14:30:00Z${advice}`,
  )
}
