/** Rows of both sides while they wait to be laid beside each other. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { RowProblem } from '../connector.ts'
import { type Codec, textWeight } from '../stage/codec.ts'
import { compareCodePoints } from '../text/order.ts'

/** A row of a joined source. */
export interface RightRow {
  /** Never ''. */
  readonly key: string
  readonly seq: number
  readonly at: string
  /** Its fields as text: those that are read of it. */
  readonly fields: string
  /** What its connector found wrong with it. */
  readonly faults: readonly RowProblem[]
}

/** A row of the source that decides who exists. */
export interface LeftRow {
  /** What it is looked up by in the next joined source; '' when it has none. */
  readonly key: string
  readonly seq: number
  readonly at: string
  readonly fields: string
  /** What its connector found wrong with it. */
  readonly faults: readonly RowProblem[]
  /** What was found in the joined sources before, as text; null where nothing was. */
  readonly found: readonly (string | null)[]
  /** What went wrong with that. */
  readonly problems: readonly FieldProblem[]
}

type LeftFacts = [key: string, seq: number, at: string, faults: RowProblem[], problems: FieldProblem[]]

export const rightRowCodec: Codec<RightRow> = {
  encode: ({ key, seq, at, fields, faults }) => `${JSON.stringify([key, seq, at, faults])}\t${fields}`,
  decode(line) {
    const [facts = '', fields = ''] = line.split('\t')
    const [key, seq, at, faults] = JSON.parse(facts) as [string, number, string, RowProblem[]]
    return { key, seq, at, fields, faults }
  },
  weigh: ({ key, at, fields }) => 96 + textWeight(key) + textWeight(at) + textWeight(fields),
}

export const leftRowCodec: Codec<LeftRow> = {
  encode: ({ key, seq, at, fields, faults, found, problems }) =>
    [JSON.stringify([key, seq, at, faults, problems]), fields, ...found.map((each) => each ?? '')].join('\t'),
  decode(line) {
    const [facts = '', fields = '', ...found] = line.split('\t')
    const [key, seq, at, faults, problems] = JSON.parse(facts) as LeftFacts
    return { key, seq, at, fields, faults, found: found.map((each) => (each === '' ? null : each)), problems }
  },
  weigh({ key, at, fields, found }) {
    const others = found.reduce((sum, each) => sum + textWeight(each ?? undefined), 0)
    return 160 + textWeight(key) + textWeight(at) + textWeight(fields) + others
  },
}

interface Keyed {
  readonly key: string
  readonly seq: number
}

export function compareKeyed(a: Keyed, b: Keyed): number {
  return compareCodePoints(a.key, b.key) || a.seq - b.seq
}
