import type { Row } from '../../core/connector.ts'
import { createFieldsMaker, type MakeFields } from './fields.ts'
import { readHeader } from './header.ts'
import type { TrailerSpec } from './csv-options.ts'
import type { CsvRecord } from './records.ts'
import { judgeTrailer, looksLikeTrailer } from './trailer.ts'

export interface TableOptions {
  /** Of the file, for places: `people.csv`. */
  readonly name: string
  readonly trailer: TrailerSpec | undefined
  /** Told the columns as soon as the header is read. */
  announce(names: readonly string[]): void
}

/** How the records ended: with a line break or without one, or before the end of the file. */
export type Ending = 'closed' | 'open' | 'broken'

export interface Table {
  /** Rows that the records give. The first record is the header, and with a trailer one record is always held back. */
  take(records: readonly CsvRecord[]): readonly Row[]
  end(ending: Ending): TableEnd
}

export interface TableEnd {
  readonly rows: number
  /** Undefined when there was not even a header. */
  readonly columns: readonly string[] | undefined
  /** What speaks against completeness. */
  readonly faults: readonly string[]
  /** What speaks for it. */
  readonly evidence: readonly string[]
}

/** So many bad rows are named; the others are counted. */
const NAMED = 3

/** @throws OperatorError from `take` when the header cannot be used */
export function createTable(options: TableOptions): Table {
  const { name, trailer } = options
  const misfits: string[] = []
  let misfitCount = 0
  let columns: readonly string[] | undefined
  let make: MakeFields | undefined
  let held: CsvRecord | undefined
  let rows = 0

  function readColumns(record: CsvRecord): MakeFields {
    columns = readHeader(record.cells, `${name}:${record.line}`)
    options.announce(columns)
    return createFieldsMaker(columns)
  }
  function misfitOf({ cells }: CsvRecord, width: number): string | undefined {
    if (trailer !== undefined && looksLikeTrailer(cells, trailer)) return 'begins like the trailer, but rows follow it'
    if (cells.length === width) return undefined
    return `has ${sayCells(cells.length)} where the header has ${width}`
  }
  function toRow(record: CsvRecord, makeFields: MakeFields, batch: Row[]): void {
    const misfit = misfitOf(record, columns?.length ?? 0)
    if (misfit === undefined) {
      batch.push({ at: `${name}:${record.line}`, fields: makeFields(record.cells) })
      return
    }
    misfitCount++
    if (misfits.length < NAMED) misfits.push(`${name}:${record.line} ${misfit}`)
  }
  return {
    take(records) {
      const batch: Row[] = []
      for (const record of records) {
        if (isBlank(record.cells, columns)) continue
        if (make === undefined) make = readColumns(record)
        else if (trailer === undefined) toRow(record, make, batch)
        else {
          if (held !== undefined) toRow(held, make, batch)
          held = record
        }
      }
      rows += batch.length
      return batch
    },
    end(ending) {
      const faults =
        misfitCount > NAMED ? [...misfits, `and ${misfitCount - NAMED} more rows like these`] : [...misfits]
      if (trailer === undefined || ending === 'broken') return { rows, columns, faults, evidence: [] }
      if (columns === undefined) {
        return { rows, columns, faults: [...faults, `${name} is empty: its trailer row is missing`], evidence: [] }
      }
      const verdict = judgeTrailer(held, trailer, { width: columns.length, closed: ending === 'closed', rows })
      if (verdict.agrees) return { rows, columns, faults, evidence: [verdict.evidence] }
      return { rows, columns, faults: [...faults, `in ${name} ${verdict.evidence}`], evidence: [] }
    },
  }
}

/** A line of blanks. The parser skips empty lines itself, so an empty cell alone was written as one, in quotes. */
function isBlank(cells: readonly string[], columns: readonly string[] | undefined): boolean {
  const [only] = cells
  if (cells.length !== 1 || only === undefined || only === '' || columns?.length === 1) return false
  return only.trim() === ''
}

function sayCells(count: number): string {
  return count === 1 ? '1 cell' : `${count} cells`
}
