/** The rows of one record, source by source. Equal rows of a source are one. */
import { areOfOneRecord, type StagedRow } from './staged-row.ts'

/** What one source has of a record. */
export interface OfSource {
  readonly first: StagedRow
  /** Rows that differ from the first and from each other: a few of them, whatever their number. */
  readonly others: readonly StagedRow[]
  /** How many rows differ from the first. */
  readonly differing: number
}

/** In the order of the sources; never empty. */
export type RowGroup = readonly [OfSource, ...OfSource[]]

/** Enough to name their places. */
const KEPT = 5

/** One group for each record of the sorted rows; a group of a million rows takes no more memory than one of ten. */
export function* rowGroups(rows: Iterable<StagedRow>): Generator<RowGroup, void, void> {
  let sources: Gathering[] = []
  for (const row of rows) {
    if (isFilled(sources) && !areOfOneRecord(sources[0].first, row)) {
      yield sources
      sources = []
    }
    const last = sources.at(-1)
    if (last?.first.source === row.source) gather(last, row)
    else sources.push({ first: row, others: [], differing: 0 })
  }
  if (isFilled(sources)) yield sources
}

interface Gathering extends OfSource {
  readonly others: StagedRow[]
  differing: number
}

function isFilled(sources: Gathering[]): sources is [Gathering, ...Gathering[]] {
  return sources.length > 0
}

function gather(gathering: Gathering, row: StagedRow): void {
  if ([gathering.first, ...gathering.others].some((other) => areEqual(other, row))) return
  gathering.differing++
  if (gathering.others.length < KEPT) gathering.others.push(row)
}

/** Whether two rows say the same. */
export function areEqual(a: StagedRow, b: StagedRow): boolean {
  return a.body === b.body && JSON.stringify(a.problems) === JSON.stringify(b.problems)
}
