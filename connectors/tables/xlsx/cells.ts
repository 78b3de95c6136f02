/** A cell as its element says it, and the text that a person reads in it. */
import { numberText } from './numbers.ts'
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
      return { text: value.trim() === '1' ? 'true' : 'false' }
    case 'e':
      return { text: '', fault: 'error' }
    case 'd':
      return { text: value.trim() }
    default:
      return numeric(value, style, context)
  }
}

function sharedText(value: string, strings: readonly string[]): CellText {
  const text = strings[Number(value)]
  return text === undefined ? { text: '', fault: 'no-string' } : { text }
}

function numeric(value: string, style: number, { styles, is1904 }: CellContext): CellText {
  const number = numberText(value, { kind: styles[style] ?? PLAIN, is1904 })
  if (number === undefined) return value.trim() === '' ? EMPTY : { text: value.trim() }
  return number.isRounded ? number : { text: number.text }
}

/** Column number, from 0, of `C7`; undefined when the cell does not say. */
export function columnOf(reference: string | undefined): number | undefined {
  const letters = reference === undefined ? undefined : /^[A-Z]+/i.exec(reference)?.[0]
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

/** `C` of 2. */
export function columnLetters(column: number): string {
  let letters = ''
  for (let n = column; n >= 0; n = Math.floor(n / 26) - 1) letters = String.fromCharCode(65 + (n % 26)) + letters
  return letters
}
