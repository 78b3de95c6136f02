import type { TrailerSpec } from './csv-options.ts'
import type { CsvRecord } from './records.ts'

export interface TrailerContext {
  /** Columns of the header. */
  readonly width: number
  /** Whether the file ends with a line break. */
  readonly closed: boolean
  /** Rows before the trailer. */
  readonly rows: number
}

export type TrailerVerdict =
  | { readonly agrees: true; readonly evidence: string }
  | { readonly agrees: false; readonly evidence: string }

/** Does the last record say that everything came? What it lacks is told as evidence, without a cell's text. */
export function judgeTrailer(last: CsvRecord | undefined, spec: TrailerSpec, context: TrailerContext): TrailerVerdict {
  if (last === undefined) return differs('there is no trailer after the header')
  const doubt = notATrailer(last, spec, context)
  if (doubt !== undefined) return differs(`the last row, line ${last.line}, is no trailer: ${doubt}`)
  const count = countOf(last.cells, spec)
  if (count === undefined)
    return differs(`the trailer in line ${last.line} holds no single number in cell ${spec.column}`)
  const expected = count - spec.extra
  if (expected !== context.rows) return differs(`the trailer says ${expected} rows, read ${context.rows}`)
  return { agrees: true, evidence: 'the trailer agrees' }
}

/** A row like this amid the others means that two exports were glued together, or that the prefix fits people too. */
export function looksLikeTrailer(cells: readonly string[], spec: TrailerSpec): boolean {
  return spec.prefix !== undefined && (cells[0] ?? '').trimStart().startsWith(spec.prefix)
}

/** Without a prefix the rule is such that no cut through a file can make a trailer of a person's row. */
function notATrailer(last: CsvRecord, spec: TrailerSpec, context: TrailerContext): string | undefined {
  if (spec.prefix !== undefined) {
    return looksLikeTrailer(last.cells, spec) ? undefined : 'it does not begin with the prefix'
  }
  if (last.cells.length === context.width) return 'it has as many cells as the header, and no prefix is configured'
  return context.closed ? undefined : 'it ends without a line break, and no prefix is configured'
}

function countOf(cells: readonly string[], spec: TrailerSpec): number | undefined {
  const cell = (cells[spec.column - 1] ?? '').trim()
  const text = spec.column === 1 && spec.prefix !== undefined ? cell.slice(spec.prefix.length) : cell
  const numbers = text.match(/\d+/g) ?? []
  return numbers.length === 1 ? Number(numbers[0]) : undefined
}

function differs(evidence: string): TrailerVerdict {
  return { agrees: false, evidence }
}
