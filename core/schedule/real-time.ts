/**
 * A schedule of every hour, in real time: it comes due whenever the clocks of the zone show one of its minutes. An hour
 * that is skipped is not there, and one that is doubled is two hours, so the rhythm stays.
 */
import { DAY } from '../clock.ts'
import type { Calendar } from './calendar.ts'
import type { Reading } from './reading.ts'
import type { Zone } from './zone.ts'

/** How far changes are looked for. No change moves the clocks by more than a day, and a second one is a week away. */
const NEAR = 3 * DAY
/** Where to look again when the next time is far away, and the offset then may be another. */
const BEFORE = 2 * DAY

export function readInRealTime(calendar: Calendar, zone: Zone): Reading {
  return {
    next(after) {
      for (let from = after + 1; ; ) {
        const offset = zone.offsetAt(from)
        const wall = calendar.next(from + offset)
        if (wall === undefined) return undefined
        const instant = wall - offset
        const change = zone.changes(from, Math.min(instant, from + NEAR))[0]
        if (change === undefined && instant <= from + NEAR) return instant
        from = change?.at ?? instant - BEFORE
      }
    },
    last(until) {
      for (let to = until; ; ) {
        const offset = zone.offsetAt(to)
        const wall = calendar.last(to + offset)
        if (wall === undefined) return undefined
        const instant = wall - offset
        const change = zone.changes(Math.max(instant, to - NEAR), to).at(-1)
        if (change === undefined && instant >= to - NEAR) return instant
        to = change === undefined ? instant + BEFORE : change.at - 1
      }
    },
  }
}
