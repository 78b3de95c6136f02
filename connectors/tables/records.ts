import { type CsvError, Parser } from 'csv-parse'

export interface CsvRecord {
  readonly cells: readonly string[]
  /** Physical line where it starts, from 1. */
  readonly line: number
}

/** Why the text cannot be split into records; `line` is where the record starts that cannot be read. */
export interface CsvFault {
  readonly kind: 'open-quote' | 'stray-quote' | 'too-long' | 'other'
  readonly line: number
  /** The cell, from 1, when it is known. */
  readonly column?: number
}

export interface CsvPiece {
  readonly records: readonly CsvRecord[]
  readonly fault?: CsvFault
}

export interface RecordParser {
  /** The records that these bytes, in UTF-8, complete. After a fault nothing more may be written. */
  write(bytes: Buffer): Promise<CsvPiece>
  end(): Promise<CsvPiece>
}

export interface Dialect {
  readonly delimiter: string
  /** Undefined when quotation marks are ordinary letters. */
  readonly quote: string | undefined
  /** The physical line of the first byte written. */
  readonly firstLine: number
}

/** No whole request may be longer than this, so no cell can be: an open quote shows before it eats the memory. */
const LONGEST_RECORD = 10 * 1024 * 1024

/** Splits text into records: strict quotes, any line ends, empty lines skipped, every cell text, any width. */
export function createRecordParser(dialect: Dialect): RecordParser {
  const parser = new Parser({
    delimiter: dialect.delimiter,
    quote: dialect.quote ?? null,
    escape: dialect.quote ?? null,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
  })
  let records: CsvRecord[] = []
  const lines = trackLines(parser, dialect.firstLine)
  // Taking records where the parser hands them out saves a pass through a stream, a third of the time.
  parser.push = (cells: string[] | null): boolean => {
    if (cells !== null) records.push({ cells, line: lines.startOf(cells) })
    return true
  }
  // The callbacks below receive every error; without a listener the event would end the process.
  parser.on('error', () => undefined)

  function take(error: Error | null | undefined): CsvPiece {
    const piece = { records, ...(error ? { fault: toFault(error as CsvError, lines.pending()) } : {}) }
    records = []
    return piece
  }
  return {
    write: (bytes) => new Promise((resolve) => parser.write(bytes, (error) => resolve(take(error)))),
    end: () => new Promise((resolve) => parser.end((error?: Error | null) => resolve(take(error)))),
  }
}

interface LineTracker {
  /** Of a record that the parser has just completed; call it once for each, in order. */
  startOf(cells: readonly string[]): number
  /** Of the record that the parser is in. */
  pending(): number
}

/**
 * Physical lines at little cost. The parser counts line breaks, but counts CRLF within quotes twice; so its count only
 * tells whether a record had none, and the breaks of the few others are counted in their cells.
 */
function trackLines(parser: Parser, firstLine: number): LineTracker {
  const { info } = parser
  let next = firstLine
  let seenLines = info.lines - 1
  let seenEmpty = info.empty_lines
  function skipEmpty(): number {
    next += info.empty_lines - seenEmpty
    seenEmpty = info.empty_lines
    return next
  }
  return {
    startOf(cells) {
      const single = info.lines === seenLines + 1
      seenLines = info.lines
      const start = single ? next : skipEmpty()
      next = start + 1 + (single ? 0 : countBreaks(cells))
      return start
    },
    pending: skipEmpty,
  }
}

function countBreaks(cells: readonly string[]): number {
  let breaks = 0
  for (const cell of cells) breaks += cell.match(/\r\n|\r|\n/g)?.length ?? 0
  return breaks
}

const KINDS: Readonly<Record<string, CsvFault['kind']>> = {
  CSV_QUOTE_NOT_CLOSED: 'open-quote',
  CSV_INVALID_CLOSING_QUOTE: 'stray-quote',
  INVALID_OPENING_QUOTE: 'stray-quote',
  CSV_MAX_RECORD_SIZE: 'too-long',
}

/** The library's own message quotes the cell, so only its code is used. */
function toFault(error: CsvError, line: number): CsvFault {
  const column = typeof error['column'] === 'number' ? { column: error['column'] + 1 } : {}
  return { kind: KINDS[error.code] ?? 'other', line, ...column }
}
