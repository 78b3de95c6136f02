/** Distinguished names, brought to one form so that they can be compared. */
import { compareCodePoints } from '../../core/text/order.ts'

/** An escape, a quotation mark, a plus, or a blank beside a separator; a name without them is only put in lower case. */
const NEEDS_CARE = /\\|"|[,=]\s|\s[,=]|[;+]/

/** What means something in a DN. */
const SPECIAL = /[,+"\\<>;=#\s]/g

/** A DN in lower case, without blanks around its separators, and each letter escaped in one way or not at all. */
export function normalizeDn(dn: string): string {
  if (!NEEDS_CARE.test(dn)) return dn.trim().toLowerCase()
  return splitDn(dn)
    .map((rdn) => rdn.split('+').map(normalizePair).sort(compareCodePoints).join('+'))
    .join(',')
    .toLowerCase()
}

/** Whether a normalized DN is `ancestor`, normalized too, or lies below it. */
export function isBelow(dn: string, ancestor: string): boolean {
  return ancestor === '' || dn === ancestor || (dn.endsWith(ancestor) && dn[dn.length - ancestor.length - 1] === ',')
}

/** The parts of a DN between commas; escaped and quoted commas separate nothing. Signs that need it come as `\2c`. */
function splitDn(dn: string): readonly string[] {
  const parts: string[] = []
  let part = ''
  let isQuoted = false
  for (let i = 0; i < dn.length; i++) {
    const character = dn[i] ?? ''
    if (character === '\\') {
      const { text, length } = unescape(dn, i)
      part += text
      i += length - 1
    } else if (character === '"') isQuoted = !isQuoted
    else if (isQuoted) part += escapeSpecial(character)
    else if (character === ',' || character === ';') {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}

interface Unescaped {
  readonly text: string
  /** Of what was written. */
  readonly length: number
}

/** An escape at `at`: a run of `\xx` bytes, or one escaped sign. */
function unescape(dn: string, at: number): Unescaped {
  const run = /^(?:\\[0-9A-Fa-f]{2})+/.exec(dn.slice(at))?.[0]
  if (run === undefined) return { text: escapeSpecial(dn[at + 1] ?? ''), length: 2 }
  const letters = Buffer.from(run.replaceAll('\\', ''), 'hex').toString('utf8')
  return { text: letters.replace(SPECIAL, escapeSpecial), length: run.length }
}

function escapeSpecial(character: string): string {
  if (character.search(SPECIAL) === -1) return character
  return character === ' ' ? ' ' : `\\${Buffer.from(character).toString('hex')}`
}

function normalizePair(pair: string): string {
  const equals = pair.indexOf('=')
  return equals === -1 ? pair.trim() : `${pair.slice(0, equals).trim()}=${pair.slice(equals + 1).trim()}`
}
