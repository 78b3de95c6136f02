import { describe } from 'vitest'
import { findsPlanted, passesGood, READS } from './planted.ts'

describe('the conformance suite', () => {
  passesGood()
  findsPlanted(READS)
})
