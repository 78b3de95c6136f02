/** Calendar days as `2026-11-23`: they compare as text, and know no zone. */
import { DateTime } from 'luxon'
import { DAY, toInstant } from '../../core/clock.ts'

export type DayReader = (text: string) => string | undefined

/** Of a real date in a workbook. */
const ISO_DAY = /^(\d{4}-\d{2}-\d{2})(?:T[\d:]+)?$/

/** Reads days in one format; undefined for what is none. Dates repeat in an export, so they are remembered. */
export function createDayReader(format: string | undefined, realDates: boolean): DayReader {
  const known = new Map<string, string | undefined>()
  return (text) => {
    if (!known.has(text)) {
      if (known.size > MOST_REMEMBERED) known.clear()
      known.set(text, (realDates ? isoDay(text) : undefined) ?? formatted(text, format))
    }
    return known.get(text)
  }
}

const MOST_REMEMBERED = 20_000

function isoDay(text: string): string | undefined {
  const day = ISO_DAY.exec(text)?.[1]
  return day !== undefined && DateTime.fromISO(day, { zone: 'utc' }).isValid ? day : undefined
}

function formatted(text: string, format: string | undefined): string | undefined {
  if (format === undefined) return undefined
  // With an offset in the text it stays the day that is written there.
  const date = DateTime.fromFormat(text, format, { zone: 'utc', setZone: true, locale: 'en' })
  return date.isValid ? date.toISODate() : undefined
}

/** The day that it is in a zone. */
export function today(now: number, zone: string): string {
  const day = DateTime.fromMillis(now, { zone }).toISODate()
  if (day === null) throw new Error(`the zone ${zone} is unknown`)
  return day
}

/** When a day begins in a zone, in UTC. */
export function beginOf(day: string, zone: string): string {
  return toInstant(DateTime.fromISO(day, { zone }).startOf('day').toMillis())
}

export function dayAfter(day: string, days = 1): string {
  const next = DateTime.fromISO(day, { zone: 'utc' }).plus({ days })
  return next.toISODate() ?? day
}

/** Days from one day to a later one; negative when it is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY)
}

/** Whole days of a duration, rounded up. */
export function daysIn(milliseconds: number): number {
  return Math.ceil(milliseconds / DAY)
}
