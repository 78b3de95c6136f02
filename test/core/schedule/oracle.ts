/** What the slots of a schedule are, found by going through all minutes with the clock of `Intl`. Slow, and plain. */
import { DAY, MINUTE } from '../../../core/clock.ts'

/** A minute as it passes, and what the clocks of the zone show then, as milliseconds as if that were UTC. */
export interface Minute {
  readonly at: number
  readonly wall: number
}

/** Does the expression name this time of the wall? */
export type Names = (wall: Date) => boolean

export function minutesOf(zone: string, from: number, until: number): Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  const minutes: Minute[] = []
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at <= until; at += MINUTE) {
    minutes.push({ at, wall: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) })
  }
  return minutes
}

export interface OracleQuestion {
  /** Without a hole, and with a day and two hours before `after`. */
  readonly minutes: readonly Minute[]
  readonly names: Names
  readonly everyHour: boolean
  readonly after: number
}

export function slotsByOracle({ minutes, names, everyHour, after }: OracleQuestion): number[] {
  const shown = new Set<number>()
  const slots: number[] = []
  let before = minutes[0]?.wall ?? 0
  for (const { at, wall } of minutes) {
    const walls = everyHour ? [wall] : [wall, ...skipped(before, wall)].filter((each) => !shown.has(each))
    if (at > after && walls.some((each) => names(new Date(each)))) slots.push(at)
    for (const each of walls) shown.add(each)
    before = wall
  }
  return slots
}

/** What the clocks did not show between two minutes. */
function skipped(before: number, wall: number): number[] {
  const walls: number[] = []
  for (let each = before + MINUTE; each < wall; each += MINUTE) walls.push(each)
  return walls
}

/** Days of the month by name, without arithmetic of months: by looking at the days around. */
export const DAY_TOKENS: Readonly<Record<string, Names>> = {
  L: (date) => isLast(date),
  'L-3': (date) => isLast(daysLater(date, 3)) && sameMonth(date, daysLater(date, 3)),
  '1W': nearestWorkday(() => 1),
  '15W': nearestWorkday(() => 15),
  '31W': nearestWorkday(() => 31),
  LW: nearestWorkday((month) => month.length),
}

export const WEEKDAY_TOKENS: Readonly<Record<string, Names>> = {
  '1#1': (date) => date.getUTCDay() === 1 && !sameMonth(date, daysLater(date, -7)),
  '3#5': (date) => date.getUTCDay() === 3 && sameMonth(date, daysLater(date, -28)),
  '7#2': (date) =>
    date.getUTCDay() === 0 && sameMonth(date, daysLater(date, -7)) && !sameMonth(date, daysLater(date, -14)),
  '5L': (date) => date.getUTCDay() === 5 && !sameMonth(date, daysLater(date, 7)),
  '0L': (date) => date.getUTCDay() === 0 && !sameMonth(date, daysLater(date, 7)),
}

function nearestWorkday(target: (month: readonly Date[]) => number): Names {
  return (date) => {
    if ([0, 6].includes(date.getUTCDay())) return false
    const month = Array.from({ length: 31 }, (_, index) => daysLater(date, index + 1 - date.getUTCDate())).filter(
      (each) => sameMonth(each, date),
    )
    const day = target(month)
    if (!month.some((each) => each.getUTCDate() === day)) return false
    const workdays = month.filter((each) => ![0, 6].includes(each.getUTCDay()))
    const far = (each: Date): number => Math.abs(each.getUTCDate() - day)
    return Math.min(...workdays.map(far)) === far(date)
  }
}

function isLast(date: Date): boolean {
  return !sameMonth(date, daysLater(date, 1))
}

function sameMonth(a: Date, b: Date): boolean {
  return a.getUTCMonth() === b.getUTCMonth()
}

function daysLater(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY)
}
