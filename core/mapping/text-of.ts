/** What a value says when it becomes part of a text. */
import { toInstant } from '../clock.ts'
import { describeValue } from '../text/describe.ts'
import { Fault } from './fault.ts'

/**
 * The text of a value: text as it is, numbers in plain decimals, `true` and `false`, dates as RFC 3339 in UTC, nothing
 * and null as ''.
 * @throws Fault for what has no one obvious text: lists, objects, bytes, numbers that were rounded
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (value instanceof Date) return dateText(value)
  throw new Fault(
    'wrong-type',
    `the value is ${describeValue(value)}; expected text${Array.isArray(value) ? LIST_ADVICE : ''}`,
  )
}

const LIST_ADVICE = "; join(list, ', ') makes one text of a list, list[0] takes its first item"

function numberText(value: number): string {
  const text = String(value)
  if (!Number.isFinite(value)) throw new Fault('wrong-type', 'the value is no finite number; expected text')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Fault(
      'out-of-range',
      'the value is a whole number too large to have been read without rounding; expected text',
    )
  }
  if (text.includes('e'))
    throw new Fault('wrong-type', 'the value is a number without a plain decimal form; expected text')
  return Object.is(value, -0) ? '0' : text
}

function dateText(value: Date): string {
  if (!isSendable(value.getTime()))
    throw new Fault('bad-date', 'the value is no date of the years 0001 to 9999; expected text')
  return toInstant(value.getTime())
}

const FIRST_INSTANT = Date.UTC(2000, 0, 1) - 730_119 * 86_400_000
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Whether RFC 3339 can write the instant, with its four digits for the year. False for NaN. */
export function isSendable(ms: number): boolean {
  return ms >= FIRST_INSTANT && ms <= LAST_INSTANT
}
