/** Random cron expressions, each with what it names, without parsing it. */
import fc from 'fast-check'
import { DAY_TOKENS, type Names, WEEKDAY_TOKENS } from './oracle.ts'

export interface AnyCron {
  readonly text: string
  readonly names: Names
  readonly everyHour: boolean
}

interface Field {
  readonly text: string
  readonly has: (value: number, date: Date) => boolean
  readonly all: boolean
}

interface Bounds {
  readonly min: number
  readonly max: number
}

const everything: Field = { text: '*', has: () => true, all: true }

function list(values: readonly number[], { min, max }: Bounds): Field {
  return { text: values.join(','), has: (value) => values.includes(value), all: new Set(values).size > max - min }
}

function someOf(bounds: Bounds, maxLength: number): fc.Arbitrary<Field> {
  return fc.array(fc.integer(bounds), { minLength: 1, maxLength }).map((values) => list(values, bounds))
}

function range({ min, max }: Bounds): fc.Arbitrary<Field> {
  return fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min: 1, max: 5 }))
    .map(([a, b, step]) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)]
      return {
        text: `${first}-${last}/${step}`,
        has: (value) => value >= first && value <= last && (value - first) % step === 0,
        all: step === 1 && first === min && last === max,
      }
    })
}

function steps({ min }: Bounds): fc.Arbitrary<Field> {
  return fc
    .constantFrom(1, 2, 3, 5, 15, 20)
    .map((step) => ({ text: `*/${step}`, has: (value) => (value - min) % step === 0, all: step === 1 }))
}

function tokens(known: Readonly<Record<string, Names>>): fc.Arbitrary<Field> {
  return fc
    .constantFrom(...Object.entries(known))
    .map(([text, names]) => ({ text, has: (_, date) => names(date), all: false }))
}

const MINUTES = { min: 0, max: 59 }
const HOURS = { min: 0, max: 23 }
const DAYS = { min: 1, max: 31 }
const MONTHS = { min: 1, max: 12 }
const WEEKDAYS = { min: 0, max: 6 }

const minutes = fc.oneof(someOf(MINUTES, 3), steps(MINUTES), range(MINUTES), fc.constant(everything))
const hours = fc.oneof(
  fc.constant(everything),
  someOf(HOURS, 3),
  someOf({ min: 0, max: 4 }, 3),
  steps(HOURS),
  range(HOURS),
  range({ min: 0, max: 4 }),
)
const days = fc.oneof(
  { weight: 3, arbitrary: fc.constant(everything) },
  someOf(DAYS, 3),
  steps(DAYS),
  range(DAYS),
  tokens(DAY_TOKENS),
)
const months = fc.oneof({ weight: 3, arbitrary: fc.constant(everything) }, someOf(MONTHS, 4))
const weekdays = fc.oneof(
  { weight: 3, arbitrary: fc.constant(everything) },
  someOf(WEEKDAYS, 3),
  range(WEEKDAYS),
  tokens(WEEKDAY_TOKENS),
)

function combine([minute, hour, day, month, weekday]: [Field, Field, Field, Field, Field]): AnyCron {
  const either = !day.all && !weekday.all
  return {
    text: [minute, hour, day, month, weekday].map(({ text }) => text).join(' '),
    everyHour: Array.from({ length: 24 }, (_, each) => each).every((each) => hour.has(each, new Date(0))),
    names(date) {
      if (!minute.has(date.getUTCMinutes(), date) || !hour.has(date.getUTCHours(), date)) return false
      if (!month.has(date.getUTCMonth() + 1, date)) return false
      const midnight = new Date(date.getTime() - (date.getTime() % 86_400_000))
      const byDate = day.has(date.getUTCDate(), midnight)
      const byWeekday = weekday.has(date.getUTCDay(), midnight)
      return either ? byDate || byWeekday : byDate && byWeekday
    },
  }
}

/** Of any day. */
export const anyCron: fc.Arbitrary<AnyCron> = fc.tuple(minutes, hours, days, months, weekdays).map(combine)

/** Midnight of days of any kind. */
export const anyDays: fc.Arbitrary<AnyCron> = fc
  .tuple(fc.constant(list([0], MINUTES)), fc.constant(list([0], HOURS)), days, months, weekdays)
  .map(combine)
