/** Candidates for the snapshot: one an id. */
import type { FieldProblem } from '../../schemas/problem.ts'
import { type Codec, textWeight } from '../stage/codec.ts'

/** A problem, and the row that has it when it is not the candidate's first one. */
export interface PlacedProblem extends FieldProblem {
  readonly at?: string
}

/** Sources that say different things of one record, of which one was taken. */
export interface Conflict {
  readonly fields: readonly string[]
  /** Of the rows that differ; the first is the one that won. */
  readonly places: readonly string[]
}

export interface Candidate {
  readonly uniqueId: string
  readonly at: string
  /** Canonical JSON; of an invalid one whatever could be computed. */
  readonly body: string
  /** Empty when it is valid. */
  readonly problems: readonly PlacedProblem[]
  readonly group?: string
  readonly conflict?: Conflict
}

export const candidateCodec: Codec<Candidate> = {
  encode: ({ uniqueId, at, body, problems, group, conflict }) =>
    `${JSON.stringify([uniqueId, at, problems, group ?? null, conflict ?? null])}\t${body}`,
  decode(line) {
    const [facts = '', body = ''] = line.split('\t')
    const [uniqueId, at, problems, group, conflict] = JSON.parse(facts) as [
      string,
      string,
      PlacedProblem[],
      string | null,
      Conflict | null,
    ]
    return { uniqueId, at, body, problems, ...(group !== null && { group }), ...(conflict !== null && { conflict }) }
  },
  weigh: ({ uniqueId, at, body }) => 128 + textWeight(uniqueId) + textWeight(at) + textWeight(body),
}
