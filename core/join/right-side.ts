/** A joined source: its rows, read and kept by their key until the left side asks for them. */
import type { Row } from '../connector.ts'
import { missingColumns } from '../mapping/columns.ts'
import type { MappingProblem } from '../mapping/mapping.ts'
import type { NamedColumn } from '../mapping/named-column.ts'
import type { JoinSpec } from '../resource.ts'
import { createSorter } from '../stage/sorter.ts'
import { encodeFields } from './fields-text.ts'
import { compareKeyed, type RightRow, rightRowCodec } from './staged.ts'

export interface RightSide {
  /** Columns that are read of it and that it does not have. */
  columns(names: readonly string[]): readonly MappingProblem[]
  add(row: Row): void
  /** After the last row: the same, for a source that did not announce its columns. */
  finish(): readonly MappingProblem[]
  /** All rows in order of their keys. May be called once. */
  sorted(): Iterable<RightRow>
  /** Rows that have no key, and with that match nobody. */
  readonly withoutKey: number
  /** Why the first of them has none, when it could not be computed, and how many are like it. */
  readonly faults: { readonly rows: number; readonly message: string } | undefined
}

export interface RightSideOptions {
  readonly spec: JoinSpec
  /** Columns that the left side reads of it: no others are kept. */
  readonly reads: readonly NamedColumn[]
  readonly now: number
  readonly folder: string
  /** Of its file; unique in the folder. */
  readonly name: string
  /** Bytes that may stay in memory. */
  readonly memory: number
}

const NO_FUNCTIONS: ReadonlySet<string> = new Set()

export function createRightSide({ spec, reads, now, folder, name, memory }: RightSideOptions): RightSide {
  const named = [...spec.key.columns, ...reads]
  const kept = [...new Set(reads.map(({ column }) => column))].sort()
  const keyOf = spec.key.start({ now })
  const sorter = createSorter({ folder, name, codec: rightRowCodec, compare: compareKeyed, memory })
  const seen = new Set<string>()
  let announced = false
  let seq = 0
  let withoutKey = 0
  let faults: { rows: number; message: string } | undefined

  function problems(): readonly MappingProblem[] {
    return missingColumns(named, [...seen], NO_FUNCTIONS)
  }

  return {
    columns(names) {
      announced = true
      for (const column of names) seen.add(column)
      return problems()
    },
    add(row) {
      if (!announced) for (const column of Object.keys(row.fields)) seen.add(column)
      const key = keyOf(row)
      if ('fault' in key) faults = { rows: (faults?.rows ?? 0) + 1, message: faults?.message ?? key.fault.message }
      if (!('text' in key) || key.text === '') withoutKey++
      else sorter.add({ key: key.text, seq: seq++, at: row.at, fields: encodeFields(pick(row.fields, kept)) })
    },
    // A source without rows, and without a header, says nothing about its columns.
    finish: () => (announced || seen.size === 0 ? [] : problems()),
    sorted: () => sorter.sorted(),
    get withoutKey() {
      return withoutKey
    },
    get faults() {
      return faults
    },
  }
}

/** In one order whatever that of the row is, so that equal rows are equal as text. */
function pick(fields: Row['fields'], names: readonly string[]): Row['fields'] {
  const picked = Object.create(null) as Record<string, unknown>
  for (const name of names) {
    if (Object.hasOwn(fields, name)) picked[name] = fields[name] ?? null
  }
  return picked
}
