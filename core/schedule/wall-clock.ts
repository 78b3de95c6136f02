/**
 * A schedule as people read it off the clock on the wall. A time comes at the first instant at which the clocks of the
 * zone show it or a later one: so a time in an hour that is doubled comes once, and what stands in an hour that is
 * skipped comes with the first minute after the gap.
 */
import { DAY, HOUR } from '../clock.ts'
import type { Calendar } from './calendar.ts'
import type { Reading } from './reading.ts'
import type { Zone } from './zone.ts'

/** Clocks are behind UTC by 12 hours at most, and ahead by 14. */
const WIDEST = 15 * HOUR

export function readByWallClock(calendar: Calendar, zone: Zone): Reading {
  /** The latest time that the clocks have shown by then. No zone goes back by more than a day. */
  function shownBy(instant: number): number {
    const peaks = zone.changes(instant - DAY, instant).map(({ at, before }) => at - 1 + before)
    return Math.max(instant + zone.offsetAt(instant), ...peaks)
  }

  function instantOf(wall: number): number {
    let instant = wall - zone.offsetAt(wall - WIDEST)
    for (const { at, after } of zone.changes(wall - WIDEST, wall + WIDEST)) {
      if (instant < at) break
      instant = Math.max(at, wall - after)
    }
    return instant
  }

  return {
    next(after) {
      const wall = calendar.next(shownBy(after) + 1)
      return wall === undefined ? undefined : instantOf(wall)
    },
    last(until) {
      const wall = calendar.last(shownBy(until))
      return wall === undefined ? undefined : instantOf(wall)
    },
  }
}
