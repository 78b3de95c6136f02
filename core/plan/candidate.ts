/** Rows that were staged, and the candidates for the snapshot that they become: one an id. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { MergePolicy } from '../resource.ts'
import type { Codec } from '../stage/codec.ts'
import { textWeight } from '../stage/codec.ts'
import { compareCodePoints } from '../text/order.ts'

export interface StagedRow {
  readonly uniqueId: string
  /** Index among the resource's sources. */
  readonly source: number
  /** Order of arrival. */
  readonly seq: number
  readonly at: string
  /** Canonical JSON; of an invalid row whatever could be computed. */
  readonly body: string
  readonly problems: readonly FieldProblem[]
  readonly group?: string
}

export interface Candidate {
  readonly uniqueId: string
  readonly at: string
  readonly body: string
  /** Empty when it is valid. */
  readonly problems: readonly FieldProblem[]
  readonly group?: string
}

export const stagedRowCodec: Codec<StagedRow> = {
  encode: (row) =>
    [
      JSON.stringify(row.uniqueId),
      String(row.source),
      String(row.seq),
      JSON.stringify(row.at),
      row.body,
      row.problems.length === 0 ? '' : JSON.stringify(row.problems),
      row.group === undefined ? '' : JSON.stringify(row.group),
    ].join('\t'),
  decode(line) {
    const [uniqueId = '""', source, seq, at = '""', body = '', problems = '', group = ''] = line.split('\t')
    return {
      uniqueId: JSON.parse(uniqueId) as string,
      source: Number(source),
      seq: Number(seq),
      at: JSON.parse(at) as string,
      body,
      problems: problems === '' ? [] : (JSON.parse(problems) as FieldProblem[]),
      ...(group === '' ? {} : { group: JSON.parse(group) as string }),
    }
  },
  weigh: (row) => 128 + textWeight(row.uniqueId) + textWeight(row.at) + textWeight(row.body),
}

export function compareStagedRows(a: StagedRow, b: StagedRow): number {
  return compareCodePoints(a.uniqueId, b.uniqueId) || a.source - b.source || a.seq - b.seq
}

/** One candidate for each id of the sorted rows. */
export function* candidates(rows: Iterable<StagedRow>, merge: MergePolicy): Generator<Candidate, void, void> {
  let same: StagedRow[] = []
  for (const row of rows) {
    if (same.length > 0 && same[0]!.uniqueId !== row.uniqueId) {
      yield candidateOf(same, merge)
      same = []
    }
    same.push(row)
  }
  if (same.length > 0) yield candidateOf(same, merge)
}

function candidateOf(rows: readonly StagedRow[], merge: MergePolicy): Candidate {
  const first = rows[0]!
  if (rows.length === 1) return first
  const own = distinct(rows.filter((row) => row.source === first.source))
  if (own.length > 1) return conflicting(own, 'duplicate-id', 'rows of one source share this id and differ')
  const all = distinct(rows)
  if (all.length === 1 || merge === 'first') return first
  return conflicting(all, 'merge-conflict', 'sources have this id and differ')
}

function distinct(rows: readonly StagedRow[]): StagedRow[] {
  const seen = new Map<string, StagedRow>()
  for (const row of rows) {
    const key = `${row.problems.length === 0 ? '' : JSON.stringify(row.problems)}\t${row.body}`
    if (!seen.has(key)) seen.set(key, row)
  }
  return [...seen.values()]
}

const SHOWN_PLACES = 5

function conflicting(rows: readonly StagedRow[], code: string, what: string): Candidate {
  const places = rows.slice(0, SHOWN_PLACES).map((row) => row.at)
  const more = rows.length > SHOWN_PLACES ? ` and ${rows.length - SHOWN_PLACES} more` : ''
  const message = `${rows.length} ${what}: ${places.join(', ')}${more}; exactly one is expected`
  const others = rows.flatMap((row) => row.problems)
  return { ...rows[0]!, problems: [{ code, field: 'uniqueId', message }, ...others] }
}
