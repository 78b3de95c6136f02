/** From a source's rows to records: what the pipeline knows of a compiled mapping. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { VantaRecord } from '../../schemas/resource-type.ts'
import type { Row } from '../connector.ts'

/** A row, mapped, coerced and validated. */
export interface MappedRow {
  /** Undefined when it is empty or could not be computed: such a row could be anybody. */
  readonly uniqueId: string | undefined
  /** Canonical when `problems` is empty; else whatever could be computed. */
  readonly record: VantaRecord
  readonly problems: readonly FieldProblem[]
}

export interface MappingProblem {
  /** Within the resource's source: `['map', 'email']`; for columns `['map', 'email']` too, since that is what to mend. */
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly expected?: string
  readonly nearest?: string
}

/** A mapping compiled and checked once, good for many runs. */
export interface Mapping {
  /** Hex SHA-256 of what was written, for the history. */
  readonly hash: string
  start(options: MappingStart): MappingPass
}

export interface MappingStart {
  /** The instant that `now()` gives, the same for the whole run. */
  readonly now: number
}

/** One pass over one source. */
export interface MappingPass {
  /**
   * The columns, when the source knows them before its first row. A column that the mapping names and the data lacks,
   * and a required field that nothing feeds, are found here.
   */
  columns(names: readonly string[]): readonly MappingProblem[]
  map(row: Row): MappedRow
  /** After the last row: columns named in the mapping that no row had, when the source could not announce them. */
  finish(): MappingFinish
}

export interface MappingFinish {
  readonly problems: readonly MappingProblem[]
  /** Columns that feed nothing, said once. */
  readonly unusedColumns: readonly string[]
}
