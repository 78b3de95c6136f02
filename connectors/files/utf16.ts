import type { Decoder } from './decoder.ts'

/** UTF-16 to UTF-8, strictly: a half pair, or an odd byte at the end, is a fault and not a question mark. */
export function createUtf16Decoder(bigEndian: boolean, start: number): Decoder {
  let offset = start
  let carry: Buffer = Buffer.alloc(0)
  return (bytes, last) => {
    const joined = Buffer.concat([carry, bytes])
    const whole = joined.subarray(0, joined.length - (joined.length % 2))
    if (bigEndian) whole.swap16()
    const text = whole.toString('utf16le')
    const held = last ? 0 : trailingHalfPair(text)
    const done = held === 0 ? text : text.slice(0, -1)
    const lone = done.search(/\p{Surrogate}/u)
    if (last && (joined.length % 2 === 1 || (lone !== -1 && lone === done.length - 1 && isHigh(done, lone)))) {
      return { kind: 'cut', offset: offset + joined.length - 1 }
    }
    if (lone !== -1) return { kind: 'bytes', offset: offset + lone * 2, sample: joined.subarray(lone * 2) }
    const zero = done.indexOf('\0')
    if (zero !== -1) return { kind: 'zero', offset: offset + zero * 2 }
    offset += done.length * 2
    carry = joined.subarray(done.length * 2)
    // What is carried goes through the swap again with the next piece.
    if (bigEndian && held === 1) carry.subarray(0, 2).swap16()
    return Buffer.from(done, 'utf8')
  }
}

function trailingHalfPair(text: string): 0 | 1 {
  return text !== '' && isHigh(text, text.length - 1) ? 1 : 0
}

function isHigh(text: string, index: number): boolean {
  const unit = text.charCodeAt(index)
  return unit >= 0xd800 && unit <= 0xdbff
}
