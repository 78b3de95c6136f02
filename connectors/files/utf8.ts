import { isUtf8 } from 'node:buffer'
import type { Decoder, TextFault } from './decoder.ts'

/** Passes bytes on as they are while they are strict UTF-8. A character may be split between two pieces. */
export function createUtf8Check(start: number): Decoder {
  let offset = start
  let carry: Buffer = Buffer.alloc(0)
  return (bytes, last) => {
    const joined = carry.length === 0 ? bytes : Buffer.concat([carry, bytes])
    const tail = last ? 0 : splitTail(joined)
    const whole = joined.subarray(0, joined.length - tail)
    if (!isUtf8(whole)) return utf8Fault(whole, offset, last)
    const zero = whole.indexOf(0)
    if (zero !== -1) return { kind: 'zero', offset: offset + zero }
    offset += whole.length
    carry = joined.subarray(joined.length - tail)
    return whole
  }
}

function utf8Fault(bytes: Buffer, start: number, last: boolean): TextFault {
  const at = firstInvalid(bytes)
  if (last && at >= bytes.length - 3 && splitTail(bytes.subarray(at)) === bytes.length - at) {
    return { kind: 'cut', offset: start + at }
  }
  return { kind: 'bytes', offset: start + at, sample: bytes.subarray(at) }
}

/** Index of the first byte that begins no whole, valid character. */
function firstInvalid(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0)
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return at
}

/** Bytes at the end that begin a character whose rest has not come yet: 0 to 3. */
function splitTail(bytes: Buffer): number {
  for (let tail = 1; tail <= 3 && tail <= bytes.length; tail++) {
    const byte = bytes[bytes.length - tail] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return sequenceLength(byte) > tail ? tail : 0
  }
  return 0
}

/** How many bytes the character has that begins so; 0 when none begins so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2) return 0
  if (first < 0xe0) return 2
  if (first < 0xf0) return 3
  return first < 0xf5 ? 4 : 0
}
