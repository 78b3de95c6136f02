import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../core/clock.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createStateFolders, runScript } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

/** The most that any minute counted, wherever between question and answer the server counts. */
function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + MINUTE).length))
}

describe('the allowance of a minute', () => {
  it('is never exceeded, whoever asks and however long answers take', async () => {
    const path = states.folder()
    const clock = createFakeClock()
    const askers = [await states.open(path, clock), await states.open(path, clock)] as const
    const step = fc.record({
      asker: fc.constantFrom(0 as const, 1 as const),
      pause: fc.constantFrom(0, 1, 500, 7_000, 20_000, 59_999),
      answer: fc.constantFrom(0, 10, 3_000, 90_000),
      obeys: fc.boolean(),
    })
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 5 }), async (steps, limit) => {
        const key = `round ${round++}`
        const counted: number[] = []
        for (const { asker, pause, answer, obeys } of steps) {
          await clock.advance(pause)
          const { requests } = askers[asker]
          let place = await requests.reserve('resource', key, limit)
          if ('waitMs' in place && obeys) {
            await clock.advance(place.waitMs)
            place = await requests.reserve('resource', key, limit)
            expect(place).toHaveProperty('ticket')
          }
          if ('waitMs' in place) continue
          await clock.advance(answer)
          await requests.settle(place.ticket)
          counted.push(clock.now())
        }
        expect(mostInAMinute(counted)).toBeLessThanOrEqual(limit)
      }),
      { numRuns: 30 },
    )
  })

  it('is counted apart for tokens and for each connection', async () => {
    const { requests } = await states.open(undefined, createFakeClock())
    expect(await requests.reserve('token', '', 1)).toHaveProperty('ticket')
    expect(await requests.reserve('resource', 'a', 1)).toHaveProperty('ticket')
    expect(await requests.reserve('resource', 'b', 1)).toHaveProperty('ticket')
    expect(await requests.reserve('resource', 'b', 1)).toHaveProperty('waitMs')
  })

  it('frees the oldest place first, at the instant it said', async () => {
    const clock = createFakeClock()
    const { requests } = await states.open(undefined, clock)
    await requests.reserve('token', '', 2)
    await clock.advance(10_000)
    await requests.reserve('token', '', 2)
    const refused = await requests.reserve('token', '', 2)
    const waitMs = 'waitMs' in refused ? refused.waitMs : 0
    await clock.advance(waitMs - 1)
    expect(await requests.reserve('token', '', 2)).toEqual({ waitMs: 1 })
    await clock.advance(1)
    expect(await requests.reserve('token', '', 2)).toHaveProperty('ticket')
  })

  it('does not wait for hours when the clock was put back', async () => {
    const path = states.folder()
    const before = await states.open(path, createFakeClock())
    await before.requests.reserve('token', '', 1)
    const after = await states.open(path, createFakeClock(Date.UTC(2026, 0, 1)))
    const place = await after.requests.reserve('token', '', 1)
    expect(place).toHaveProperty('waitMs')
    expect('waitMs' in place ? place.waitMs : 0).toBeLessThan(2 * MINUTE)
  })

  it('is shared by processes that ask at the same instant', async () => {
    const path = states.folder()
    await states.open(path)
    const ended = await Promise.all([1, 2, 3].map(() => runScript('./reserve-requests.ts', [path, '10', '7'])))
    const got = ended.map(({ stdout }) => (JSON.parse(stdout) as { got: number }).got)
    expect(got.reduce((sum, count) => sum + count, 0)).toBe(7)
  })
})
