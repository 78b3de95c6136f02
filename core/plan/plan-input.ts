/** What a plan is made of. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { InvalidPolicy } from '../resource.ts'
import type { Baseline } from './baseline.ts'
import type { Candidate, PlacedProblem } from './candidate.ts'
import type { GonePolicy } from './gone.ts'

/** Rows that could be anybody, each with its place. */
export type RowsWithoutId = Iterable<{ readonly at: string; readonly problems: readonly PlacedProblem[] }> & {
  readonly length: number
}

export interface PlanInput {
  readonly folder: string
  /** Ordered by code point of the id, one an id. */
  readonly candidates: Iterable<Candidate>
  readonly baseline: Baseline
  readonly onInvalid: InvalidPolicy
  readonly carryForMs: number
  /** Absent: who left the sources leaves the set. */
  readonly gone?: GonePolicy
  readonly now: number
  readonly mustInclude: readonly string[]
  readonly hasStatus: boolean
  readonly rows: { readonly read: number; readonly blank: number }
  /** Rows whose id is empty or could not be computed. */
  readonly withoutId: RowsWithoutId
  readonly emptySources: readonly string[]
  /** A rule over the whole set; called for valid candidates. */
  check?(candidate: Candidate): FieldProblem | undefined
  readonly signal: AbortSignal
}
