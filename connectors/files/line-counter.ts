import type { Encoding } from './encoding.ts'

const LF = 10
const CR = 13

export interface LineCounter {
  /** Counts the line ends in the next bytes of the file. */
  add(bytes: Buffer): void
  /** The line, from 1, in which the file goes on after `bytes`, which are not added. */
  lineAfter(bytes: Buffer): number
}

interface Count {
  readonly line: number
  readonly previous: number
}

/** Counts lines as text is read, so that an error can name one. LF, CRLF and CR end a line. */
export function createLineCounter(encoding: Encoding): LineCounter {
  const unit = encoding === 'utf-16le' ? 'le' : encoding === 'utf-16be' ? 'be' : 'byte'
  let state: Count = { line: 1, previous: 0 }
  let half: Buffer = Buffer.alloc(0)
  return {
    add(bytes) {
      const joined = half.length === 0 ? bytes : Buffer.concat([half, bytes])
      state = count(joined, state, unit)
      half = unit === 'byte' || joined.length % 2 === 0 ? Buffer.alloc(0) : joined.subarray(-1)
    },
    lineAfter: (bytes) => count(half.length === 0 ? bytes : Buffer.concat([half, bytes]), state, unit).line,
  }
}

function count(bytes: Buffer, from: Count, unit: 'byte' | 'le' | 'be'): Count {
  let { line, previous } = from
  const step = unit === 'byte' ? 1 : 2
  for (let i = 0; i + step <= bytes.length; i += step) {
    const first = bytes[i] ?? 0
    const second = unit === 'byte' ? 0 : (bytes[i + 1] ?? 0)
    const char = unit === 'be' ? first * 256 + second : first + second * 256
    if (char === CR || (char === LF && previous !== CR)) line++
    previous = char
  }
  return { line, previous }
}
