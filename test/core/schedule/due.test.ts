import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import type { ScheduleSpec } from '../../../core/resource.ts'
import { scheduleText } from '../../../core/schedule/claim.ts'
import { type DueQuestion, judgeDue, nextDue } from '../../../core/schedule/due.ts'
import { jitterOf } from '../../../core/schedule/jitter.ts'
import { countSlots, MOST_COUNTED } from '../../../core/schedule/slots.ts'
import type { SlotClaim } from '../../../core/state/state.ts'

const NOON = Date.UTC(2026, 5, 5, 12)
const HOURLY: ScheduleSpec = { cron: '0 * * * *', zone: 'Europe/Berlin', jitterMs: MINUTE }
/** Its part of the minute. */
const JITTER = jitterOf('scope', MINUTE)

function claimAt(slotAt: number, change: Partial<SlotClaim> = {}, schedule: ScheduleSpec = HOURLY): SlotClaim {
  return { scope: 'scope', schedule: scheduleText(schedule), slotAt, daemon: 'a', settled: true, ...change }
}

const nobodyLives = (): boolean => false

function ask(now: number, claim: SlotClaim | undefined, change: Partial<DueQuestion> = {}): DueQuestion {
  return { schedule: HOURLY, scope: 'scope', claim, now, ...change }
}

describe('a resource with a schedule', () => {
  it('waits for its slot and its jitter, and is due on time from then on', () => {
    expect(JITTER).toBeGreaterThan(2)
    const last = claimAt(NOON - HOUR)
    expect(judgeDue(ask(NOON - 1, last))).toEqual({ kind: 'wait', at: NOON + JITTER })
    const due = { slotAt: NOON, missed: 0, lateMs: 0, why: 'on time' }
    expect(judgeDue(ask(NOON + JITTER - 1, last))).toEqual({ kind: 'wait', at: NOON + JITTER, come: due })
    expect(judgeDue(ask(NOON + JITTER, last))).toEqual({ kind: 'due', ...due })
    expect(judgeDue(ask(NOON + JITTER, claimAt(NOON)))).toEqual({ kind: 'wait', at: NOON + HOUR + JITTER })
  })

  it('is due at the slot itself when jitter is off', () => {
    const schedule = { ...HOURLY, jitterMs: 0 }
    expect(judgeDue(ask(NOON, claimAt(NOON - HOUR), { schedule }))).toMatchObject({ kind: 'due', why: 'on time' })
  })

  it('is late when more than two minutes have passed, and nothing was left out', () => {
    const limit = NOON + JITTER + 2 * MINUTE
    expect(judgeDue(ask(limit, claimAt(NOON - HOUR)))).toMatchObject({ why: 'on time', lateMs: 2 * MINUTE })
    expect(judgeDue(ask(limit + 1, claimAt(NOON - HOUR)))).toEqual({
      kind: 'due',
      slotAt: NOON,
      missed: 0,
      lateMs: 2 * MINUTE + 1,
      why: 'late',
    })
  })

  it('that was down for three days is caught up once, and 71 slots before that one were missed', () => {
    const back = NOON + 3 * DAY + 20 * MINUTE
    expect(judgeDue(ask(back, claimAt(NOON)))).toEqual({
      kind: 'due',
      slotAt: NOON + 3 * DAY,
      missed: 71,
      lateMs: 20 * MINUTE - JITTER,
      why: 'missed',
    })
    expect(judgeDue(ask(back, claimAt(NOON + 3 * DAY)))).toEqual({ kind: 'wait', at: NOON + 3 * DAY + HOUR + JITTER })
  })

  it('is caught up by the slot that has just come, without waiting for its jitter', () => {
    expect(judgeDue(ask(NOON + 1, claimAt(NOON - 3 * HOUR)))).toEqual({
      kind: 'due',
      slotAt: NOON,
      missed: 2,
      lateMs: 0,
      why: 'missed',
    })
  })

  it('says of many missed slots that they are many', () => {
    const schedule = { ...HOURLY, cron: '* * * * *' }
    const years = claimAt(NOON - 900 * DAY, {}, schedule)
    expect(judgeDue(ask(NOON + 30_000, years, { schedule }))).toMatchObject({ missed: MOST_COUNTED, why: 'missed' })
  })

  it('keeps its rhythm when its jitter is longer than the time between slots', () => {
    const schedule: ScheduleSpec = { ...HOURLY, cron: '* * * * *', jitterMs: 10 * MINUTE }
    const jitter = jitterOf('scope', schedule.jitterMs)
    expect(jitter).toBeGreaterThan(2 * MINUTE)
    let claim = claimAt(NOON, {}, schedule)
    for (let minute = 1; minute <= 5; minute++) {
      const now = NOON + minute * MINUTE + jitter
      const due = { slotAt: NOON + minute * MINUTE, missed: 0, lateMs: 0, why: 'on time' }
      expect(judgeDue(ask(now, claim, { schedule }))).toEqual({ kind: 'due', ...due })
      claim = claimAt(due.slotAt, {}, schedule)
    }
  })

  it('has nothing due that was before its first sight', () => {
    const next = { kind: 'wait', at: NOON + HOUR + JITTER }
    expect(judgeDue(ask(NOON + 30 * MINUTE, undefined))).toEqual(next)
    const other = claimAt(NOON - DAY, {}, { ...HOURLY, zone: 'UTC' })
    expect(judgeDue(ask(NOON + 30 * MINUTE, other))).toEqual(next)
    expect(judgeDue(ask(NOON + 30 * MINUTE, claimAt(NOON - DAY, { schedule: 'another' })))).toEqual(next)
  })

  it('is the same resource on the same schedule with more blanks or another jitter', () => {
    expect(scheduleText({ cron: ' 0  * * * * ', zone: 'Europe/Berlin' })).toBe(scheduleText(HOURLY))
    const schedule = { ...HOURLY, jitterMs: 0 }
    expect(judgeDue(ask(NOON, claimAt(NOON - HOUR), { schedule }))).toMatchObject({ kind: 'due' })
  })

  it('waits while what was started for the last slot goes on, and is late afterwards', () => {
    const running = claimAt(NOON, { settled: false })
    const question = ask(NOON + HOUR + 10 * MINUTE, running, { isOwnerAlive: (daemon) => daemon === 'a' })
    expect(judgeDue(question)).toEqual({ kind: 'wait' })
    expect(judgeDue({ ...question, claim: { ...running, settled: true } })).toMatchObject({
      slotAt: NOON + HOUR,
      why: 'late',
    })
  })

  it('goes on when its own daemon took the last slot and could not settle it', () => {
    const unsettled = claimAt(NOON, { settled: false })
    const question = ask(NOON + 20 * SECOND, unsettled, { isOwnerAlive: () => true, daemon: 'a' })
    expect(judgeDue(question)).toEqual({ kind: 'wait', at: NOON + HOUR + JITTER })
    expect(judgeDue({ ...question, now: NOON + HOUR + JITTER })).toMatchObject({ slotAt: NOON + HOUR, why: 'on time' })
  })

  it('whose daemon died meanwhile is due again at once, as interrupted', () => {
    const interrupted = claimAt(NOON, { settled: false })
    expect(judgeDue(ask(NOON + 20 * SECOND, interrupted, { isOwnerAlive: nobodyLives }))).toMatchObject({
      kind: 'due',
      slotAt: NOON,
      missed: 0,
      why: 'interrupted',
    })
    // The next slot has come, so that one run serves both.
    expect(judgeDue(ask(NOON + HOUR + 1, interrupted, { isOwnerAlive: nobodyLives }))).toEqual({
      kind: 'due',
      slotAt: NOON + HOUR,
      missed: 0,
      lateMs: 0,
      why: 'interrupted',
    })
    expect(judgeDue(ask(NOON + 4 * HOUR + 10 * MINUTE, interrupted, { isOwnerAlive: nobodyLives }))).toMatchObject({
      slotAt: NOON + 4 * HOUR,
      missed: 3,
      why: 'missed',
    })
  })

  it('whose first sight is all that is known was not interrupted', () => {
    const seen = claimAt(NOON - 1, { daemon: 'dead', settled: true })
    expect(judgeDue(ask(NOON - 1, seen, { isOwnerAlive: nobodyLives }))).toMatchObject({ kind: 'wait' })
  })
})

describe('a clock that is set', () => {
  it('back, runs no slot twice, and goes on where it was', () => {
    for (const back of [SECOND, HOUR, 23 * HOUR]) {
      expect(judgeDue(ask(NOON - back, claimAt(NOON)))).toEqual({ kind: 'wait', at: NOON + HOUR + JITTER })
    }
  })

  it('back by more than a day, does not wait for a date that was wrong', () => {
    const wrong = claimAt(NOON + 400 * DAY)
    expect(judgeDue(ask(NOON + 1, wrong))).toEqual({ kind: 'wait', at: NOON + HOUR + JITTER })
    const cut = { ...wrong, settled: false }
    expect(judgeDue(ask(NOON + 1, cut, { isOwnerAlive: nobodyLives }))).toMatchObject({ kind: 'wait' })
  })

  it('forward, catches up once', () => {
    const judged = judgeDue(ask(NOON + DAY, claimAt(NOON)))
    expect(judged).toMatchObject({ kind: 'due', slotAt: NOON + DAY, missed: 23, why: 'missed' })
  })
})

describe('what is missed in a night in which the clocks change', () => {
  it.each([
    ['0 * * * *', '2026-03-28T12:00Z', '2026-03-29T12:00:59Z', 24],
    ['0 * * * *', '2026-10-24T12:00Z', '2026-10-25T12:00:59Z', 24],
    ['*/30 0-3 * * *', '2026-03-28T12:00Z', '2026-03-29T12:00:59Z', 6],
    ['*/30 0-3 * * *', '2026-10-24T12:00Z', '2026-10-25T12:00:59Z', 8],
  ])('is what was not there to run: %s, %s', (cron, after, until, slots) => {
    const schedule: ScheduleSpec = { cron, zone: 'Europe/Berlin', jitterMs: 0 }
    const [from, now] = [Date.parse(after), Date.parse(until)]
    expect(countSlots(schedule, { after: from, until: now })).toBe(slots)
    const judged = judgeDue(ask(now, claimAt(from, {}, schedule), { schedule }))
    expect(judged).toMatchObject({ kind: 'due', missed: slots - 1, why: 'missed' })
  })
})

describe('when a resource is due next', () => {
  it('is told with its jitter, whatever state it is in', () => {
    const now = NOON + 30 * MINUTE
    const next = NOON + HOUR + JITTER
    expect(nextDue(ask(now, undefined))).toBe(next)
    expect(nextDue(ask(now, claimAt(NOON)))).toBe(next)
    expect(nextDue(ask(now, claimAt(NOON, { settled: false })))).toBe(next)
    expect(nextDue(ask(now, claimAt(NOON - HOUR)))).toBe(now)
    expect(nextDue(ask(NOON + 1, claimAt(NOON - HOUR)))).toBe(NOON + JITTER)
  })
})
