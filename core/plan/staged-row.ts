/** Rows of a resource's sources, mapped, while they wait to be sorted. */
import type { FieldProblem } from '../../schemas/problem.ts'
import { type Codec, textWeight } from '../stage/codec.ts'
import { compareCodePoints } from '../text/order.ts'

export interface StagedRow {
  /** '' only where a key of the user's says what the row is part of. */
  readonly uniqueId: string
  /** What the user says that rows of one record share; absent when it is their uniqueId. */
  readonly key?: string
  /** Index among the resource's sources. */
  readonly source: number
  /** Order of arrival. */
  readonly seq: number
  readonly at: string
  /** JSON; canonical unless it is a part of a record or invalid, when it is whatever could be computed. */
  readonly body: string
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
      row.key === undefined ? '' : JSON.stringify(row.key),
    ].join('\t'),
  decode(line) {
    const [uniqueId = '""', source, seq, at = '""', body = '', problems = '', group = '', key = ''] = line.split('\t')
    return {
      uniqueId: JSON.parse(uniqueId) as string,
      source: Number(source),
      seq: Number(seq),
      at: JSON.parse(at) as string,
      body,
      problems: problems === '' ? [] : (JSON.parse(problems) as FieldProblem[]),
      ...(group === '' ? {} : { group: JSON.parse(group) as string }),
      ...(key === '' ? {} : { key: JSON.parse(key) as string }),
    }
  },
  weigh: (row) => 128 + textWeight(row.uniqueId) + textWeight(row.at) + textWeight(row.body) + textWeight(row.key),
}

/** Rows of one record beside each other, in the order of the sources. */
export function compareStagedRows(a: StagedRow, b: StagedRow): number {
  const order = compareCodePoints(a.key ?? a.uniqueId, b.key ?? b.uniqueId)
  return order || Number(a.key !== undefined) - Number(b.key !== undefined) || a.source - b.source || a.seq - b.seq
}

export function areOfOneRecord(a: StagedRow, b: StagedRow): boolean {
  return a.key === b.key && (a.key !== undefined || a.uniqueId === b.uniqueId)
}
