/**
 * The times that a cron expression names, by a calendar without zones. A wall time is what a clock on the wall shows,
 * as milliseconds as if it were UTC.
 */
import { DAY, HOUR, MINUTE } from '../clock.ts'
import type { Cron } from './cron.ts'
import { daysOf } from './days.ts'

export interface Calendar {
  /** The first time at `wall` or later; undefined when there is none for more than forty years. */
  next(wall: number): number | undefined
  /** The last time at `wall` or earlier. */
  last(wall: number): number | undefined
}

/** 29 February on a given weekday comes every 28 years, and once in a while after 40. */
const MOST_MONTHS = 41 * 12

export function createCalendar(cron: Cron): Calendar {
  const times = timesOf(cron)
  const [earliest = 0, latest = 0] = [times[0], times.at(-1)]
  const daysOfMonth = createMonths(cron)

  function dayFrom(day: number): number | undefined {
    for (let count = 0, month = monthOf(day); count < MOST_MONTHS; count++, month++) {
      const found = daysOfMonth(month).find((each) => each >= day)
      if (found !== undefined) return found
    }
    return undefined
  }

  function dayUpTo(day: number): number | undefined {
    for (let count = 0, month = monthOf(day); count < MOST_MONTHS; count++, month--) {
      const found = daysOfMonth(month).findLast((each) => each <= day)
      if (found !== undefined) return found
    }
    return undefined
  }

  return {
    next(wall) {
      const today = Math.floor(wall / DAY) * DAY
      const time = times.find((each) => today + each >= wall)
      const day = dayFrom(time === undefined ? today + DAY : today)
      if (day === undefined) return undefined
      return day + (day === today ? (time ?? earliest) : earliest)
    },
    last(wall) {
      const today = Math.floor(wall / DAY) * DAY
      const time = times.findLast((each) => today + each <= wall)
      const day = dayUpTo(time === undefined ? today - DAY : today)
      if (day === undefined) return undefined
      return day + (day === today ? (time ?? latest) : latest)
    },
  }
}

/** Within a day, ascending. */
function timesOf({ hours, minutes }: Cron): number[] {
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * HOUR + minute * MINUTE))
  return [...new Set(times)].sort((a, b) => a - b)
}

/** Gives the days of a month, counted from January 1970, and remembers them. */
function createMonths(cron: Cron): (month: number) => readonly number[] {
  const known = new Map<number, readonly number[]>()
  return (month) => {
    const days = known.get(month) ?? daysIn(cron, month)
    if (known.size >= MOST_MONTHS) known.clear()
    known.set(month, days)
    return days
  }
}

function daysIn(cron: Cron, month: number): number[] {
  const start = new Date(Date.UTC(1970, month))
  if (!cron.months.includes(start.getUTCMonth() + 1)) return []
  const shape = { length: (Date.UTC(1970, month + 1) - start.getTime()) / DAY, first: start.getUTCDay() }
  return daysOf(cron, shape).map((day) => Date.UTC(1970, month, day))
}

function monthOf(wall: number): number {
  const date = new Date(wall)
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
}
