/** A file of its own, because waiting takes most of its time. */
import { describe } from 'vitest'
import { ENDINGS, findsPlanted } from './planted.ts'

describe('the conformance suite', () => findsPlanted(ENDINGS))
