/** A cell as its element says it, and the text that a person reads in it. */
import { isoText, numberText } from './numbers.ts'
import { type NumberKind, PLAIN } from './styles.ts'
import { unescapeText } from './strings.ts'

export interface WrittenCell {
  /** `s`, `str`, `inlineStr`, `b`, `e`, `d`, or `n` for numbers. */
  readonly type: string
  readonly style: number
  /** Content of `v`; of `is` for text in place. Undefined when there is neither. */
  readonly value: string | undefined
  readonly hasFormula: boolean
}

export interface CellContext {
  readonly strings: readonly string[]
  readonly styles: readonly NumberKind[]
  readonly is1904: boolean
}

/** A cell's text, and what is wrong with it. */
export interface CellText {
  readonly text: string
  readonly fault?: 'error' | 'not-calculated' | 'no-string'
  readonly isRounded?: boolean
}

const EMPTY: CellText = { text: '' }

export function cellText({ type, style, value, hasFormula }: WrittenCell, context: CellContext): CellText {
  if (value === undefined) return hasFormula && type !== 'str' ? { text: '', fault: 'not-calculated' } : EMPTY
  switch (type) {
    case 's':
      return sharedText(value, context.strings)
    case 'inlineStr':
      return { text: value }
    case 'str':
      return { text: unescapeText(value) }
    case 'b':
      return { text: /^(1|true)$/i.test(value.trim()) ? 'true' : 'false' }
    case 'e':
      return { text: '', fault: 'error' }
    case 'd':
      return { text: isoText(value.trim(), context.styles[style] ?? PLAIN) }
    default:
      return numeric(value, style, context)
  }
}

function sharedText(value: string, strings: readonly string[]): CellText {
  const number = value.trim()
  if (number === '') return EMPTY
  const text = /^\d+$/.test(number) ? strings[Number(number)] : undefined
  return text === undefined ? { text: '', fault: 'no-string' } : { text }
}

function numeric(value: string, style: number, { styles, is1904 }: CellContext): CellText {
  const number = numberText(value, { kind: styles[style] ?? PLAIN, is1904 })
  if (number === undefined) return value.trim() === '' ? EMPTY : { text: value.trim() }
  return number.isRounded ? number : { text: number.text }
}

/** Excel's last one is XFD. */
const MOST_COLUMNS = 16_384

/** Column number, from 0, of `C7` in row 7. @throws Error when that is no cell of the row */
export function columnOf(reference: string, line: number): number {
  const [, letters = '', row] = /^([A-Z]{1,3})(\d+)$/i.exec(reference) ?? []
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  if (column === 0 || column > MOST_COLUMNS || Number(row) !== line) {
    throw new Error(`row ${line} of the sheet holds a cell that belongs to another place`)
  }
  return column - 1
}

/** `C` of 2. */
export function columnLetters(column: number): string {
  let letters = ''
  for (let n = column; n >= 0; n = Math.floor(n / 26) - 1) letters = String.fromCharCode(65 + (n % 26)) + letters
  return letters
}
