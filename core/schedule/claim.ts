/** What a claim of a slot says about a schedule. */
import { DAY } from '../clock.ts'
import type { SlotClaim } from '../state/state.ts'
import type { Schedule } from './slots.ts'

/** Schedules of one text have the same slots. */
export function scheduleText({ cron, zone }: Schedule): string {
  return `${cron.trim().replace(/\s+/g, ' ')} ${zone}`
}

/**
 * The clock was wrong when it was made: otherwise nothing would run until then. A clock that is put back by less than
 * a day waits until it is where it was, so that no slot runs twice.
 */
export function isFromFuture({ slotAt }: Pick<SlotClaim, 'slotAt'>, now: number): boolean {
  return slotAt > now + DAY
}
