/** Lines of JSON objects, from bytes: strict UTF-8, every line an object, its number known. */
import { isUtf8 } from 'node:buffer'
import { describeValue } from '../../core/text/describe.ts'
import { type JsonFault, parseJson } from '../../core/text/json.ts'

export type JsonObject = Record<string, unknown>

/** No whole request may be longer, so no row need be: a missing line break shows before it eats the memory. */
export const LONGEST_LINE = 10 * 1024 * 1024

/** Why the lines cannot be read on. */
export interface LineFault {
  /** `torn` is the last line, broken off; `refused` is what `take` found. */
  readonly kind: 'bytes' | 'json' | 'object' | 'long' | 'torn' | 'refused'
  /** From 1. */
  readonly line: number
  /** To follow the place: `is no JSON: it ends too early`. Never a piece of the line. */
  readonly says: string
}

export interface NdjsonOptions {
  /** Takes each object with the number of its line. A text that it returns ends the reading: what is wrong with it. */
  take(object: JsonObject, line: number): string | undefined
  /** Bytes of the longest line, more than those of one piece. Default: `LONGEST_LINE`. */
  readonly longest?: number
}

export interface NdjsonReader {
  /** Takes the lines that these bytes complete. After a fault nothing more may be written. */
  write(bytes: Buffer): LineFault | undefined
  /** Takes what stands after the last line break. */
  end(): LineFault | undefined
}

const LF = 10
const MARKS: readonly (readonly [string, Buffer])[] = [
  ['UTF-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['UTF-16', Buffer.from([0xff, 0xfe])],
  ['UTF-16', Buffer.from([0xfe, 0xff])],
]

/**
 * Empty lines are skipped, CRLF ends a line like LF, and a mark of UTF-8 before the first line is none of its letters.
 * The bytes of a line that is not finished yet are held; it may be split within a character.
 */
export function createNdjsonReader({ take, longest = LONGEST_LINE }: NdjsonOptions): NdjsonReader {
  let held: Buffer[] = []
  let heldBytes = 0
  let line = 1
  let fresh = true

  function readLines(bytes: Buffer): LineFault | undefined {
    const mark = fresh ? markOf(bytes) : undefined
    if (mark !== undefined && mark !== 'UTF-8') return { kind: 'bytes', line, says: `is ${mark}, not UTF-8` }
    fresh = false
    if (!isUtf8(bytes)) return bytesFault(bytes)
    const text = bytes.toString('utf8', mark === undefined ? 0 : 3)
    for (let from = 0; from < text.length; line++) {
      const next = text.indexOf('\n', from)
      const to = next === -1 ? text.length : next
      const fault = readLine(text.slice(from, to))
      if (fault !== undefined) return fault
      from = to + 1
    }
    return undefined
  }
  function readLine(text: string): LineFault | undefined {
    const result = parseJson(text)
    if ('fault' in result) return isBlank(text) ? undefined : { kind: 'json', line, says: sayFault(text, result.fault) }
    if (!isObject(result.value)) {
      return { kind: 'object', line, says: `is ${describeValue(result.value)}, not a JSON object` }
    }
    const refusal = take(result.value, line)
    return refusal === undefined ? undefined : { kind: 'refused', line, says: refusal }
  }
  function bytesFault(bytes: Buffer): LineFault {
    let from = 0
    for (let to = bytes.indexOf(LF); to !== -1 && isUtf8(bytes.subarray(from, to)); to = bytes.indexOf(LF, from)) {
      from = to + 1
      line++
    }
    return { kind: 'bytes', line, says: 'is not UTF-8' }
  }
  function hold(bytes: Buffer): void {
    if (bytes.length > 0) held.push(bytes)
    heldBytes += bytes.length
  }
  function release(bytes: Buffer): Buffer {
    const whole = held.length === 0 ? bytes : Buffer.concat([...held, bytes])
    held = []
    heldBytes = 0
    return whole
  }
  return {
    write(bytes) {
      const first = bytes.indexOf(LF)
      if (heldBytes + (first === -1 ? bytes.length : first) > longest) {
        return { kind: 'long', line, says: `is longer than ${longest} bytes: a line break is missing` }
      }
      const end = bytes.lastIndexOf(LF) + 1
      const whole = end === 0 ? undefined : release(bytes.subarray(0, end))
      hold(bytes.subarray(end))
      return whole === undefined ? undefined : readLines(whole)
    },
    end() {
      const fault = readLines(release(Buffer.alloc(0)))
      const isTorn = fault?.kind === 'json' || fault?.kind === 'bytes'
      return isTorn ? { ...fault, kind: 'torn', says: `breaks off: it ${fault.says}` } : fault
    },
  }
}

function markOf(bytes: Buffer): string | undefined {
  return MARKS.find(([, mark]) => bytes.subarray(0, mark.length).equals(mark))?.[0]
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBlank(text: string): boolean {
  return /^[ \t\r]*$/.test(text)
}

function sayFault(text: string, { says, column }: JsonFault): string {
  if (text.includes('\0')) return 'has a zero byte: it is damaged, or no text at all'
  return `is no JSON: ${says}${column === undefined ? '' : ` in column ${column}`}`
}
