import type { Row } from '../../core/connector.ts'
import { isSyncError, messageOf, OperatorError } from '../../core/errors.ts'
import { openArchive } from '../files/archive.ts'
import type { BodyEnd, FileBody } from '../files/read-files.ts'
import type { CsvRecord } from './records.ts'
import { createTable, type Table } from './table.ts'
import { chooseSheet } from './xlsx/choose-sheet.ts'
import { refuseForeign } from './xlsx/foreign.ts'
import { findHeaderRow, LOOKED_AT } from './xlsx/header-row.ts'
import { type CellFaults, createNotes, readSheet, type SheetNotes, type SheetRow } from './xlsx/sheet.ts'
import { readStrings } from './xlsx/strings.ts'
import { readStyles } from './xlsx/styles.ts'
import { openWorkbook, type Sheet, type Workbook } from './xlsx/workbook.ts'
import type { XlsxOptions } from './xlsx-options.ts'

type Body = AsyncGenerator<readonly Row[], BodyEnd, void>

/**
 * The rows of a workbook's sheet, in batches; every cell is text, as Excel shows it without its formats.
 * @throws OperatorError when it is no workbook, protected or damaged
 */
export async function* readXlsx(body: FileBody, options: XlsxOptions): Body {
  const local = await body.openLocal()
  try {
    await refuseForeign(local.path, body.name)
    const archive = await openArchive(local.path, body.name)
    try {
      const workbook = await openWorkbook(archive, body.name, body.signal)
      return yield* readWorkbook(workbook, body, options)
    } catch (error) {
      body.signal.throwIfAborted()
      throw isSyncError(error) ? error : damaged(body.name, error)
    } finally {
      archive.close()
    }
  } finally {
    await local.close()
  }
}

async function* readWorkbook(workbook: Workbook, body: FileBody, options: XlsxOptions): Body {
  const sheet = chooseSheet(workbook, options.sheet)
  const context = {
    strings: await readStrings(workbook.part(workbook.stringsPath), body.name),
    styles: await readStyles(workbook.part(workbook.stylesPath)),
    is1904: workbook.is1904,
  }
  const part = workbook.part(sheet.path)
  if (part === undefined) throw new Error(`the sheet ${sheet.name} is missing in the archive`)
  const notes = createNotes()
  return yield* readRows(readSheet(part, context, notes), {
    body,
    options,
    sheet,
    notes,
    isUncalculated: workbook.isUncalculated,
  })
}

interface Reading {
  readonly body: FileBody
  readonly options: XlsxOptions
  readonly sheet: Sheet
  readonly notes: SheetNotes
  readonly isUncalculated: boolean
}

async function* readRows(sheetRows: AsyncIterable<readonly SheetRow[]>, reading: Reading): Body {
  const { body, options, sheet } = reading
  const table = createTable({ name: `${body.name}:${sheet.name}`, trailer: options.trailer, announce: body.announce })
  let first: SheetRow[] = []
  let toRecord: ToRecord | undefined
  for await (const rows of sheetRows) {
    if (toRecord === undefined) {
      first.push(...rows.filter(({ line }) => line >= (options.headerRow ?? 1)))
      if (first.length < LOOKED_AT) continue
      toRecord = startAt(first, reading)
      yield* takeRows(table, first, toRecord)
      first = []
    } else yield* takeRows(table, rows, toRecord)
  }
  const hasHeader = first.length > 0 || (toRecord === undefined && options.headerRow !== undefined)
  if (hasHeader) yield* takeRows(table, first, startAt(first, reading))
  return endOf(table, reading)
}

function* takeRows(table: Table, rows: readonly SheetRow[], toRecord: ToRecord): Generator<readonly Row[], void, void> {
  const records = rows.map(toRecord).filter((record) => record !== undefined)
  const taken = table.take(records)
  if (taken.length > 0) yield taken
}

/** Undefined for what stands above the header. */
type ToRecord = (row: SheetRow) => CsvRecord | undefined

function startAt(rows: readonly SheetRow[], { body, options, sheet, notes }: Reading): ToRecord {
  const line = options.headerRow ?? findHeaderRow(rows.slice(0, LOOKED_AT))
  const header = rows.find((row) => row.line === line)
  if (line === undefined || header === undefined) throw noHeader(`${body.name}:${sheet.name}`, options.headerRow)
  if (options.headerRow === undefined) body.log.info('found the header', { file: body.name, row: line })
  const from = header.cells.findIndex((text) => text.trim() !== '')
  const to = header.cells.findLastIndex((text) => text.trim() !== '') + 1
  return (row) => {
    if (row.line < line) return undefined
    if (row.cells.slice(0, from).some((text) => text.trim() !== '')) notes.rowsWithMargin++
    const cells = cut(row.cells, from, to)
    return cells.every((text) => text.trim() === '') ? undefined : { line: row.line, cells }
  }
}

/** As wide as the header; what stands beside it makes the row wider, which the table refuses. */
function cut(cells: readonly string[], from: number, to: number): readonly string[] {
  const width = Math.max(to, cells.findLastIndex((text) => text.trim() !== '') + 1)
  const own = cells.slice(from, width)
  while (own.length < to - from) own.push('')
  return own
}

function endOf(table: Table, reading: Reading): BodyEnd {
  const { body, options, notes, sheet } = reading
  const end = table.end('closed')
  const place = `${body.name}:${sheet.name}`
  if (notes.hiddenRows > 0)
    body.log.warn('hidden rows were read like the others', { sheet: place, rows: notes.hiddenRows })
  if (notes.rowsWithMargin > 0) body.log.warn(MARGIN, { sheet: place, rows: notes.rowsWithMargin })
  if (reading.isUncalculated && notes.calculated.size > 0) {
    body.log.warn(UNCALCULATED, { sheet: place, columns: [...notes.calculated].join(', ') })
  }
  if (notes.rounded.size > 0) body.log.warn(ROUNDED, { sheet: place, columns: [...notes.rounded].join(', ') })
  if (notes.mergedRows.length > 0) {
    const areas = notes.mergedRows.slice(0, 3).join(', ')
    body.log.warn('merged cells: only their first row has the value', {
      sheet: place,
      areas,
      count: notes.mergedRows.length,
    })
  }
  const empty = end.columns === undefined ? [`sheet ${sheet.name} is empty: it has not even a header`] : []
  const evidence = [`sheet ${sheet.name} read to its end`, ...empty, ...end.evidence]
  const faults = [...cellFaults(place, notes, options), ...end.faults]
  // Without its table of contents, which is written last, the archive could not have been opened.
  return { ...end, ending: 'closed', evidence, faults, hasEndMark: true }
}

const MARGIN = 'cells left of the first column name were left out'
const UNCALCULATED =
  'formulas whose results the writing program leaves to Excel to calculate: they may be stand-ins, such as 0'
const ROUNDED = 'numbers of more than 15 digits: Excel has rounded them; ids like these must be stored as text'

function cellFaults(
  place: string,
  { withoutValue, broken }: SheetNotes,
  { errorCells }: XlsxOptions,
): readonly string[] {
  const counted = errorCells === 'empty' ? [broken] : [broken, withoutValue]
  return counted.filter(({ count }) => count > 0).map((faults) => sayFaults(place, faults))
}

function sayFaults(place: string, { count, named }: CellFaults): string {
  const more = count - named.length
  return `in ${place} ${named.join(', ')}${more > 0 ? `, and ${more} more cells like these` : ''}`
}

function damaged(name: string, error: unknown): OperatorError {
  return new OperatorError('xlsx-damaged', `${name} is damaged: ${messageOf(error)}`, {
    hint: 'Open and save it in Excel, or export it again.',
    cause: error,
  })
}

function noHeader(place: string, line: number | undefined): OperatorError {
  if (line !== undefined) {
    return new OperatorError('xlsx-header', `${place} has nothing in row ${line}, which headerRow names`, {
      hint: 'Correct `headerRow`: the number that Excel shows at the left.',
    })
  }
  return new OperatorError('xlsx-header', `it is not clear which row of ${place} names the columns`, {
    hint: 'Set `headerRow` to the number that Excel shows at the left of it.',
  })
}
