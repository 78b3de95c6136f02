/** What a file really is when it is no text table, told by its first bytes. */
const SIGNATURES: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'an Excel workbook (.xlsx) or another zip archive'],
  [[0x50, 0x4b, 0x05, 0x06], 'an empty zip archive'],
  [[0x1f, 0x8b], 'a gzip archive'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel workbook (.xls) or another Office document'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7-Zip archive'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'an xz archive'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard archive'],
  [[0xff, 0xfe, 0x00, 0x00], 'text in UTF-32'],
  [[0x00, 0x00, 0xfe, 0xff], 'text in UTF-32'],
]

/** What a text is expected to be. */
export type TextKind = 'CSV' | 'JSON'

/** A sentence's object (`a gzip archive`), or undefined when the bytes may be text of that kind. */
export function foreignFormat(head: Buffer, kind: TextKind): string | undefined {
  for (const [bytes, name] of SIGNATURES) {
    if (bytes.every((byte, i) => head[i] === byte)) return name
  }
  return markedText(head.subarray(0, 512).toString('latin1').replace(/^ï»¿/, '').trimStart(), kind)
}

/** Web pages come when a login has expired and the downloader saved what it got. */
function markedText(start: string, kind: TextKind): string | undefined {
  if (/^<(!doctype html|html|head|body|meta|table)\b/i.test(start)) return 'a web page (HTML)'
  if (/^BZh[1-9]1AY/.test(start)) return 'a bzip2 archive'
  if (start.startsWith('SQLite format 3\0')) return 'an SQLite database'
  if (/^<\?xml\b/i.test(start)) return 'an XML document'
  if (start.startsWith('-----BEGIN PGP MESSAGE-----')) return 'a PGP message'
  if (kind === 'JSON') return undefined
  return /^(\[\s*\{\s*"|\{\s*"[^"]*"\s*:)/.test(start) ? 'a JSON document' : undefined
}

/** UTF-16 without its mark shows as a zero in every other byte of plain letters. */
export function unmarkedUtf16(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const sample = head.subarray(0, 512)
  let even = 0
  let odd = 0
  for (const [i, byte] of sample.entries()) {
    if (byte === 0 && i % 2 === 0) even++
    else if (byte === 0) odd++
  }
  const most = sample.length / 4
  if (odd > most && even < odd / 10) return 'utf-16le'
  return even > most && odd < even / 10 ? 'utf-16be' : undefined
}
