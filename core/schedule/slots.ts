/**
 * The slots of a schedule: the instants at which it is due, in milliseconds of UTC and at whole minutes. Where a zone
 * puts its clocks forward or back:
 *
 * - A schedule of every hour (its field of hours names all 24) keeps its rhythm in real time. An hour that is skipped
 *   is not there, and an hour that is doubled is two hours. `real-time.ts`
 * - Any other is read by the clock on the wall. A slot in what is doubled runs once, the first time. A slot in what is
 *   skipped runs once, with the first minute after the gap, and is one with a slot that stands there. `wall-clock.ts`
 *
 * Right for instants since 1972, when the last zone took to whole minutes.
 */
import { createCalendar } from './calendar.ts'
import { type Cron, parseCron } from './cron.ts'
import type { Reading } from './reading.ts'
import { readInRealTime } from './real-time.ts'
import { readByWallClock } from './wall-clock.ts'
import { createZone, type Zone } from './zone.ts'

export interface Schedule {
  readonly cron: string
  /** An IANA name. */
  readonly zone: string
}

export interface SlotRange {
  /** Not included. */
  readonly after: number
  /** Included. */
  readonly until: number
}

/** More are not counted. */
export const MOST_COUNTED = 1000

const HOURS = 24

/** The last slot in the range. */
export function latestSlot(schedule: Schedule, { after, until }: SlotRange): number | undefined {
  const slot = readingOf(schedule).last(until)
  return slot !== undefined && slot > after ? slot : undefined
}

/** The first slot after the instant; undefined when there is none for more than forty years. */
export function nextSlot(schedule: Schedule, after: number): number | undefined {
  return readingOf(schedule).next(after)
}

/** How many slots are in the range, up to `MOST_COUNTED`. */
export function countSlots(schedule: Schedule, { after, until }: SlotRange): number {
  const reading = readingOf(schedule)
  let count = 0
  for (let slot = reading.next(after); count < MOST_COUNTED; slot = reading.next(slot)) {
    if (slot === undefined || slot > until) break
    count++
  }
  return count
}

// What follows from a text alone is worked out once: expressions as long as somebody holds the schedule, zones for good.
const readings = new WeakMap<Schedule, Reading>()
const zones = new Map<string, Zone>()

function readingOf(schedule: Schedule): Reading {
  const known = readings.get(schedule)
  if (known !== undefined) return known
  const reading = read(schedule)
  readings.set(schedule, reading)
  return reading
}

function read(schedule: Schedule): Reading {
  const cron = parseCron(schedule.cron)
  if (cron === undefined) throw new RangeError(`The cron expression "${schedule.cron}" never comes due`)
  const calendar = createCalendar(cron)
  return everyHour(cron)
    ? readInRealTime(calendar, zoneOf(schedule.zone))
    : readByWallClock(calendar, zoneOf(schedule.zone))
}

function everyHour({ hours }: Cron): boolean {
  return new Set(hours).size === HOURS
}

function zoneOf(name: string): Zone {
  const zone = zones.get(name) ?? createZone(name)
  zones.set(name, zone)
  return zone
}
