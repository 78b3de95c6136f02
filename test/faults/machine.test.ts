import { describe, expect, it } from 'vitest'
import { runMachine } from './machine.ts'

/** Enough to meet every kind of fault; `npm run torture` goes on from there. */
const RUNS = 200
const PATIENT = 240_000
const KINDS = ['source', 'vanta POST', 'vanta PUT', 'vanta GET', 'writer', 'process', 'person', 'clock']
const OUTCOMES = ['pushed', 'held', 'failed', 'planned', 'killed']

describe('the refutation machine', () => {
  it(
    'finds no wrong deletion, no lost update and no lie in some hundred runs full of faults',
    async () => {
      const { tally, refutation } = await runMachine({ seed: 1, runs: RUNS })
      expect(refutation && [...refutation.story, refutation.violation.message].join('\n')).toBeUndefined()
      expect(tally.runs).toBeGreaterThanOrEqual(RUNS)
      const kinds = new Set([...tally.fired.keys()].map((name) => name.replace(/^(vanta \S+|\S+) .*/, '$1')))
      expect(KINDS.filter((kind) => !kinds.has(kind))).toEqual([])
      expect(OUTCOMES.filter((outcome) => !tally.outcomes.has(outcome))).toEqual([])
    },
    PATIENT,
  )

  it(
    'plays the same story again for the same seed',
    async () => {
      const [one, other] = [await runMachine({ seed: 77, runs: 1 }), await runMachine({ seed: 77, runs: 1 })]
      expect([...one.tally.fired]).toEqual([...other.tally.fired])
      expect([...one.tally.outcomes]).toEqual([...other.tally.outcomes])
    },
    PATIENT,
  )
})
