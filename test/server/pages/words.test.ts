import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/clock.ts'
import { listed, sizeText, tookText } from '../../../server/pages/markup.ts'
import { around, fromZero, place } from '../../../server/pages/scale.ts'
import { valueText } from '../../../server/pages/values.ts'
import { ageText, at, zoneText } from '../../../server/pages/when.ts'

describe('times', () => {
  const now = Date.UTC(2026, 10, 27, 9, 30)
  const when = { now, zone: 'Europe/Berlin' }
  const markup = (ms: number): string => (at(ms, when) as string).trim()
  const words = (ms: number): string => markup(ms).replace(/<[^>]+>/g, '')

  it('are told in the zone of the configuration, near days by their name', () => {
    expect(words(now)).toBe('today 10:30')
    // Before midnight in UTC, after it in Berlin.
    expect(words(Date.UTC(2026, 10, 26, 23, 15))).toBe('today 00:15')
    expect(words(now - DAY)).toBe('yesterday 10:30')
    expect(words(now + DAY)).toBe('tomorrow 10:30')
    expect(words(now - 4 * DAY)).toBe('Mon 23 Nov 10:30')
    expect(words(Date.UTC(2025, 6, 1, 12))).toBe('1 Jul 2025 14:00')
  })

  it('carry the instant in UTC for machines, and the zone for people who point at them', () => {
    expect(markup(now)).toBe(
      '<time datetime="2026-11-27T09:30:00Z" title="27 November 2026, 10:30:00 Europe/Berlin">today 10:30</time>',
    )
    expect(zoneText(when)).toBe('Europe/Berlin (UTC+1)')
    expect(zoneText({ now, zone: 'UTC' })).toBe('UTC')
  })

  it('have ages in words', () => {
    expect(ageText(-30 * SECOND)).toBe('just now')
    expect(ageText(30 * SECOND)).toBe('within a minute')
    expect(ageText(-(3 * HOUR + 5 * MINUTE))).toBe('3 h 5 min ago')
    expect(ageText(2 * DAY)).toBe('in 2 d')
  })
})

describe('plots', () => {
  it('show a loss of one in a hundred, and make no landslide of two in four thousand', () => {
    const lost = around([4000, 3960])
    expect(place(4000, lost, 100) - place(3960, lost, 100)).toBeGreaterThan(5)
    const few = around([4000, 3998])
    expect(place(4000, few, 100) - place(3998, few, 100)).toBeLessThan(3)
  })

  it('have a scale with an end above its start whatever they are given', () => {
    for (const values of [[], [0], [1], [7, 7, 7], [0, 1_000_000]]) {
      for (const { from, to } of [around(values), fromZero(values)]) {
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeGreaterThan(from)
        for (const value of values) expect(value).toBeLessThanOrEqual(to)
      }
    }
  })
})

it('numbers and names are written as people write them', () => {
  expect([340, 4200, 59_700, 185_000, 2 * HOUR].map(tookText)).toEqual(['340 ms', '4.2 s', '1 min', '3 min 5 s', '2 h'])
  expect([1, 999, 1500, 48_000, 2_411_000].map(sizeText)).toEqual(['1 byte', '999 bytes', '1.5 kB', '48 kB', '2.4 MB'])
  expect(listed(['a'])).toBe('a')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
  expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b and 2 more')
  expect([null, '', [], ['a', 'b'], true].map(valueText)).toEqual(['nothing', 'empty', 'empty list', 'a, b', 'true'])
})
