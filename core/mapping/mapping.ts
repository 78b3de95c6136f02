/** From a source's rows to records: what the pipeline knows of a compiled mapping. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { VantaRecord } from '../../schemas/resource-type.ts'
import type { Row } from '../connector.ts'
import type { NamedColumn } from './named-column.ts'

export type Fields = Row['fields']

/** The rows that were found for a row in joined sources, by the name of each source; one without a match is not in it. */
export type JoinedRows = ReadonlyMap<string, Fields>

/** A row, mapped, coerced and, unless it is only a part of a record, validated. */
export interface MappedRow {
  /** Undefined when it is empty or could not be computed: such a row could be anybody. */
  readonly uniqueId: string | undefined
  /** What makes it one record with rows of other sources; absent when the mapping has no key, or the row has none. */
  readonly key?: string
  /** Canonical when `problems` is empty and the mapping gives no parts; else whatever could be computed. */
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

/** What a row is matched by: text, '' when there is none, or why it cannot be computed. */
export type Key = { readonly text: string } | { readonly fault: { readonly code: string; readonly message: string } }

/** A mapping compiled and checked once, good for many runs. */
export interface Mapping {
  /** Hex SHA-256 of what was written, for the history. */
  readonly hash: string
  /** Rows are matched with those of other sources by a key of the user's, not by uniqueId. */
  readonly hasKey: boolean
  /** Its records may lack what another source gives: they are judged once they are whole. */
  readonly givesParts: boolean
  /** By the name of each joined source, the columns that are read of it. */
  readonly reads: ReadonlyMap<string, readonly NamedColumn[]>
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
  /** What the row is looked up by in the joined source of that position. */
  joinKey(position: number, row: Row, joined: JoinedRows): Key
  map(row: Row, joined?: JoinedRows): MappedRow
  /**
   * What this source lacks and another one may have: required fields, the column that the guard groups by. Undefined
   * while its columns are unknown.
   */
  unfed(): readonly MappingProblem[] | undefined
  /** After the last row: columns named in the mapping that no row had, when the source could not announce them. */
  finish(): MappingFinish
}

export interface MappingFinish {
  readonly problems: readonly MappingProblem[]
  /** Columns that feed nothing, said once. */
  readonly unusedColumns: readonly string[]
}

/** What rows of a joined source are found by, compiled and checked once. */
export interface KeyMapping {
  readonly columns: readonly NamedColumn[]
  start(options: MappingStart): (row: Row) => Key
}
