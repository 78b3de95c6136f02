/**
 * How far the clocks of a zone are from UTC, and when that changes. Since 1972 every zone is between -12 and +14 hours,
 * at whole minutes, and keeps to it for a week at least; this is built on that.
 */
import { DAY, MINUTE } from '../clock.ts'

export interface Zone {
  /** Milliseconds that its clocks are ahead of UTC. */
  offsetAt(instant: number): number
  /** The changes after `from` and up to `until`, in order. Looks at each day between: for spans of days. */
  changes(from: number, until: number): Change[]
}

/** From `at` on the clocks are ahead by `after`, and were by `before`. */
export interface Change {
  readonly at: number
  readonly before: number
  readonly after: number
}

/** A day of UTC. */
interface Day {
  readonly offset: number
  readonly change?: Change
}

/** Some years; then it is learned anew. */
const MOST_DAYS = 2000

/** A zone remembers what it has found out. */
export function createZone(name: string): Zone {
  const clockAhead = createClockAhead(name)
  const days = new Map<number, Day>()

  function learn(index: number): Day {
    const start = index * DAY
    const [before, after] = [clockAhead(start), clockAhead(start + DAY)]
    if (before === after) return { offset: before }
    return { offset: before, change: { at: findChange(start), before, after } }
  }

  /** The first minute within a day at which the offset is no longer that of its start. */
  function findChange(start: number): number {
    const before = clockAhead(start)
    let [low, high] = [0, DAY / MINUTE]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (clockAhead(start + middle * MINUTE) === before) low = middle
      else high = middle
    }
    return start + high * MINUTE
  }

  function dayAt(index: number): Day {
    const known = days.get(index)
    if (known !== undefined) return known
    if (days.size >= MOST_DAYS) days.clear()
    const day = learn(index)
    days.set(index, day)
    return day
  }

  return {
    offsetAt(instant) {
      const { offset, change } = dayAt(Math.floor(instant / DAY))
      return change !== undefined && instant >= change.at ? change.after : offset
    },
    changes(from, until) {
      const found: Change[] = []
      // A change at midnight belongs to the day before.
      for (let index = Math.ceil(from / DAY) - 1; index * DAY < until; index++) {
        const { change } = dayAt(index)
        if (change !== undefined && change.at > from && change.at <= until) found.push(change)
      }
      return found
    },
  }
}

/** `01/31/2026, 23:30:00`: read by place, several times as fast as in parts. */
function createClockAhead(timeZone: string): (instant: number) => number {
  const numeric = '2-digit'
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  })
  return (instant) => {
    const text = format.format(instant)
    const part = (from: number, length: number): number => Number(text.slice(from, from + length))
    return Date.UTC(part(6, 4), part(0, 2) - 1, part(3, 2), part(12, 2), part(15, 2), part(18, 2)) - instant
  }
}
