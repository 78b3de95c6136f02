/**
 * The days of a month that a cron expression names. When days of the month and days of the week are both restricted,
 * either suffices (the rule of POSIX; node-cron itself wants both). A field that names all its days restricts nothing.
 */
/** As in a cron expression that was read. */
export interface DayFields {
  readonly days: readonly (number | string)[]
  readonly weekdays: readonly (number | string)[]
}

/** All that the days depend on, besides the expression. */
export interface MonthShape {
  /** How many days. */
  readonly length: number
  /** The weekday of the first, 0 for Sunday. */
  readonly first: number
}

const WEEK = [0, 1, 2, 3, 4, 5, 6]
const SATURDAY = 6
const LENGTHS = [[31], [28, 29], [31], [30], [31], [30], [31], [31], [30], [31], [30], [31]]

/** Every shape that the month, 1 to 12, has in one year or another. */
export function shapesOf(month: number): MonthShape[] {
  return (LENGTHS[month - 1] ?? []).flatMap((length) => WEEK.map((first) => ({ length, first })))
}

/** Ascending. The month itself is not asked for: whoever calls has looked at `cron.months`. */
export function daysOf({ days, weekdays }: DayFields, shape: MonthShape): number[] {
  const month = Array.from({ length: shape.length }, (_, index) => index + 1)
  const byDate = new Set(days.map((token) => dateOf(token, shape)))
  const byWeekday = month.filter((day) => weekdays.some((token) => isWeekday(token, day, shape)))
  if (new Set(days).size >= 31) return byWeekday
  if (WEEK.every((weekday) => weekdays.includes(weekday))) return month.filter((day) => byDate.has(day))
  return month.filter((day) => byDate.has(day) || byWeekday.includes(day))
}

/** `L` is the last day, `L-3` three days before it, `15W` the day from Monday to Friday that is nearest to the 15th, `LW` to the last. */
function dateOf(token: number | string, shape: MonthShape): number | undefined {
  const [, last, back, date, work] = /^(?:(L)(?:-(\d+))?|(\d+))(W?)$/.exec(String(token)) ?? []
  const day = last === undefined ? Number(date) : shape.length - Number(back ?? 0)
  return work === 'W' ? workdayNear(day, shape) : day
}

/** Within the month, even when the nearest one is in the next. */
function workdayNear(day: number, shape: MonthShape): number | undefined {
  if (day > shape.length) return undefined
  const weekday = weekdayOf(day, shape)
  if (weekday === SATURDAY) return day === 1 ? day + 2 : day - 1
  if (weekday === 0) return day === shape.length ? day - 2 : day + 1
  return day
}

/** `1#2` is the second Monday, `5L` the last Friday. */
function isWeekday(token: number | string, day: number, shape: MonthShape): boolean {
  const [, weekday, nth, last] = /^(\d)(?:#(\d))?(L?)$/.exec(String(token)) ?? []
  if (Number(weekday) % 7 !== weekdayOf(day, shape)) return false
  if (last === 'L') return day + 7 > shape.length
  return nth === undefined || Math.ceil(day / 7) === Number(nth)
}

function weekdayOf(day: number, { first }: MonthShape): number {
  return (first + day - 1) % 7
}
