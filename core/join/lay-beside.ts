/** Two sides, each sorted by key: what the right one has for each row of the left one. Pure. */
import { compareCodePoints } from '../text/order.ts'
import type { LeftRow, RightRow } from './staged.ts'

export type Match =
  | { readonly kind: 'found'; readonly fields: string; readonly wrong?: WrongRow }
  | { readonly kind: 'missing' }
  /** Rows that differ: nobody can say which is meant. */
  | { readonly kind: 'ambiguous'; readonly rows: number; readonly places: readonly string[] }

/** A row in which its connector found something wrong. */
export type WrongRow = Pick<RightRow, 'at' | 'faults'>

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

/** What is kept of the rows of one key, whatever their number. */
interface Gathering {
  readonly first: RightRow
  rows: number
  /** How many rows differ from the first, and the places of a few. */
  differing: number
  readonly places: string[]
  wrong: WrongRow | undefined
}

function* rightGroups(rows: Iterable<RightRow>): Generator<RightGroup, void, void> {
  let gathering: Gathering | undefined
  for (const row of rows) {
    if (gathering !== undefined && gathering.first.key !== row.key) {
      yield groupOf(gathering)
      gathering = undefined
    }
    gathering ??= { first: row, rows: 0, differing: 0, places: [], wrong: undefined }
    gather(gathering, row)
  }
  if (gathering !== undefined) yield groupOf(gathering)
}

function gather(gathering: Gathering, row: RightRow): void {
  gathering.rows++
  if (row.faults.length > 0) gathering.wrong ??= { at: row.at, faults: row.faults }
  if (row.fields === gathering.first.fields) return
  gathering.differing++
  if (gathering.places.length < SHOWN_PLACES) gathering.places.push(row.at)
}

function groupOf({ first: { key, at, fields }, rows, differing, places, wrong }: Gathering): RightGroup {
  if (differing > 0) return { key, rows, match: { kind: 'ambiguous', rows: differing + 1, places: [at, ...places] } }
  return { key, rows, match: { kind: 'found', fields, ...(wrong === undefined ? {} : { wrong }) } }
}
