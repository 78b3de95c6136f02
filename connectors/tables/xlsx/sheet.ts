/** The rows of one sheet, as they stream by. */
import { type CellContext, type CellText, cellText, columnLetters, columnOf } from './cells.ts'
import { createTextReader } from './strings.ts'
import { type Attributes, parseXml } from './xml.ts'

export interface SheetRow {
  /** As Excel numbers it, from 1. */
  readonly line: number
  /** Texts from column A on; empty where there is nothing. */
  readonly cells: readonly string[]
}

/** What the sheet holds besides plain rows. */
export interface SheetNotes {
  /** Rows with something in them that Excel does not show. */
  hiddenRows: number
  /** Areas of one value over several rows: only the first row has it. */
  readonly mergedRows: string[]
  /** Cells without a value, which `errorCells` may excuse. */
  readonly withoutValue: CellFaults
  /** Cells by which the workbook contradicts itself. */
  readonly broken: CellFaults
  /** Letters of columns with numbers that Excel has rounded. */
  readonly rounded: Set<string>
  /** Rows with text left of the table, as the reader of the table counts them. */
  rowsWithMargin: number
  /** Letters of columns with formulas that have a result. */
  readonly calculated: Set<string>
}

export interface CellFaults {
  count: number
  /** `C7 holds an error`, the first few. */
  readonly named: string[]
}

/** So many are named; the others are counted. */
const NAMED = 3

const FAULTS = {
  error: 'holds an error value instead of a result',
  'not-calculated': 'holds a formula that was never calculated',
  'no-string': 'refers to a text that the workbook does not have',
} as const

/** Rows with any text in them, in batches; the notes are whole when it ends. @throws Error when it is damaged */
export async function* readSheet(
  body: AsyncIterable<Buffer>,
  context: CellContext,
  notes: SheetNotes,
): AsyncGenerator<readonly SheetRow[], void, void> {
  const collector = createCollector(context, notes)
  for await (const _ of parseXml(body, collector)) {
    const rows = collector.take()
    if (rows.length > 0) yield rows
  }
  const rest = collector.take()
  if (rest.length > 0) yield rest
  if (!collector.sawData()) throw new Error('its sheet has no place for rows (sheetData)')
}

export function createNotes(): SheetNotes {
  return {
    hiddenRows: 0,
    mergedRows: [],
    withoutValue: { count: 0, named: [] },
    broken: { count: 0, named: [] },
    rowsWithMargin: 0,
    rounded: new Set(),
    calculated: new Set(),
  }
}

interface Collector {
  open(name: string, attributes: Attributes): void
  text(text: string): void
  close(name: string): void
  take(): readonly SheetRow[]
  sawData(): boolean
}

interface OpenCell {
  readonly column: number
  readonly type: string
  readonly style: number
  value: string | undefined
  hasFormula: boolean
}

function createCollector(context: CellContext, notes: SheetNotes): Collector {
  const inline = createTextReader()
  const row = createRowBuilder(notes)
  let rows: SheetRow[] = []
  let cell: OpenCell | undefined
  let inValue = false
  let inData = false
  let sawData = false

  function openCell({ r, t = 'n', s = '0' }: Attributes): void {
    cell = { column: row.place(r), type: t, style: Number(s), value: undefined, hasFormula: false }
    inline.start()
  }

  function closeCell({ column, ...written }: OpenCell): void {
    const read = cellText(written, context)
    if (read.text !== '') row.put(column, read.text)
    noteCell(notes, read, { column, line: row.line(), hasFormula: written.hasFormula })
  }

  function closeRow(): void {
    const closed = row.close()
    if (closed !== undefined) rows.push(closed)
  }

  return {
    open(name, attributes) {
      if (name === 'sheetData') inData = sawData = true
      else if (name === 'row' && inData) row.open(attributes)
      else if (name === 'c' && inData) openCell(attributes)
      else if (name === 'v') inValue = true
      else if (name === 'f' && cell !== undefined) cell.hasFormula = true
      else if (name === 'mergeCell') noteMerge(notes, attributes['ref'] ?? '')
      else inline.open(name)
    },
    text(text) {
      if (inValue && cell !== undefined) cell.value = (cell.value ?? '') + text
      else inline.text(text)
    },
    close(name) {
      if (name === 'v') inValue = false
      else if (name === 'is' && cell !== undefined) cell.value = inline.take()
      else if (name === 'c' && cell !== undefined) {
        closeCell(cell)
        cell = undefined
      } else if (name === 'row' && inData) closeRow()
      else if (name === 'sheetData') inData = false
      else inline.close(name)
    },
    take() {
      const taken = rows
      rows = []
      return taken
    },
    sawData: () => sawData,
  }
}

/** One row at a time. */
interface RowBuilder {
  open(attributes: Attributes): void
  line(): number
  /** The column, from 0, of a cell that says its place, or follows the one before. */
  place(reference: string | undefined): number
  put(column: number, text: string): void
  /** Undefined when there is no text in it. */
  close(): SheetRow | undefined
}

function createRowBuilder(notes: SheetNotes): RowBuilder {
  let line = 0
  let isHidden = false
  let cells: string[] = []
  let nextColumn = 0
  return {
    open({ r, hidden }) {
      const number = r === undefined ? line + 1 : Number(r)
      // Whatever relies on the order, such as where the header stands, would lose rows without a word.
      if (!Number.isSafeInteger(number) || number <= line)
        throw new Error(`its rows are not in order after row ${line}`)
      line = number
      nextColumn = 0
      isHidden = hidden === '1' || hidden === 'true'
      cells = []
    },
    line: () => line,
    place(reference) {
      const column = reference === undefined ? nextColumn : columnOf(reference, line)
      nextColumn = column + 1
      return column
    },
    put(column, text) {
      if ((cells[column] ?? '') !== '') throw new Error(`the cell ${columnLetters(column)}${line} is there twice`)
      while (cells.length < column) cells.push('')
      cells[column] = text
    },
    close() {
      if (cells.every((text) => text.trim() === '')) return undefined
      if (isHidden) notes.hiddenRows++
      return { line, cells }
    },
  }
}

interface CellPlace {
  readonly column: number
  readonly line: number
  readonly hasFormula: boolean
}

function noteCell(notes: SheetNotes, { fault, isRounded }: CellText, { column, line, hasFormula }: CellPlace): void {
  const letters = columnLetters(column)
  if (isRounded === true) notes.rounded.add(letters)
  if (fault === undefined) {
    if (hasFormula) notes.calculated.add(letters)
    return
  }
  const faults = fault === 'no-string' ? notes.broken : notes.withoutValue
  faults.count++
  if (faults.named.length < NAMED) faults.named.push(`${letters}${line} ${FAULTS[fault]}`)
}

/** An area within one row merges a title; over several rows it hides values. */
function noteMerge(notes: SheetNotes, reference: string): void {
  const [first, last] = reference.split(':').map((corner) => Number(/\d+$/.exec(corner)?.[0]))
  if (first !== undefined && last !== undefined && last > first) notes.mergedRows.push(reference)
}
