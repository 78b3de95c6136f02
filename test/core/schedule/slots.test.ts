import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../core/clock.ts'
import { parseCron } from '../../../core/schedule/cron.ts'
import { countSlots, latestSlot, MOST_COUNTED, nextSlot, type Schedule } from '../../../core/schedule/slots.ts'
import { anyCron, anyDays } from './any-cron.ts'
import { type Minute, minutesOf, slotsByOracle } from './oracle.ts'

function slotsIn(schedule: Schedule, from: number, until: number): number[] {
  const slots: number[] = []
  for (let slot = nextSlot(schedule, from - 1); slot !== undefined && slot < until; slot = nextSlot(schedule, slot)) {
    if (slot <= (slots.at(-1) ?? 0)) throw new Error(`${schedule.cron} in ${schedule.zone} stands still at ${slot}`)
    slots.push(slot)
  }
  return slots
}

/** `10-25 01:30` in UTC. */
function utc(slots: readonly number[]): string[] {
  return slots.map((slot) => new Date(slot).toISOString().slice(5, 16).replace('T', ' '))
}

function clockTimes(cron: string, zone: string, [from, until]: readonly [string, string]): string {
  const slots = slotsIn({ cron, zone }, Date.parse(from), Date.parse(until))
  return utc(slots)
    .map((text) => text.slice(6))
    .join(' ')
}

const BERLIN_SPRING = ['2026-03-28T23:00Z', '2026-03-29T03:00Z'] as const
const BERLIN_AUTUMN = ['2026-10-24T22:00Z', '2026-10-25T03:00Z'] as const
const NEW_YORK_SPRING = ['2026-03-08T05:00Z', '2026-03-08T09:00Z'] as const
const NEW_YORK_AUTUMN = ['2026-11-01T04:00Z', '2026-11-01T09:00Z'] as const
const LORD_HOWE_SPRING = ['2026-10-03T13:30Z', '2026-10-03T17:00Z'] as const
const LORD_HOWE_AUTUMN = ['2026-04-04T13:00Z', '2026-04-04T17:30Z'] as const

describe('the slots of a night in which the clocks go forward', () => {
  it.each([
    ['Europe/Berlin', '30 2 * * *', BERLIN_SPRING, '01:00'],
    ['Europe/Berlin', '17 * * * *', BERLIN_SPRING, '23:17 00:17 01:17 02:17'],
    ['Europe/Berlin', '*/30 0-3 * * *', BERLIN_SPRING, '23:00 23:30 00:00 00:30 01:00 01:30'],
    ['Europe/Berlin', '0 3 * * 0', BERLIN_SPRING, '01:00'],
    ['America/New_York', '30 2 * * *', NEW_YORK_SPRING, '07:00'],
    ['America/New_York', '17 * * * *', NEW_YORK_SPRING, '05:17 06:17 07:17 08:17'],
    ['America/New_York', '*/30 0-3 * * *', NEW_YORK_SPRING, '05:00 05:30 06:00 06:30 07:00 07:30'],
    ['America/New_York', '0 3 * * 0', NEW_YORK_SPRING, '07:00'],
    // Half an hour is skipped: 02:00 to 02:30.
    ['Australia/Lord_Howe', '30 2 * * *', LORD_HOWE_SPRING, '15:30'],
    ['Australia/Lord_Howe', '15 2 * * *', LORD_HOWE_SPRING, '15:30'],
    ['Australia/Lord_Howe', '17 * * * *', LORD_HOWE_SPRING, '13:47 14:47 16:17'],
    ['Australia/Lord_Howe', '*/30 0-3 * * *', LORD_HOWE_SPRING, '13:30 14:00 14:30 15:00 15:30 16:00 16:30'],
    ['Australia/Lord_Howe', '0 3 * * 0', LORD_HOWE_SPRING, '16:00'],
  ])('are those of the wall, or of real time: %s, %s', (zone, cron, night, expected) => {
    expect(clockTimes(cron, zone, night)).toBe(expected)
  })
})

describe('the slots of a night in which the clocks go back', () => {
  it.each([
    ['Europe/Berlin', '30 2 * * *', BERLIN_AUTUMN, '00:30'],
    ['Europe/Berlin', '17 * * * *', BERLIN_AUTUMN, '22:17 23:17 00:17 01:17 02:17'],
    ['Europe/Berlin', '*/30 0-3 * * *', BERLIN_AUTUMN, '22:00 22:30 23:00 23:30 00:00 00:30 02:00 02:30'],
    ['Europe/Berlin', '0 3 * * 0', BERLIN_AUTUMN, '02:00'],
    ['America/New_York', '30 2 * * *', NEW_YORK_AUTUMN, '07:30'],
    ['America/New_York', '30 1 * * *', NEW_YORK_AUTUMN, '05:30'],
    ['America/New_York', '17 * * * *', NEW_YORK_AUTUMN, '04:17 05:17 06:17 07:17 08:17'],
    ['America/New_York', '*/30 0-3 * * *', NEW_YORK_AUTUMN, '04:00 04:30 05:00 05:30 07:00 07:30 08:00 08:30'],
    ['America/New_York', '0 3 * * 0', NEW_YORK_AUTUMN, '08:00'],
    // Half an hour is doubled: 01:30 to 02:00.
    ['Australia/Lord_Howe', '30 2 * * *', LORD_HOWE_AUTUMN, '16:00'],
    ['Australia/Lord_Howe', '45 1 * * *', LORD_HOWE_AUTUMN, '14:45'],
    ['Australia/Lord_Howe', '17 * * * *', LORD_HOWE_AUTUMN, '13:17 14:17 15:47 16:47'],
    ['Australia/Lord_Howe', '*/30 0-3 * * *', LORD_HOWE_AUTUMN, '13:00 13:30 14:00 14:30 15:30 16:00 16:30 17:00'],
    ['Australia/Lord_Howe', '0 3 * * 0', LORD_HOWE_AUTUMN, '16:30'],
  ])('are those of the wall, or of real time: %s, %s', (zone, cron, night, expected) => {
    expect(clockTimes(cron, zone, night)).toBe(expected)
  })
})

describe('the slots of zones with rarer changes', () => {
  it.each([
    // 30 December 2011 is skipped: what it holds comes with the first minute of the 31st.
    ['Pacific/Apia', '0 3 * * *', '2011-12-28T12:00Z', ['12-28 13:00', '12-29 13:00', '12-30 10:00', '12-30 13:00']],
    ['Pacific/Apia', '0 0 30 * *', '2011-11-01T00:00Z', ['11-30 10:00', '12-30 10:00', '01-29 10:00', '03-29 10:00']],
    ['Pacific/Apia', '17 * * * *', '2011-12-30T08:30Z', ['12-30 09:17', '12-30 10:17', '12-30 11:17']],
    // Midnight to 01:00 is skipped.
    ['America/Sao_Paulo', '30 0 * * *', '2018-11-03T00:00Z', ['11-03 03:30', '11-04 03:00', '11-05 02:30']],
    ['Africa/Cairo', '0 0 * * *', '2026-04-22T12:00Z', ['04-22 22:00', '04-23 22:00', '04-24 21:00']],
    ['Asia/Beirut', '15 0 * * 0', '2026-03-21T12:00Z', ['03-21 22:15', '03-28 22:00', '04-04 21:15']],
    // 23:00 to midnight is doubled; the day after begins once.
    ['America/Sao_Paulo', '30 23 * * *', '2018-02-16T12:00Z', ['02-17 01:30', '02-18 01:30', '02-19 02:30']],
    ['Africa/Cairo', '0 0 * * *', '2026-10-28T12:00Z', ['10-28 21:00', '10-29 22:00', '10-30 22:00']],
    // Another offset for good, back and forward.
    ['Europe/Volgograd', '30 1 * * *', '2020-12-26T00:00Z', ['12-26 21:30', '12-27 22:30', '12-28 22:30']],
    ['Asia/Pyongyang', '45 23 * * *', '2018-05-03T00:00Z', ['05-03 15:15', '05-04 15:00', '05-05 14:45']],
  ])('%s, %s', (zone, cron, after, expected) => {
    const slots: number[] = []
    for (let at: number | undefined = Date.parse(after); at !== undefined && slots.length < expected.length; ) {
      at = nextSlot({ cron, zone }, at)
      if (at !== undefined) slots.push(at)
    }
    expect(utc(slots)).toEqual(expected)
  })

  it('keep a schedule of every hour one real hour apart all year', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'America/Sao_Paulo',
      'Africa/Cairo',
      'Africa/Casablanca',
    ]) {
      const slots = slotsIn({ cron: '17 * * * *', zone }, Date.UTC(2018, 0, 1), Date.UTC(2019, 0, 1))
      expect(new Set(slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0)))).toEqual(new Set([HOUR]))
    }
  })
})

function datesOf(cron: string, [from = 0, until = 0]: readonly number[]): string[] {
  const slots = slotsIn({ cron, zone: 'UTC' }, Date.UTC(from, 0), Date.UTC(until, 0))
  return slots.map((slot) => new Date(slot).toISOString().slice(0, 10))
}

describe('the days of a schedule', () => {
  it.each([
    ['the leap day', '0 0 29 2 *', [2023, 2033], ['2024-02-29', '2028-02-29', '2032-02-29']],
    ['no leap day in 2100', '0 0 29 2 *', [2096, 2105], ['2096-02-29', '2104-02-29']],
    ['a fifth Monday in February', '0 0 * 2 1#5', [2000, 2060], ['2016-02-29', '2044-02-29']],
    ['the last day of February', '0 0 L 2 *', [2023, 2025], ['2023-02-28', '2024-02-29']],
    [
      'a day of the month or of the week',
      '0 0 13 2 5',
      [2026, 2027],
      ['2026-02-06', '2026-02-13', '2026-02-20', '2026-02-27'],
    ],
    ['a field of all days restricts nothing', '0 0 1-31 2 5#1', [2026, 2027], ['2026-02-06']],
    ['the working day next to the 15th', '0 0 15W 2-3 *', [2026, 2027], ['2026-02-16', '2026-03-16']],
    ['the last Friday', '0 0 * 5,7 5L', [2026, 2027], ['2026-05-29', '2026-07-31']],
    ['names and an alias', '@yearly', [2026, 2028], ['2026-01-01', '2027-01-01']],
  ])('%s', (_what, cron, years, expected) => {
    expect(datesOf(cron, years)).toEqual(expected)
  })

  it.each(['0 0 31 2 *', '0 0 31W 2 *', '0 0 L-30 2 *', '0 0 * * 1#6', '* * * * * *', '5/15 * * * *', '@reboot', ''])(
    'are none, so that it is no expression: %s',
    (text) => {
      expect(parseCron(text)).toBeUndefined()
    },
  )

  it('are those that a calendar shows, by whatever words', () => {
    const [from, until] = [Date.UTC(2023, 6, 1), Date.UTC(2026, 6, 1)]
    const all = Array.from({ length: (until - from) / DAY }, (_, index) => from + index * DAY)
    fc.assert(
      fc.property(anyDays, ({ text, names }) => {
        fc.pre(parseCron(text) !== undefined)
        expect(slotsIn({ cron: text, zone: 'UTC' }, from, until)).toEqual(all.filter((day) => names(new Date(day))))
      }),
      { numRuns: 100 },
    )
  })
})

const TURNS: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Kwajalein', '1993-08-21'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['Africa/Cairo', '2026-10-30'],
  ['Asia/Beirut', '2026-03-29'],
  ['Antarctica/Casey', '2023-03-09'],
  ['Asia/Kathmandu', '2026-06-30'],
  ['America/St_Johns', '2026-02-28'],
  ['UTC', '2028-02-29'],
]

interface Turn {
  readonly zone: string
  /** The first minute after the change; noon when nothing changes. */
  readonly change: number
  readonly minutes: readonly Minute[]
  readonly after: number
  readonly until: number
}

/** Two days before a day on which something changes, and two days after it. */
function turnOf([zone, day]: readonly [string, string]): Turn {
  const noon = Date.parse(`${day}T12:00Z`)
  const [after, until] = [noon - 2 * DAY, noon + 2 * DAY]
  const minutes = minutesOf(zone, after - 26 * HOUR, until)
  const change = minutes.find(({ wall }, index) => index > 0 && wall - (minutes[index - 1]?.wall ?? 0) !== MINUTE)
  return { zone, change: change?.at ?? noon, after, until, minutes }
}

/** Within the turn, most of them near its change. */
function anyInstant({ change, after, until }: Turn): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: after, max: until }),
    fc.integer({ min: change - 2 * HOUR, max: change + 2 * HOUR }),
    fc.integer({ min: -120, max: 120 }).map((minutes) => change + minutes * MINUTE),
  )
}

const anyQuestion = fc
  .constantFrom(...TURNS.map(turnOf))
  .chain((turn) => fc.record({ turn: fc.constant(turn), a: anyInstant(turn), b: anyInstant(turn), cron: anyCron }))

describe('the slots of any schedule', () => {
  it('are those that going through all minutes finds, forward, backward and counted', () => {
    fc.assert(
      fc.property(anyQuestion, ({ cron, turn, a, b }) => {
        fc.pre(parseCron(cron.text) !== undefined)
        const schedule = { cron: cron.text, zone: turn.zone }
        const expected = slotsByOracle({ ...cron, ...turn })
        expect(slotsIn(schedule, turn.after + 1, turn.until + 1)).toEqual(expected)

        const [after, until] = [Math.min(a, b), Math.max(a, b)]
        const within = expected.filter((slot) => slot > after && slot <= until)
        expect(latestSlot(schedule, { after, until })).toBe(within.at(-1))
        expect(countSlots(schedule, { after, until })).toBe(Math.min(within.length, MOST_COUNTED))
        const next = expected.find((slot) => slot > after)
        if (next !== undefined) expect(nextSlot(schedule, after)).toBe(next)
      }),
      { numRuns: 250 },
    )
  })
})

describe('a range of slots', () => {
  const schedule = { cron: '0 * * * *', zone: 'Europe/Berlin' }
  const noon = Date.UTC(2026, 5, 5, 12)

  it('begins after its first instant and ends with its last', () => {
    expect(latestSlot(schedule, { after: noon - 1, until: noon })).toBe(noon)
    expect(latestSlot(schedule, { after: noon, until: noon })).toBeUndefined()
    expect(latestSlot(schedule, { after: noon, until: noon + HOUR - 1 })).toBeUndefined()
    expect(nextSlot(schedule, noon)).toBe(noon + HOUR)
    expect(nextSlot(schedule, noon - 1)).toBe(noon)
    expect(countSlots(schedule, { after: noon, until: noon + 3 * HOUR })).toBe(3)
    expect(countSlots(schedule, { after: noon, until: noon - DAY })).toBe(0)
  })

  it('that ends soon after the clocks went back has the minute before', () => {
    const until = Date.parse('2026-10-25T01:30Z')
    const last = latestSlot({ ...schedule, cron: '59 * * * *' }, { after: 0, until })
    expect(last).toBe(Date.parse('2026-10-25T00:59Z'))
  })

  it('of years is counted up to a limit, and its last slot found, in no time', () => {
    const everyMinute = { cron: '* * * * *', zone: 'America/New_York' }
    const range = { after: noon - 5 * 365 * DAY, until: noon + 30_000 }
    countSlots(everyMinute, range)
    const started = performance.now()
    for (let round = 0; round < 20; round++) {
      expect(latestSlot(everyMinute, range)).toBe(noon)
      expect(nextSlot(everyMinute, range.until)).toBe(noon + MINUTE)
      expect(countSlots(everyMinute, range)).toBe(MOST_COUNTED)
    }
    // Some 4 ms a round; minute by minute it would be seconds.
    expect((performance.now() - started) / 20).toBeLessThan(100)
  })

  it('of what is no expression is a mistake of the caller', () => {
    expect(() => nextSlot({ cron: 'never', zone: 'UTC' }, noon)).toThrow('"never" never comes due')
  })
})
