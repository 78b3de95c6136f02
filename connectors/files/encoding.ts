/** How the bytes of a text file become UTF-8: strictly, since a letter read wrongly becomes somebody's name. */
import iconv from 'iconv-lite'
import type { Decoder } from './decoder.ts'
import { createUtf16Decoder } from './utf16.ts'
import { createUtf8Check } from './utf8.ts'

export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'latin1',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'cp437',
  'cp850',
  'macroman',
] as const

export type Encoding = (typeof ENCODINGS)[number]

export interface Detected {
  readonly encoding: Encoding
  /** Length of the byte order mark. */
  readonly skip: number
}

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/** A byte order mark says more than a configuration does; without one it is the encoding named, or UTF-8. */
export function detectEncoding(head: Buffer, named: Encoding | undefined): Detected {
  for (const [encoding, mark] of MARKS) {
    if (mark.every((byte, i) => head[i] === byte)) return { encoding, skip: mark.length }
  }
  return { encoding: named ?? 'utf-8', skip: 0 }
}

/** A decoder for bytes that begin at `start` in the file. */
export function createDecoder(encoding: Encoding, start: number): Decoder {
  switch (encoding) {
    case 'utf-8':
      return createUtf8Check(start)
    case 'utf-16le':
    case 'utf-16be':
      return createUtf16Decoder(encoding === 'utf-16be', start)
    default:
      return createSingleByteDecoder(encoding, start)
  }
}

function createSingleByteDecoder(encoding: Encoding, start: number): Decoder {
  let offset = start
  return (bytes) => {
    const zero = bytes.indexOf(0)
    if (zero !== -1) return { kind: 'zero', offset: offset + zero }
    const text = iconv.decode(bytes, encoding, { stripBOM: false })
    // Latin-1 has control characters where Windows-1252 has the euro and curly quotes; no export means the former.
    const wrong = text.search(encoding === 'latin1' ? /[\u0080-\u009f]/ : /\ufffd/)
    if (wrong !== -1) return { kind: 'bytes', offset: offset + wrong, sample: bytes.subarray(wrong) }
    offset += bytes.length
    return Buffer.from(text, 'utf8')
  }
}
