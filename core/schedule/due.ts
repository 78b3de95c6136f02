/** Whether a resource is due by its schedule: a pure function of time and of the slot that was taken last. */
import { MINUTE } from '../clock.ts'
import type { ScheduleSpec } from '../resource.ts'
import type { SlotClaim } from '../state/state.ts'
import { isFromFuture, scheduleText } from './claim.ts'
import { jitterOf } from './jitter.ts'
import { countSlots, latestSlot, nextSlot } from './slots.ts'

export interface DueQuestion {
  readonly schedule: ScheduleSpec
  /** The resource as the state knows it. */
  readonly scope: string
  /** Absent, of another schedule, or from a clock that was wrong: no slot before `now` is due. */
  readonly claim?: SlotClaim | undefined
  readonly now: number
  /** Absent: whoever has a slot lives. */
  readonly isOwnerAlive?: (daemon: string) => boolean
  /** Who asks. It does not ask for what it runs itself: what it took, and did not settle, has ended all the same. */
  readonly daemon?: string | undefined
}

export type DueReason =
  /** Within two minutes of its slot and jitter. */
  | 'on time'
  /** Later, and no slot before it was left out. */
  | 'late'
  /** Slots before it were left out: they are caught up by this one. */
  | 'missed'
  /** The daemon that had taken the slot died before its end. */
  | 'interrupted'

export interface DueSlot {
  /** The one to claim. */
  readonly slotAt: number
  /** Slots before it that nobody took, up to `MOST_COUNTED`. */
  readonly missed: number
  /** Beyond its slot and jitter; 0 when it is taken along before. */
  readonly lateMs: number
  readonly why: DueReason
}

export type Judgement =
  | ({ readonly kind: 'due' } & DueSlot)
  | {
      readonly kind: 'wait'
      /** When it will be due; absent when never, or while what was started for the last slot goes on. */
      readonly at?: number
      /** Its slot has come and its jitter has not passed: it joins a run of its application that starts now. */
      readonly come?: DueSlot
    }

/** More than this is late. */
export const LATE_MS = 2 * MINUTE

/**
 * A slot is due when its jitter has passed. Of several only one is: when it is on time that one, else the last that
 * has come, whose jitter no longer matters. An interrupted one is due at once, for the last that has come.
 */
export function judgeDue(question: DueQuestion): Judgement {
  const { schedule, scope, claim, now } = question
  const jitter = jitterOf(scope, schedule.jitterMs)
  const fate = fateOf(question)
  if (fate === 'taken') return { kind: 'wait' }
  if (claim === undefined || claim.schedule !== scheduleText(schedule) || isFromFuture(claim, now)) {
    return waitFor(nextSlot(schedule, now), jitter)
  }
  const after = claim.slotAt
  const dueSlot = (slotAt: number): DueSlot => describe({ schedule, after, slotAt, lateMs: now - slotAt - jitter })
  const due = latestSlot(schedule, { after, until: now - jitter })
  const come = latestSlot(schedule, { after, until: now })
  if (due !== undefined) {
    const late = now - due - jitter > LATE_MS
    return { kind: 'due', ...dueSlot(late ? (come ?? due) : due) }
  }
  if (fate === 'interrupted') return { kind: 'due', ...dueSlot(come ?? after), why: 'interrupted' }
  if (come === undefined) return waitFor(nextSlot(schedule, Math.max(after, now)), jitter)
  return { ...waitFor(come, jitter), come: dueSlot(come) }
}

/** What a run of the application that starts now takes along: what is due, and what has come. */
export function joinsRun(judgement: Judgement): DueSlot | undefined {
  if (judgement.kind === 'wait') return judgement.come
  const { kind: _, ...due } = judgement
  return due
}

/** When the resource is due next, jitter included; `now` when it is overdue, undefined when it never is. */
export function nextDue(question: DueQuestion): number | undefined {
  const judgement = judgeDue(question)
  if (judgement.kind === 'due') return question.now
  const { schedule, scope, now } = question
  return judgement.at ?? waitFor(nextSlot(schedule, now), jitterOf(scope, schedule.jitterMs)).at
}

function fateOf({ claim, daemon, isOwnerAlive = () => true }: DueQuestion): 'taken' | 'interrupted' | 'ended' {
  if (claim?.daemon === undefined || claim.settled || claim.daemon === daemon) return 'ended'
  return isOwnerAlive(claim.daemon) ? 'taken' : 'interrupted'
}

function waitFor(slot: number | undefined, jitter: number): { kind: 'wait'; at?: number } {
  return slot === undefined ? { kind: 'wait' } : { kind: 'wait', at: slot + jitter }
}

interface Taking {
  readonly schedule: ScheduleSpec
  readonly after: number
  readonly slotAt: number
  readonly lateMs: number
}

function describe({ schedule, after, slotAt, lateMs }: Taking): DueSlot {
  const missed = countSlots(schedule, { after, until: slotAt - 1 })
  const why = missed > 0 ? 'missed' : lateMs > LATE_MS ? 'late' : 'on time'
  return { slotAt, missed, lateMs: Math.max(0, lateMs), why }
}
