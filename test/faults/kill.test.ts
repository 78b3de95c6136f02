import { describe, expect, inject, it } from 'vitest'
import { killAndRecover } from './kills.ts'

const PATIENT = 600_000
/** CI kills a few dozen; `npm run torture -- --kills 1000` as many as asked for. */
const KILLS = 16

describe('a run that is killed, right after a step or at any instant,', () => {
  it(
    'is made good by the next one, at once and without a hand',
    async () => {
      expect(inject('buildFault')).toBe('')
      const { recoveries, where } = await killAndRecover({ seed: 1, kills: KILLS })
      expect(recoveries).toBe(KILLS)
      const steps = [...where.keys()].filter((place) => place.startsWith('after "'))
      expect(steps.length).toBeGreaterThan(4)
    },
    PATIENT,
  )
})
