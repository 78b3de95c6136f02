/** What can go wrong with a source, in two kinds: the read proves nothing, or the data is odd. */

/** The read is not proven complete: nothing of it may ever be pushed. */
export const UNPROVEN = [
  'throws at the start',
  'throws in the middle',
  'ends in the middle without a proof',
  'says that it is incomplete',
  'counts more than it gave',
  'counts less than it gave',
  'gives no date',
  'lacks a column',
  'stalls until the abort',
  'stalls and ignores the abort',
] as const

/** The read is proven, and its data is what a mistaken export would be. */
export const ODD_DATA = [
  'gives equal rows twice',
  'gives two people one id',
  'gives rows that are invalid',
  'gives a row without an id',
  'gives blank rows',
  'gives nobody',
  'gives half of the people',
  'lets some people go',
  'gives everybody a new id',
  'leaves a group out',
  'moves a group',
  'changes everybody',
  'deactivates many',
] as const

/** The read is proven, its data is right, and it comes in an unusual way. */
export const ODD_WAYS = [
  'gives batches of odd sizes',
  'gives empty batches',
  'gives single rows',
  'gives another order',
  'gives a column more',
  'announces no columns',
  'pauses between batches',
] as const

export type ChaosFault = (typeof UNPROVEN)[number] | (typeof ODD_DATA)[number] | (typeof ODD_WAYS)[number]

export const CHAOS_FAULTS: readonly ChaosFault[] = [...UNPROVEN, ...ODD_DATA, ...ODD_WAYS]

export function isUnproven(fault: ChaosFault | undefined): boolean {
  return UNPROVEN.some((each) => each === fault)
}
