/** Catches date formats that would read something, and the wrong thing: `mm` for months, `YYYY`, `DD`. */
import { DateTime } from 'luxon'

/**
 * What is wrong with a format of `date(text, format)`, as the end of a sentence; undefined when it is fine. A format
 * must give year, month and day without a guess.
 */
export function dateFormatFault(format: string): string | undefined {
  const tokens = tokensOf(format)
  if (tokens.length === 0) return "is empty; write luxon's tokens, such as dd/MM/yyyy"
  const foreign = tokens.find((token) => /^[YDAT]/.test(token))
  if (foreign !== undefined) return foreignFault(foreign)
  if (tokens.some((token) => /^[xX]$/.test(token))) return EPOCH
  if (!givesDay(tokens)) return dayFault(tokens)
  if (tokens.some((token) => token.startsWith('h')) && !tokens.includes('a'))
    return 'has hh, the hour of twelve, without a (AM or PM); HH is the hour of twenty-four'
  return undefined
}

const EPOCH = 'has x, which dates are written with and not read; seconds since 1970 are timestamp(int(column))'

/** Runs of one letter outside quotes. */
function tokensOf(format: string): string[] {
  return format.replaceAll(/'[^']*'/g, ' ').match(/([a-zA-Z])\1*/g) ?? []
}

function foreignFault(token: string): string {
  if (token.startsWith('Y')) return `has ${token}, which is no token; the year is yyyy`
  if (token.startsWith('D')) return `has ${token}, which depends on the machine's language; the day is dd`
  if (token.startsWith('A')) return `has ${token}, which is no token; AM or PM is a`
  return `has ${token}, which depends on the machine's language; a letter as written goes into quotes: 'T'`
}

function givesDay(tokens: readonly string[]): boolean {
  const has = (pattern: RegExp): boolean => tokens.some((token) => pattern.test(token))
  if (has(/^y+$/)) return has(/^o+$/) || (has(/^[ML]+$/) && has(/^d+$/))
  return has(/^k+$/) && has(/^W+$/) && has(/^[Ec]+$/)
}

function dayFault(tokens: readonly string[]): string {
  const hasMonth = tokens.some((token) => /^[ML]/.test(token))
  if (!hasMonth && tokens.some((token) => token.startsWith('m')))
    return 'has mm, which is minutes, and no month; the month is MM'
  return 'does not give year, month and day; write such as dd/MM/yyyy'
}

/** An example of the format, for messages. */
export function dateFormatExample(format: string): string {
  return DateTime.utc(2025, 12, 31, 14, 30).toFormat(format, { locale: 'en-US', numberingSystem: 'latn' })
}
