/** Two sides, each sorted by key: what the right one has for each row of the left one. Pure. */
import { compareCodePoints } from '../text/order.ts'
import type { LeftRow, RightRow } from './staged.ts'

export type Match =
  | { readonly kind: 'found'; readonly fields: string }
  | { readonly kind: 'missing' }
  /** Rows that differ: nobody can say which is meant. */
  | { readonly kind: 'ambiguous'; readonly rows: number; readonly places: readonly string[] }

/** How two sides met. */
export interface JoinCounts {
  /** Left rows with a match, without one, and with several that differ. */
  readonly matched: number
  readonly missing: number
  readonly ambiguous: number
  /** Right rows that no left row asked for. */
  readonly unused: number
}

/** Right rows of one key; equal ones are one. */
interface RightGroup {
  readonly key: string
  readonly match: Exclude<Match, { kind: 'missing' }>
  readonly rows: number
}

/** Places of an ambiguous match that are named. */
const SHOWN_PLACES = 5

export function* layBeside(
  left: Iterable<LeftRow>,
  right: Iterable<RightRow>,
): Generator<readonly [LeftRow, Match], JoinCounts, void> {
  const counts = { matched: 0, missing: 0, ambiguous: 0, unused: 0 }
  const groups = rightGroups(right)
  try {
    let group = groups.next()
    let isUsed = false
    const pass = (): void => {
      if (!group.done && !isUsed) counts.unused += group.value.rows
      group = groups.next()
      isUsed = false
    }
    for (const row of left) {
      while (!group.done && compareCodePoints(group.value.key, row.key) < 0) pass()
      const hit = !group.done && group.value.key === row.key ? group.value.match : undefined
      if (hit !== undefined) isUsed = true
      counts[hit === undefined ? 'missing' : hit.kind === 'found' ? 'matched' : 'ambiguous']++
      yield [row, hit ?? { kind: 'missing' }]
    }
    while (!group.done) pass()
  } finally {
    groups.return()
  }
  return counts
}

function* rightGroups(rows: Iterable<RightRow>): Generator<RightGroup, void, void> {
  let first: RightRow | undefined
  let number = 0
  let differing: string[] = []
  let isDiffering = 0
  for (const row of rows) {
    if (first !== undefined && first.key !== row.key) {
      yield groupOf(first, number, { places: differing, number: isDiffering })
      first = undefined
    }
    if (first === undefined) {
      first = row
      number = 0
      differing = []
      isDiffering = 0
    }
    number++
    if (row.fields === first.fields) continue
    isDiffering++
    if (differing.length < SHOWN_PLACES) differing.push(row.at)
  }
  if (first !== undefined) yield groupOf(first, number, { places: differing, number: isDiffering })
}

function groupOf(
  { key, at, fields }: RightRow,
  rows: number,
  differing: { readonly places: readonly string[]; readonly number: number },
): RightGroup {
  if (differing.number === 0) return { key, rows, match: { kind: 'found', fields } }
  return { key, rows, match: { kind: 'ambiguous', rows: differing.number + 1, places: [at, ...differing.places] } }
}
