import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Decision,
  decide,
  MAX_ATTEMPTS,
  MAX_RETRY_AFTER_MS,
  parseRetryAfter,
  type Trouble,
} from '../../../core/vanta/attempt.ts'

const NOW = Date.UTC(2026, 10, 23, 9, 30)

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({ kind: fc.constant('network' as const), lasting: fc.boolean() }),
  fc.record(
    {
      kind: fc.constant('status' as const),
      status: fc.oneof(fc.constantFrom(429, 500, 502, 503, 504), fc.integer({ min: 200, max: 599 })),
      retryAfter: fc.oneof(
        fc.nat().map(String),
        fc.string(),
        fc.date({ noInvalidDate: true }).map((at) => at.toUTCString()),
      ),
    },
    { requiredKeys: ['kind', 'status'] },
  ),
)

function decideAfter(retryAfter: string): Decision {
  return decide(1, { kind: 'status', status: 503, retryAfter }, { now: NOW, random: 0 })
}

describe('decide', () => {
  test('never retries after the fifth attempt, waits no longer than asked plus jitter, and never less than 3/4 s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        trouble,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, met, random) => {
          const decision = decide(attempt, met, { now: NOW, random })
          if (decision.kind === 'give-up') return
          expect(attempt).toBeLessThan(MAX_ATTEMPTS)
          expect(decision.waitMs).toBeGreaterThanOrEqual(750)
          expect(decision.waitMs).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS + 250)
          if (met.kind === 'network') expect(decision.waitMs).toBeLessThanOrEqual(10_000)
        },
      ),
    )
  })

  test('doubles from 1 s, a quarter more or less', () => {
    const waits = [1, 2, 3, 4].map((attempt) =>
      [0, 0.5, 1].map((random) => decide(attempt, { kind: 'network', lasting: false }, { now: NOW, random })),
    )
    expect(waits.map((each) => each.map((decision) => (decision.kind === 'retry' ? decision.waitMs : 0)))).toEqual([
      [750, 1000, 1250],
      [1500, 2000, 2500],
      [3000, 4000, 5000],
      [6000, 8000, 10_000],
    ])
  })

  test.each([400, 401, 403, 404, 409, 413, 501, 505])('%i is not retried', (status) => {
    expect(decide(1, { kind: 'status', status }, { now: NOW, random: 0 })).toEqual({ kind: 'give-up', why: 'lasting' })
  })

  test('a Retry-After of exactly two minutes is waited for, one more second is not', () => {
    expect(decideAfter('120')).toEqual({ kind: 'retry', waitMs: 120_000 })
    expect(decideAfter('121')).toEqual({ kind: 'give-up', why: 'too-long', askedMs: 121_000 })
  })

  test('a Retry-After of now is still a second, so that nobody is hammered', () => {
    expect(decide(1, { kind: 'status', status: 429, retryAfter: '0' }, { now: NOW, random: 0 })).toEqual({
      kind: 'retry',
      waitMs: 1000,
    })
  })
})

describe('parseRetryAfter', () => {
  test.each([
    ['17', 17_000],
    [' 0 ', 0],
    [new Date(NOW + 45_000).toUTCString(), 45_000],
    [new Date(NOW - 45_000).toUTCString(), 0],
    ['Monday, 23-Nov-26 09:30:10 GMT', 10_000],
  ])('%j is a wait', (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms)
  })

  test.each([undefined, '', '-1', '1.5', 'soon', '2026-11-23', 'Mon, 99 Nov 2026 99:99:99 GMT'])(
    '%j is none',
    (header) => {
      expect(parseRetryAfter(header, NOW)).toBeUndefined()
    },
  )
})
