import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../core/clock.ts'
import { jitterOf } from '../../../core/schedule/jitter.ts'

const scopes = Array.from({ length: 6000 }, (_, index) => `scope ${index}`)

describe('jitter', () => {
  it('of a resource is always the same', () => {
    expect(jitterOf('a1b2', MINUTE)).toBe(jitterOf('a1b2', MINUTE))
    expect(jitterOf('a1b2', MINUTE)).not.toBe(jitterOf('a1b3', MINUTE))
  })

  it('spreads resources evenly over its whole length', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    const jitters = scopes.map((scope) => jitterOf(scope, MINUTE))
    expect(jitters.filter((jitter) => !Number.isInteger(jitter) || jitter < 0 || jitter > MINUTE)).toEqual([])
    for (const jitter of jitters) {
      const tenth = Math.min(9, Math.floor(jitter / (MINUTE / 10)))
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) expect(Math.abs(count - 600)).toBeLessThan(120)
  })

  it('takes both ends, and none when it is off', () => {
    expect(new Set(scopes.map((scope) => jitterOf(scope, 2)))).toEqual(new Set([0, 1, 2]))
    expect(new Set(scopes.map((scope) => jitterOf(scope, 0)))).toEqual(new Set([0]))
  })
})
