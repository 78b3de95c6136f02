/** The rows of one sheet, as they stream by. */
import { type CellContext, cellText, columnLetters, columnOf } from './cells.ts'
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
  /** `C7 holds an error`, the first few. */
  readonly faults: string[]
  faultCount: number
  /** Letters of columns with numbers that Excel has rounded. */
  readonly rounded: Set<string>
}

/** So many are named; the others are counted. */
const NAMED = 3

const FAULTS = {
  error: 'holds an error value instead of a result',
  'not-calculated': 'holds a formula that was never calculated',
  'no-string': 'refers to a text that the workbook does not have',
} as const

/** Rows with any text in them, in batches; the notes are whole when it ends. */
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
}

export function createNotes(): SheetNotes {
  return { hiddenRows: 0, mergedRows: [], faults: [], faultCount: 0, rounded: new Set() }
}

interface Collector {
  open(name: string, attributes: Attributes): void
  text(text: string): void
  close(name: string): void
  take(): readonly SheetRow[]
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
  let rows: SheetRow[] = []
  let line = 0
  let isHidden = false
  let cells: string[] = []
  let cell: OpenCell | undefined
  let inValue = false

  function openRow({ r, hidden }: Attributes): void {
    line = r === undefined ? line + 1 : Number(r)
    isHidden = hidden === '1' || hidden === 'true'
    cells = []
  }

  function openCell({ r, t = 'n', s = '0' }: Attributes): void {
    cell = { column: columnOf(r) ?? cells.length, type: t, style: Number(s), value: undefined, hasFormula: false }
    inline.start()
  }

  function closeCell({ column, ...written }: OpenCell): void {
    const { text, fault, isRounded } = cellText(written, context)
    while (cells.length < column) cells.push('')
    cells[column] = text
    if (isRounded === true) notes.rounded.add(columnLetters(column))
    if (fault === undefined) return
    notes.faultCount++
    if (notes.faults.length < NAMED) notes.faults.push(`${columnLetters(column)}${line} ${FAULTS[fault]}`)
  }

  function closeRow(): void {
    if (cells.every((text) => text.trim() === '')) return
    if (isHidden) notes.hiddenRows++
    rows.push({ line, cells })
  }

  return {
    open(name, attributes) {
      if (name === 'row') openRow(attributes)
      else if (name === 'c') openCell(attributes)
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
      } else if (name === 'row') closeRow()
      else inline.close(name)
    },
    take() {
      const taken = rows
      rows = []
      return taken
    },
  }
}

/** An area within one row merges a title; over several rows it hides values. */
function noteMerge(notes: SheetNotes, reference: string): void {
  const [first, last] = reference.split(':').map((corner) => Number(/\d+$/.exec(corner)?.[0]))
  if (first !== undefined && last !== undefined && last > first) notes.mergedRows.push(reference)
}
