/** Cron expressions as node-cron reads them: five fields, names, ranges, steps, `L`, `W`, `#` and aliases such as `@daily`. */
import { parse } from 'node-cron'

export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** Days of the month; text is one of `L`, `15W`. */
  readonly days: readonly (number | string)[]
  readonly months: readonly number[]
  /** 0 is Sunday; text is one of `1#1`, `5L`. */
  readonly weekdays: readonly (number | string)[]
}

const FIELDS = 5

/** Undefined for what is no expression, never comes due, or has a field for seconds. */
export function parseCron(text: string): Cron | undefined {
  if (!text.startsWith('@') && text.trim().split(/\s+/).length !== FIELDS) return undefined
  try {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(text)
    return { minutes: minute, hours: hour, days: dayOfMonth, months: month, weekdays: dayOfWeek }
  } catch {
    return undefined
  }
}
