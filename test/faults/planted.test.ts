/** Each invariant's check notices: with one part of the product broken on purpose, the machine says which claim fell. */
import { describe, expect, it } from 'vitest'
import { type Refutation, runMachine } from './machine.ts'
import { BUGS } from './planted.ts'
import { INVARIANTS } from './violation.ts'

const PATIENT = 240_000
const RUNS = 400

describe('the refutation machine', () => {
  it.each(Object.entries(BUGS))(
    'refutes %s, and names the invariant',
    async (_, { breaks, subject, from }) => {
      const { refutation } = await runMachine({ seed: from, runs: RUNS, subject })
      expect(refutation, 'nothing was refuted').toBeDefined()
      const { violation } = refutation as Refutation
      expect(breaks).toContain(violation.invariant)
      expect(violation.message).toContain(INVARIANTS[violation.invariant])
      expect(refutation?.repeat).toMatch(/--seed \d+/)
    },
    PATIENT,
  )
})
