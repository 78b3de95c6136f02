/** One entry of a search, taken from the wire. */
import { type Frame, NotLdap } from './frames.ts'

/** Text, or bytes for attributes that were declared to hold bytes. */
export type Value = string | Buffer

export interface Attribute {
  /** As the server spells it, with options: `objectGUID`, `member;range=0-1499`. */
  readonly type: string
  readonly values: readonly Value[]
}

export interface Entry {
  readonly dn: string
  readonly attributes: readonly Attribute[]
}

/** Whether the values of an attribute, as the server spells it, are bytes. */
export type HoldsBytes = (type: string) => boolean

interface Reader extends Frame {
  at: number
}

const OCTETS = 0x04
const SEQUENCE = 0x30
const SET = 0x31

/** Reads SearchResultEntries (RFC 4511, 4.5.2), of which `start` is behind tag and length. */
export type EntryReader = (frame: Frame) => Entry

interface AttributeType {
  readonly name: string
  readonly bytes: Buffer
  readonly asBytes: boolean
}

/**
 * A reader for the entries of one search. What is bytes is decided by name and never by what the bytes look like.
 * Entries of a search mostly have the same attributes in the same order: a name that stands where it stood in an entry
 * before is only compared.
 */
export function createEntryReader(holdsBytes: HoldsBytes): EntryReader {
  const types = new Map<string, AttributeType>()
  const usual: AttributeType[] = []

  function knownType(reader: Reader, end: number): AttributeType {
    const name = textAt(reader, end)
    const known = types.get(name)
    if (known !== undefined) return known
    const bytes = Buffer.from(reader.bytes.subarray(reader.at, end))
    const type = { name, bytes, asBytes: holdsBytes(name) }
    types.set(name, type)
    return type
  }
  function readType(reader: Reader, position: number): AttributeType {
    const end = enter(reader, OCTETS)
    let type = usual[position]
    if (type === undefined || !isAt(reader, end, type.bytes)) {
      type = knownType(reader, end)
      usual[position] = type
    }
    reader.at = end
    return type
  }
  return ({ bytes, text, start, end }) => {
    const reader: Reader = { bytes, text, start, end, at: start }
    const dn = readText(reader)
    const attributes: Attribute[] = []
    const listEnd = enter(reader, SEQUENCE)
    while (reader.at < listEnd) {
      const attributeEnd = enter(reader, SEQUENCE)
      const { name, asBytes } = readType(reader, attributes.length)
      attributes.push({ type: name, values: readValues(reader, asBytes) })
      reader.at = attributeEnd
    }
    return { dn, attributes }
  }
}

/** Whether the bytes up to `end` are these. */
function isAt({ bytes, at }: Reader, end: number, expected: Buffer): boolean {
  if (end - at !== expected.length) return false
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false
  return true
}

/** URIs of a SearchResultReference (RFC 4511, 4.5.3). */
export function readReferences(frame: Frame): readonly string[] {
  const reader = readerOf(frame)
  const uris: string[] = []
  while (reader.at < frame.end) uris.push(readText(reader))
  return uris
}

function readerOf({ bytes, text, start, end }: Frame): Reader {
  return { bytes, text, start, end, at: start }
}

/** The name of an attribute without its options, in lower case. */
export function baseName(type: string): string {
  const semicolon = type.indexOf(';')
  return (semicolon === -1 ? type : type.slice(0, semicolon)).toLowerCase()
}

function readValues(reader: Reader, asBytes: boolean): readonly Value[] {
  const values: Value[] = []
  const end = enter(reader, SET)
  while (reader.at < end) {
    const valueEnd = enter(reader, OCTETS)
    // A copy: a view would keep the whole chunk alive.
    values.push(asBytes ? Buffer.from(reader.bytes.subarray(reader.at, valueEnd)) : textAt(reader, valueEnd))
    reader.at = valueEnd
  }
  return values
}

function readText(reader: Reader): string {
  const end = enter(reader, OCTETS)
  const text = textAt(reader, end)
  reader.at = end
  return text
}

function textAt({ bytes, text, at }: Reader, end: number): string {
  for (let i = at; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return bytes.toString('utf8', at, end)
  }
  return text.substring(at, end)
}

/** Steps behind tag and length; returns where the content ends. */
function enter(reader: Reader, tag: number): number {
  const { bytes, at } = reader
  if (bytes[at] !== tag)
    throw new NotLdap(`expected tag 0x${tag.toString(16)} at byte ${at - reader.start} of an entry`)
  const first = bytes[at + 1] ?? 0
  let length = first
  let start = at + 2
  if (first >= 0x80) {
    start += first & 0x7f
    length = bytes.readUIntBE(at + 2, first & 0x7f)
  }
  const end = start + length
  if (end > reader.end) throw new NotLdap('a part of an entry is longer than the entry')
  reader.at = start
  return end
}
