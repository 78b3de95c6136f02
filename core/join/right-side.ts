/** A joined source: its rows, read and kept by their key until the left side asks for them. */
import type { Row, RowProblem } from '../connector.ts'
import { missingColumns } from '../mapping/columns.ts'
import type { Key, MappingProblem } from '../mapping/mapping.ts'
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
  sorted(signal: AbortSignal): Promise<Iterable<RightRow>>
  /** Rows that have no key, and with that match nobody. */
  readonly withoutKey: number
  /** Those among them that may well have been meant to match, and why the first one does not. */
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
      const found = row.problems ?? []
      if ('text' in key && key.text !== '') {
        const fields = encodeFields(pick(row.fields, kept))
        return sorter.add({ key: key.text, seq: seq++, at: row.at, fields, faults: found })
      }
      withoutKey++
      const why = whyKeyless(key, found)
      if (why !== undefined) faults = { rows: (faults?.rows ?? 0) + 1, message: faults?.message ?? why }
    },
    // A source without rows, and without a header, says nothing about its columns.
    finish: () => (announced || seen.size === 0 ? [] : problems()),
    sorted: (signal) => sorter.sorted(signal),
    get withoutKey() {
      return withoutKey
    },
    get faults() {
      return faults
    },
  }
}

/** Undefined for a row that has no key, and nothing else that is wrong. */
function whyKeyless(key: Key, [found]: readonly RowProblem[]): string | undefined {
  if ('fault' in key) return `its key cannot be computed: ${key.fault.message}`
  return found && `it has no key, and its connector says of ${found.field}: ${found.message}`
}

/** In one order whatever that of the row is, so that equal rows are equal as text. */
function pick(fields: Row['fields'], names: readonly string[]): Row['fields'] {
  const picked = Object.create(null) as Record<string, unknown>
  for (const name of names) {
    if (Object.hasOwn(fields, name)) picked[name] = fields[name] ?? null
  }
  return picked
}
