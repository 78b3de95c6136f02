/** Cron expressions as node-cron reads them: five fields, names, ranges, steps, `L`, `W`, `#` and aliases such as `@daily`. */
import { parse } from 'node-cron'
import { daysOf, shapesOf } from './days.ts'

export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** Days of the month; text is one of `L`, `L-3`, `15W`, `LW`. */
  readonly days: readonly (number | string)[]
  readonly months: readonly number[]
  /** 0 is Sunday; text is one of `1#1`, `5L`. */
  readonly weekdays: readonly (number | string)[]
}

const FIELDS = 5

/** Undefined for what is no expression, never comes due, or has a field for seconds. */
export function parseCron(text: string): Cron | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('@') && trimmed.split(/\s+/).length !== FIELDS) return undefined
  const cron = read(trimmed)
  return cron !== undefined && comesDue(cron) ? cron : undefined
}

function read(text: string): Cron | undefined {
  try {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(text)
    return { minutes: minute, hours: hour, days: dayOfMonth, months: month, weekdays: dayOfWeek }
  } catch {
    return undefined
  }
}

/** node-cron takes `31W` of February, and then finds no such day. */
function comesDue(cron: Cron): boolean {
  return cron.months.some((month) => shapesOf(month).some((shape) => daysOf(cron, shape).length > 0))
}
