/** LDAP filters as RFC 4515 writes them, turned into bytes as RFC 4511 sends them. */
import { type BerWriter, Filter, PresenceFilter, type SearchFilterValues } from 'ldapts'
import { ConfigError } from '../../core/errors.ts'

/** A filter ready to be sent. Values are bytes: `\d6` in a filter is that byte, not a letter. */
class ReadyFilter extends Filter {
  override type: SearchFilterValues
  readonly #content: (writer: BerWriter) => void

  constructor(tag: number, content: (writer: BerWriter) => void) {
    super()
    this.type = tag as SearchFilterValues
    this.#content = content
  }

  override writeFilter(writer: BerWriter): void {
    this.#content(writer)
  }

  override toString(): string {
    return `filter 0x${this.type.toString(16)}`
  }
}

const TAG = {
  and: 0xa0,
  or: 0xa1,
  not: 0xa2,
  equal: 0xa3,
  substrings: 0xa4,
  greater: 0xa5,
  less: 0xa6,
  approximate: 0xa8,
  extensible: 0xa9,
} as const

const COMPARISONS: Readonly<Record<string, number>> = {
  '=': TAG.equal,
  '>=': TAG.greater,
  '<=': TAG.less,
  '~=': TAG.approximate,
}

const OCTETS = 0x04
const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9-]+)*/
const COMPARISON = /^\s*(>=|<=|~=|=)/
const EXTENSIBLE = /^(:dn)?(?::([A-Za-z0-9.-]+))?:=/i

interface Cursor {
  readonly text: string
  readonly names: Set<string>
  at: number
}

/**
 * Parses a filter. Blanks and line breaks between its parts do not count; blanks within values do.
 * @throws ConfigError `ldap-filter` with the character where it goes wrong
 */
export function parseFilter(written: string): Filter {
  return parseAll(written).filter
}

/** The attributes that a filter looks at, as they are written. */
export function attributesIn(written: string): readonly string[] {
  return [...parseAll(written).names]
}

function parseAll(written: string): { readonly filter: Filter; readonly names: ReadonlySet<string> } {
  const trimmed = written.trim()
  const cursor: Cursor = { text: trimmed.startsWith('(') ? trimmed : `(${trimmed})`, names: new Set(), at: 0 }
  const filter = parseOne(cursor)
  skipBlanks(cursor)
  if (cursor.at < cursor.text.length) throw fault(cursor, 'the filter has already ended')
  return { filter, names: cursor.names }
}

function parseOne(cursor: Cursor): Filter {
  expect(cursor, '(')
  skipBlanks(cursor)
  const filter = parseContent(cursor)
  skipBlanks(cursor)
  expect(cursor, ')')
  return filter
}

function parseContent(cursor: Cursor): Filter {
  const operator = cursor.text[cursor.at]
  if (operator !== '&' && operator !== '|' && operator !== '!') return parseItem(cursor)
  cursor.at++
  if (operator === '!') {
    skipBlanks(cursor)
    const inner = parseOne(cursor)
    return new ReadyFilter(TAG.not, (writer) => inner.write(writer))
  }
  const parts: Filter[] = []
  skipBlanks(cursor)
  while (cursor.text[cursor.at] === '(') {
    parts.push(parseOne(cursor))
    skipBlanks(cursor)
  }
  return new ReadyFilter(operator === '&' ? TAG.and : TAG.or, (writer) => {
    for (const part of parts) part.write(writer)
  })
}

function parseItem(cursor: Cursor): Filter {
  const attribute = take(cursor, ATTRIBUTE)?.[0] ?? ''
  if (attribute !== '') cursor.names.add(attribute)
  const extensible = take(cursor, EXTENSIBLE)
  if (extensible !== undefined) return extensibleFilter(cursor, attribute, extensible)
  if (attribute === '') throw fault(cursor, 'expected the name of an attribute')
  const sign = take(cursor, COMPARISON)?.[1]
  if (sign === undefined) throw fault(cursor, 'expected =, >=, <=, ~= or :=')
  const tag = COMPARISONS[sign] ?? TAG.equal
  const pieces = takeValue(cursor)
  if (tag !== TAG.equal || pieces.length === 1) return comparison(tag, attribute, wholeOf(cursor, pieces))
  if (pieces.length === 2 && pieces.every((piece) => piece.length === 0)) return new PresenceFilter({ attribute })
  return substrings(attribute, pieces)
}

function comparison(tag: number, attribute: string, value: Buffer): Filter {
  return new ReadyFilter(tag, (writer) => {
    writer.writeString(attribute)
    writer.writeBuffer(value, OCTETS)
  })
}

/** The pieces between asterisks; the first and the last may be empty. */
function substrings(attribute: string, pieces: readonly Buffer[]): Filter {
  return new ReadyFilter(TAG.substrings, (writer) => {
    writer.writeString(attribute)
    writer.startSequence()
    for (const [index, piece] of pieces.entries()) {
      const tag = index === 0 ? 0x80 : index === pieces.length - 1 ? 0x82 : 0x81
      if (piece.length > 0) writer.writeBuffer(piece, tag)
    }
    writer.endSequence()
  })
}

function extensibleFilter(cursor: Cursor, attribute: string, [, dn, rule]: RegExpExecArray): Filter {
  if (attribute === '' && rule === undefined) throw fault(cursor, 'expected an attribute or a matching rule before :=')
  const value = wholeOf(cursor, takeValue(cursor))
  return new ReadyFilter(TAG.extensible, (writer) => {
    if (rule !== undefined) writer.writeString(rule, 0x81)
    if (attribute !== '') writer.writeString(attribute, 0x82)
    writer.writeBuffer(value, 0x83)
    if (dn !== undefined) writer.writeBoolean(true, 0x84)
  })
}

/** The value up to its closing parenthesis, split at asterisks, as bytes. */
function takeValue(cursor: Cursor): readonly Buffer[] {
  const pieces: Buffer[] = []
  let bytes: Buffer[] = []
  for (;;) {
    const plain = take(cursor, /^[^()*\\]+/)?.[0]
    if (plain !== undefined) bytes.push(Buffer.from(plain, 'utf8'))
    const character = cursor.text[cursor.at]
    if (character === '\\') bytes.push(takeEscape(cursor))
    else if (character === '*') {
      pieces.push(Buffer.concat(bytes))
      bytes = []
      cursor.at++
    } else if (character === ')') return [...pieces, Buffer.concat(bytes)]
    else throw fault(cursor, character === '(' ? 'a ( within a value is written \\28' : 'expected )')
  }
}

function takeEscape(cursor: Cursor): Buffer {
  const digits = take(cursor, /^\\([0-9A-Fa-f]{2})/)?.[1]
  if (digits === undefined) throw fault(cursor, 'expected two hexadecimal digits after \\; the sign itself is \\5c')
  return Buffer.from(digits, 'hex')
}

function wholeOf(cursor: Cursor, pieces: readonly Buffer[]): Buffer {
  const [only, ...others] = pieces
  if (only === undefined || others.length > 0) throw fault(cursor, 'an * stands only after =; as a letter it is \\2a')
  return only
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  const match = pattern.exec(cursor.text.slice(cursor.at))
  if (match === null) return undefined
  cursor.at += match[0].length
  return match
}

function skipBlanks(cursor: Cursor): void {
  take(cursor, /^\s+/)
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw fault(cursor, `expected ${character}`)
  cursor.at++
}

function fault({ text, at }: Cursor, says: string): ConfigError {
  const seen = at >= text.length ? 'at its end' : `at character ${at + 1}, before \`${text.slice(at, at + 12)}\``
  return new ConfigError('ldap-filter', `the LDAP filter \`${text}\` is wrong ${seen}: ${says}`, {
    hint: 'A filter is written like (&(objectClass=person)(!(employeeType=temp))): every part in parentheses, the sign before its parts.',
  })
}
