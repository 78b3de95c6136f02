/** A cell's number as the text that a person reads. */
import type { NumberKind } from './styles.ts'

const DAY_MS = 86_400_000
/** Days from Excel's two epochs to 1970-01-01. */
const DAYS_1900 = 25_569
const DAYS_1904 = 24_107
/** 1900 was no leap year, but Excel counts a 29 February in it, as day 60. */
const FALSE_LEAP_DAY = 60
/** More than that Excel has rounded when it was typed. */
const EXACT_DIGITS = 15

export interface NumberText {
  readonly text: string
  /** It has more digits than Excel keeps: an id like this was damaged before it came here. */
  readonly isRounded: boolean
}

export interface NumberStyle {
  readonly kind: NumberKind
  readonly is1904: boolean
}

/** As XML writes numbers; JavaScript takes more for one, such as 0x1F. */
const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i

/** Undefined for what is no number. Dates become `2026-11-23`, times `13:45:00`, both `2026-11-23T13:45:00`. */
export function numberText(written: string, { kind, is1904 }: NumberStyle): NumberText | undefined {
  const value = Number(written)
  if (!NUMBER.test(written) || !Number.isFinite(value)) return undefined
  if (kind.kind === 'number') return plainText(value)
  if (kind.kind === 'padded') {
    const { text, isRounded } = plainText(value)
    return { text: /^\d+$/.test(text) ? text.padStart(kind.digits, '0') : text, isRounded }
  }
  const text = dateText(value, kind.kind, is1904)
  return text === undefined ? plainText(value) : { text, isRounded: false }
}

/** The shortest text that is this number: the file may say 4.2000000000000002. */
function plainText(value: number): NumberText {
  const isInteger = Number.isInteger(value)
  const text = isInteger ? BigInt(value).toString() : String(value)
  return { text, isRounded: isInteger && text.replace('-', '').length > EXACT_DIGITS }
}

function dateText(serial: number, kind: 'date' | 'time' | 'date-time', is1904: boolean): string | undefined {
  const day = dayOf(serial, is1904)
  // Day 0 is what a formula makes of an empty cell. Excel shows 1900-01-00 then, and nobody left on that day.
  if (day === undefined || (kind !== 'time' && serial < 1 && !is1904)) return undefined
  // To the second: a time is stored as a part of a day, which is rarely exact.
  const instant = new Date(Math.round((day * DAY_MS) / 1000) * 1000)
  if (Number.isNaN(instant.getTime()) || instant.getUTCFullYear() > 9999) return undefined
  const [date = '', time = ''] = instant.toISOString().replace('.000Z', '').split('T')
  if (kind === 'time') return serial >= 1 ? undefined : time
  return kind === 'date' && time === '00:00:00' ? date : `${date}T${time}`
}

/** A date that the file itself writes as text, in the form that a number gets: `2026-11-23T00:00:00.000`. */
export function isoText(written: string, { kind }: NumberKind): string {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.0+)?)?$/.exec(written)
  if (match === null) return written
  const [, date = '', time = '00:00:00'] = match
  return time === '00:00:00' && (kind === 'date' || !written.includes('T')) ? date : `${date}T${time}`
}

/** Days since 1970, with a fraction; undefined for days that never were. */
function dayOf(serial: number, is1904: boolean): number | undefined {
  if (serial < 0) return undefined
  if (is1904) return serial - DAYS_1904
  if (Math.floor(serial) === FALSE_LEAP_DAY) return undefined
  return serial < FALSE_LEAP_DAY ? serial - DAYS_1900 + 1 : serial - DAYS_1900
}
