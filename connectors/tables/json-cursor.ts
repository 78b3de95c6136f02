/** JSON read strictly from bytes that come in pieces, with memory for no more than one value of them. */
import { parseJson } from '../../core/text/json.ts'

/** Reading that stops at `yield` until more bytes have come. */
export type Step<T> = Generator<undefined, T, undefined>

export interface Cursor {
  bytes: Buffer
  /** Index of the next byte. */
  at: number
  /** Line of the next byte, from 1. */
  line: number
  /** Nothing follows `bytes`. */
  ended: boolean
}

/** What is wrong with a document, as a clause that follows its name: `line 7 is no JSON: …`. Never a piece of it. */
export class DocumentFault extends Error {}

/** What `peek` gives when there is nothing more. */
export const END = -1

/** Characters that stand for themselves, as bytes. */
export const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const

const LF = 0x0a
const CR = 0x0d
const TAB = 0x09
const SPACE = 0x20

/** No whole request may be longer, so no row need be. */
const LONGEST_VALUE = 10 * 1024 * 1024
/** Deeper ones are made to exhaust whoever reads them. */
const DEEPEST = 500

export function createCursor(): Cursor {
  return { bytes: Buffer.alloc(0), at: 0, line: 1, ended: false }
}

/** The next byte that is no white space, not taken yet; `END` when there is none. */
export function* peek(cursor: Cursor): Step<number> {
  for (;;) {
    for (; cursor.at < cursor.bytes.length; cursor.at++) {
      const byte = cursor.bytes[cursor.at] ?? 0
      if (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB) return byte
      if (byte === LF) cursor.line++
    }
    if (cursor.ended) return END
    yield undefined
  }
}

/** For a byte that JSON does not allow here, or the end. */
export function unexpected(cursor: Cursor, byte: number, expected: string): DocumentFault {
  if (byte === END) return new DocumentFault(`ends too early, in line ${cursor.line}: ${expected} is expected`)
  return new DocumentFault(`is no JSON in line ${cursor.line}: ${expected} is expected`)
}

/** Steps through an object, the next thing. `onMember` reads the value of the key. */
export function* members(cursor: Cursor, onMember: (key: string) => Step<void>): Step<void> {
  cursor.at++
  if ((yield* peek(cursor)) === BYTE.closeObject) {
    cursor.at++
    return
  }
  for (;;) {
    const start = yield* peek(cursor)
    if (start !== BYTE.quote) throw unexpected(cursor, start, 'a key in quotes')
    const key = String(yield* scalar(cursor))
    const colon = yield* peek(cursor)
    if (colon !== BYTE.colon) throw unexpected(cursor, colon, 'a colon')
    cursor.at++
    yield* onMember(key)
    if (yield* closes(cursor, BYTE.closeObject, 'a comma or the end of the object')) return
  }
}

/** Steps through a list, the next thing. `onElement` reads the element. */
export function* elements(cursor: Cursor, onElement: (index: number) => Step<void>): Step<void> {
  cursor.at++
  if ((yield* peek(cursor)) === BYTE.closeList) {
    cursor.at++
    return
  }
  for (let index = 0; ; index++) {
    yield* onElement(index)
    if (yield* closes(cursor, BYTE.closeList, 'a comma or the end of the list')) return
  }
}

function* closes(cursor: Cursor, close: number, expected: string): Step<boolean> {
  const byte = yield* peek(cursor)
  if (byte !== close && byte !== BYTE.comma) throw unexpected(cursor, byte, expected)
  cursor.at++
  return byte === close
}

/** Steps over any value, and proves that it is one. Gives a scalar; undefined for an object or a list. */
export function* skipValue(cursor: Cursor, depth = 0): Step<unknown> {
  if (depth > DEEPEST) throw tooDeep(cursor)
  const byte = yield* peek(cursor)
  if (byte === BYTE.openObject) yield* members(cursor, () => skip(cursor, depth + 1))
  else if (byte === BYTE.openList) yield* elements(cursor, () => skip(cursor, depth + 1))
  else return yield* scalar(cursor)
  return undefined
}

function* skip(cursor: Cursor, depth: number): Step<void> {
  yield* skipValue(cursor, depth)
}

/** A string, number, true, false or null. */
function* scalar(cursor: Cursor): Step<unknown> {
  const byte = yield* peek(cursor)
  const { line } = cursor
  if (byte === END) throw unexpected(cursor, byte, 'a value')
  const text = yield* collect(cursor, byte === BYTE.quote ? createStringEnd() : createWordEnd())
  const result = parseJson(text)
  if ('value' in result) return result.value
  throw new DocumentFault(`is no JSON in line ${line}: a value is expected`)
}

/** The text of an object, the next thing, whole but not yet proven to be JSON. */
export function* objectText(cursor: Cursor): Step<string> {
  return yield* collect(cursor, createObjectEnd(cursor))
}

/** Index behind the last byte of what begins at `from`, or -1 when it goes on behind these bytes. */
type FindEnd = (bytes: Buffer, from: number) => number

function* collect(cursor: Cursor, findEnd: FindEnd): Step<string> {
  const { line } = cursor
  let held: Buffer[] | undefined
  let size = 0
  for (;;) {
    const { bytes, at } = cursor
    const end = findEnd(bytes, at)
    size += (end === -1 ? bytes.length : end) - at
    if (size > LONGEST_VALUE) throw new DocumentFault(`has a value in line ${line} that is longer than 10 MiB`)
    if (end !== -1) {
      cursor.at = end
      if (held === undefined) return bytes.toString('utf8', at, end)
      return Buffer.concat([...held, bytes.subarray(at, end)]).toString('utf8')
    }
    held ??= []
    held.push(bytes.subarray(at))
    cursor.at = bytes.length
    // A word at the very end of a document would be whole, but no list of rows ends so.
    if (cursor.ended) throw new DocumentFault(`ends too early: within the value that starts in line ${line}`)
    yield undefined
  }
}

/** Takes one byte at least, so that a stray comma is a fault and not an empty word for ever. */
function createWordEnd(): FindEnd {
  let begun = false
  return (bytes, from) => {
    for (let i = from; i < bytes.length; i++) {
      if (begun && endsWord(bytes[i] ?? 0)) return i
      begun = true
    }
    return -1
  }
}

function endsWord(byte: number): boolean {
  return byte <= SPACE || byte === BYTE.comma || byte === BYTE.closeList || byte === BYTE.closeObject
}

function createStringEnd(): FindEnd {
  let opened = false
  let escaped = false
  return (bytes, from) => {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i]
      if (escaped) escaped = false
      else if (byte === BYTE.backslash) escaped = true
      else if (byte !== BYTE.quote) continue
      else if (opened) return i + 1
      else opened = true
    }
    return -1
  }
}

/** Counts brackets outside strings: enough to find the end, if it is JSON; whether it is, the parser tells. */
function createObjectEnd(cursor: Cursor): FindEnd {
  let depth = 0
  let inString = false
  let escaped = false
  return (bytes, from) => {
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BYTE.backslash) escaped = true
        else if (byte === BYTE.quote) inString = false
      } else if (byte === BYTE.quote) inString = true
      else if (byte === BYTE.openObject || byte === BYTE.openList) {
        if (++depth > DEEPEST) throw tooDeep(cursor)
      } else if (byte === BYTE.closeObject || byte === BYTE.closeList) {
        if (--depth === 0) return i + 1
      } else if (byte === LF) cursor.line++
    }
    return -1
  }
}

function tooDeep({ line }: Cursor): DocumentFault {
  return new DocumentFault(`is nested deeper than ${DEEPEST} in line ${line}`)
}
