import type { Limit } from '../resource.ts'

/** Below this many records a share would allow nothing; so a few always may, though never half of them. */
const SMALL_ALLOWANCE = 5

/**
 * How many of `of` a limit allows. A count is allowed as written; a share allows its part rounded down, and at least
 * five or one less than half, whichever is smaller: at 5 %: 200 → 10, 100 → 5, 10 → 4, 4 → 1, 2 → 0.
 */
export function allowedBy(limit: Limit, of: number): number {
  if (limit.kind === 'count') return limit.count
  // A share times a whole number may land a hair below the whole number that people expect: 0.07 × 100.
  const share = Math.floor(limit.share * of + 1e-9)
  return Math.max(share, Math.min(SMALL_ALLOWANCE, Math.ceil(of / 2) - 1), 0)
}
