/** Rows from lines of JSON that may name their columns first and say at the end that they are all. */
import { MINUTE } from '../../core/clock.ts'
import type { Row } from '../../core/connector.ts'
import { createNdjsonReader, type JsonObject, type LineFault } from './ndjson.ts'
import { type EndStatement, isStatement, readStatement } from './statement.ts'

export interface StatedRowsOptions {
  /** A row's place, from its line. */
  place(line: number): string
  /** Told the columns when a line names them. */
  announce(names: readonly string[]): void
  /** Bytes of the longest line. */
  readonly longest?: number
}

export interface RowPiece {
  readonly rows: readonly Row[]
  /** Why nothing more can be read; the rows before it stand. */
  readonly fault?: LineFault
}

export interface StatedRows {
  /** The rows that these bytes complete. After a fault nothing more may be written. */
  write(bytes: Buffer): RowPiece
  end(): RowPiece
  /** Rows so far. */
  count(): number
  /** The end line, once it was read. */
  ending(): EndStatement | undefined
}

/** Clocks of two machines differ by less; more means a wrong clock, or a local time that says it is UTC. */
const CLOCK_SKEW = 5 * MINUTE

export function createStatedRows({ place, announce, longest }: StatedRowsOptions): StatedRows {
  let batch: Row[] = []
  let count = 0
  let columns: ReadonlySet<string> | undefined
  let ending: EndStatement | undefined

  const reader = createNdjsonReader({ take, ...(longest === undefined ? {} : { longest }) })

  function take(object: JsonObject, line: number): string | undefined {
    if (ending !== undefined) return 'follows the end line'
    if (isStatement(object)) return takeStatement(object)
    const stranger = columns === undefined ? undefined : strangeKey(object, columns)
    if (stranger !== undefined) return `has ${JSON.stringify(stranger)}, which the columns line does not name`
    count++
    // Without a prototype no column is found that is not there, such as `constructor`.
    batch.push({ at: place(line), fields: Object.setPrototypeOf(object, null) as JsonObject })
    return undefined
  }
  function takeStatement(object: JsonObject): string | undefined {
    const statement = readStatement(object)
    if (typeof statement === 'string') return statement
    if (statement.kind === 'end') {
      ending = statement
      return undefined
    }
    if (columns !== undefined) return 'names the columns a second time'
    if (count > 0) return 'names the columns after the first row'
    columns = new Set(statement.names)
    announce(statement.names)
    return undefined
  }
  function piece(fault: LineFault | undefined): RowPiece {
    const rows = batch
    batch = []
    return fault === undefined ? { rows } : { rows, fault }
  }
  return {
    write: (bytes) => piece(reader.write(bytes)),
    end: () => piece(reader.end()),
    count: () => count,
    ending: () => ending,
  }
}

/** Why the end line does not vouch for the rows that came; undefined when it does. `now` is an instant in ms. */
export function doubtEnding(ending: EndStatement, rows: number, now: number): string | undefined {
  if (ending.rows !== undefined && ending.rows !== rows)
    return `its end line counts ${ending.rows} rows, and ${rows} came`
  if (!ending.complete) {
    return `its end line says that it is not complete${ending.evidence === undefined ? '' : `: ${ending.evidence}`}`
  }
  if (ending.asOf !== undefined && ending.asOf.getTime() > now + CLOCK_SKEW) {
    return 'its end line gives an "asOf" that lies in the future: a wrong clock, or local time that is marked as UTC'
  }
  return undefined
}

function strangeKey(object: JsonObject, columns: ReadonlySet<string>): string | undefined {
  for (const key in object) if (!columns.has(key)) return key
  return undefined
}
