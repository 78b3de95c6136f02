import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDateTime, toUtcSecond } from '../../schemas/date-time.ts'

const TAKEN: readonly (readonly [string, string])[] = [
  ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05Z'],
  ['2024-01-02T03:04:05.1Z', '2024-01-02T03:04:05Z'],
  ['2024-01-02T03:04:05.999999999Z', '2024-01-02T03:04:05Z'],
  ['2024-01-02T03:04:05.999+00:00', '2024-01-02T03:04:05Z'],
  ['2024-01-02T00:30:00+02:00', '2024-01-01T22:30:00Z'],
  ['2024-12-31T23:30:00-05:45', '2025-01-01T05:15:00Z'],
  ['2024-01-02T03:04:05-00:00', '2024-01-02T03:04:05Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ['0099-06-01T00:00:00+01:00', '0099-05-31T23:00:00Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
]

const REFUSED: readonly (readonly [string, string])[] = [
  ['2024-01-02', 'a bare date'],
  ['2024-01-02 03:04:05Z', 'a blank for the T'],
  ['2024-01-02t03:04:05Z', 'a lower-case t'],
  ['2024-01-02T03:04:05z', 'a lower-case z'],
  ['2024-01-02T03:04:05', 'no offset'],
  ['2024-01-02T03:04:05+0000', 'an offset without a colon'],
  ['2024-01-02T03:04:05+01', 'an offset without minutes'],
  ['2024-01-02T03:04:05+24:00', 'an offset of a day'],
  ['2024-01-02T03:04:05+01:60', 'an offset of 60 minutes'],
  ['2016-12-31T23:59:60Z', 'a leap second'],
  ['2024-01-02T24:00:00Z', 'hour 24'],
  ['2024-01-02T03:60:00Z', 'minute 60'],
  ['2024-02-30T00:00:00Z', 'a day that no February has'],
  ['2023-02-29T00:00:00Z', 'a leap day of a common year'],
  ['1900-02-29T00:00:00Z', 'a leap day of a century'],
  ['2024-04-31T00:00:00Z', 'a day that April lacks'],
  ['2024-00-10T00:00:00Z', 'month 0'],
  ['2024-13-10T00:00:00Z', 'month 13'],
  ['2024-01-00T00:00:00Z', 'day 0'],
  ['2024-01-02T03:04Z', 'no seconds'],
  ['2024-01-02T03:04:05.Z', 'a dot without a fraction'],
  ['2024-01-02T03:04:05,5Z', 'a comma before the fraction'],
  ['2024-01-02T03:04:05Z ', 'a blank behind'],
  [' 2024-01-02T03:04:05Z', 'a blank before'],
  ['2024-01-02T03:04:05Z\n', 'a line break behind'],
  ['2024-01-02T03:04:05+00:00Z', 'two offsets'],
  ['24-01-02T03:04:05Z', 'a year of two digits'],
  ['+002024-01-02T03:04:05Z', 'a year of six digits'],
  ['２024-01-02T03:04:05Z', 'a digit of another script'],
  ['0000-01-01T00:00:00+00:01', 'an instant before the year 0'],
  ['9999-12-31T23:59:59-00:01', 'an instant behind the year 9999'],
  ['20240102T030405Z', 'the basic form'],
  ['03/04/2025', 'a date of nobody knows where'],
  ['', 'empty text'],
]

describe('isDateTime and toUtcSecond', () => {
  it.each(TAKEN)('take %s and give %s', (text, expected) => {
    expect(isDateTime(text)).toBe(true)
    expect(toUtcSecond(text)).toBe(expected)
  })

  it.each(REFUSED)('refuse %j: %s', (text) => {
    expect(isDateTime(text)).toBe(false)
    expect(toUtcSecond(text)).toBeUndefined()
  })

  it('agree with Date on every instant and offset', () => {
    const instants = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9998-12-31T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (instant, offset) => {
        const text = writtenAt(instant, offset)
        expect(isDateTime(text)).toBe(true)
        expect(toUtcSecond(text)).toBe(`${instant.toISOString().slice(0, 19)}Z`)
      }),
    )
  })

  it('agree with each other on any text, and give what they take', () => {
    const nearly = fc.stringMatching(
      /^\d{4}-[0-3]\d-[0-3]\d[Tt ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{0,3})?(Z|[+-]\d\d:?\d\d)$/,
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        const second = toUtcSecond(text)
        expect(isDateTime(text)).toBe(second !== undefined)
        if (second !== undefined) expect(toUtcSecond(second)).toBe(second)
        if (second !== undefined) expect(new Date(text).getTime()).not.toBeNaN()
      }),
    )
  })
})

/** The instant as a clock shows it that is `offset` minutes ahead of UTC. */
function writtenAt(instant: Date, offset: number): string {
  const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, 23)
  const minutes = Math.abs(offset)
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`
}
