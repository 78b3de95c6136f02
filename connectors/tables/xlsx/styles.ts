/** What a cell's style says of its number: a plain one, a date, a time, or one with leading zeros. */
import { readXml } from './xml.ts'

export type NumberKind =
  | { readonly kind: 'number' }
  | { readonly kind: 'date' | 'time' | 'date-time' }
  /** Shown with at least so many digits: `00000` makes 00042 of 42. */
  | { readonly kind: 'padded'; readonly digits: number }

export const PLAIN: NumberKind = { kind: 'number' }

/** Formats that a workbook need not spell out, by their number; those for East Asian dates are dates everywhere. */
const BUILT_IN: Readonly<Record<number, NumberKind['kind']>> = {
  14: 'date',
  15: 'date',
  16: 'date',
  17: 'date',
  18: 'time',
  19: 'time',
  20: 'time',
  21: 'time',
  22: 'date-time',
  27: 'date',
  28: 'date',
  29: 'date',
  30: 'date',
  31: 'date',
  32: 'time',
  33: 'time',
  34: 'time',
  35: 'time',
  36: 'date',
  45: 'time',
  46: 'time',
  47: 'time',
  50: 'date',
  51: 'date',
  52: 'date',
  53: 'date',
  54: 'date',
  55: 'time',
  56: 'time',
  57: 'date',
  58: 'date',
}

/** Kinds by a cell's style number. */
export async function readStyles(body: AsyncIterable<Buffer> | undefined): Promise<readonly NumberKind[]> {
  const formats = new Map<number, NumberKind>()
  const kinds: NumberKind[] = []
  let inCellFormats = false
  if (body === undefined) return kinds
  await readXml(body, {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), kindOfFormat(attributes['formatCode'] ?? ''))
      if (name === 'cellXfs') inCellFormats = true
      if (name === 'xf' && inCellFormats) kinds.push(kindOf(Number(attributes['numFmtId'] ?? 0), formats))
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    },
  })
  return kinds
}

function kindOf(format: number, formats: ReadonlyMap<number, NumberKind>): NumberKind {
  const own = formats.get(format)
  if (own !== undefined) return own
  const kind = BUILT_IN[format]
  return kind === undefined || kind === 'padded' ? PLAIN : { kind }
}

/** A format's first section, without colours, conditions, literal text and fillers, tells by its letters. */
export function kindOfFormat(code: string): NumberKind {
  const bare = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .split(';')[0]
  const text = (bare ?? '').toLowerCase()
  if (/^0{2,}$/.test(text.trim())) return { kind: 'padded', digits: text.trim().length }
  if (text.includes('general')) return PLAIN
  const hasTime = /[hs]/.test(text)
  const hasDate = /[yd]/.test(text) || (/m/.test(text) && !hasTime)
  if (hasDate) return { kind: hasTime ? 'date-time' : 'date' }
  return hasTime || /\[m+\]/.test(text) ? { kind: 'time' } : PLAIN
}
