/**
 * RFC 3339 date-times, stricter than what validators and `Date` take: a real calendar date, `T`, seconds below 60 and
 * an offset are needed, all in upper case, and the instant must lie within the years 0000 to 9999 in UTC.
 */

const SECONDS_END = 19
const UTC_SECOND_LENGTH = 20
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const LAST_YEAR = 9999

const ZERO = 48
const NINE = 57
const DASH = 45
const COLON = 58
const PLUS = 43
const DOT = 46
const CAPITAL_T = 84
const CAPITAL_Z = 90

/** Whether the text is a date-time that Vanta takes and that names exactly one instant. */
export function isDateTime(text: string): boolean {
  const offsetAt = findOffset(text)
  if (offsetAt < 0) return false
  return text.charCodeAt(offsetAt) === CAPITAL_Z || shiftedToUtc(text, offsetAt) !== undefined
}

/**
 * The instant as `2026-11-23T09:30:00Z`; undefined when the text is no date-time. Fractions of a second are cut off, as
 * Vanta does, never rounded.
 */
export function toUtcSecond(text: string): string | undefined {
  const offsetAt = findOffset(text)
  if (offsetAt < 0) return undefined
  if (text.charCodeAt(offsetAt) !== CAPITAL_Z) return shiftedToUtc(text, offsetAt)
  return text.length === UTC_SECOND_LENGTH ? text : `${text.slice(0, SECONDS_END)}Z`
}

/** Index of `Z`, `+` or `-` when all of the text is well formed, else -1. Read by hand, since every record has several. */
function findOffset(text: string): number {
  if (text.length < UTC_SECOND_LENGTH || !isDate(text) || !isTime(text)) return -1
  const offsetAt = skipFraction(text)
  return offsetAt > 0 && isOffset(text, offsetAt) ? offsetAt : -1
}

function isDate(text: string): boolean {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text.charCodeAt(10) !== CAPITAL_T) return false
  const century = twoDigits(text, 0)
  const year = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1) return false
  return day <= daysInMonth(century * 100 + year, month)
}

function daysInMonth(year: number, month: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeapYear ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0)
}

function isTime(text: string): boolean {
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return false
  return isTwoDigitsUpTo(text, 11, 23) && isTwoDigitsUpTo(text, 14, 59) && isTwoDigitsUpTo(text, 17, 59)
}

/** Index behind the seconds and their fraction; -1 for a dot without digits. */
function skipFraction(text: string): number {
  if (text.charCodeAt(SECONDS_END) !== DOT) return SECONDS_END
  let at = SECONDS_END + 1
  while (isDigit(text.charCodeAt(at))) at++
  return at > SECONDS_END + 1 ? at : -1
}

function isOffset(text: string, at: number): boolean {
  const sign = text.charCodeAt(at)
  if (sign === CAPITAL_Z) return text.length === at + 1
  if ((sign !== PLUS && sign !== DASH) || text.length !== at + 6 || text.charCodeAt(at + 3) !== COLON) return false
  return isTwoDigitsUpTo(text, at + 1, 23) && isTwoDigitsUpTo(text, at + 4, 59)
}

/** Undefined when the offset carries the instant out of the years that can be written. */
function shiftedToUtc(text: string, offsetAt: number): string | undefined {
  const instant = new Date(text.slice(0, SECONDS_END) + text.slice(offsetAt))
  const year = instant.getUTCFullYear()
  return year >= 0 && year <= LAST_YEAR ? `${instant.toISOString().slice(0, SECONDS_END)}Z` : undefined
}

function isTwoDigitsUpTo(text: string, at: number, most: number): boolean {
  const value = twoDigits(text, at)
  return value >= 0 && value <= most
}

/** -1 when there are not two digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at)
  const ones = text.charCodeAt(at + 1)
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : -1
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE
}
