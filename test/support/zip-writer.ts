import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  readonly name: string
  readonly content: string | Uint8Array
}

/** A zip archive as most programs write it: deflated, with sizes in the local headers. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of files) {
    const plain = Buffer.from(content)
    const packed = deflateRawSync(plain)
    const title = Buffer.from(name)
    const facts = factsOf(plain, packed, title)
    const local = Buffer.concat([uint32(0x04034b50), facts, title, packed])
    directory.push(centralOf(facts, title, offset))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const count = uint16(files.length)
  const end = [uint32(0x06054b50), uint32(0), count, count, uint32(central.length), uint32(offset), uint16(0)]
  return Buffer.concat([...parts, central, ...end])
}

/** What local header and table of contents have in common: from "version needed" to the lengths. */
function factsOf(plain: Buffer, packed: Buffer, title: Buffer): Buffer {
  return Buffer.concat([
    uint16(20),
    uint16(0x800),
    uint16(8),
    uint32(0),
    uint32(crc32(plain)),
    uint32(packed.length),
    uint32(plain.length),
    uint16(title.length),
    uint16(0),
  ])
}

function centralOf(facts: Buffer, title: Buffer, offset: number): Buffer {
  const rest = [uint16(0), uint16(0), uint16(0), uint32(0), uint32(offset)]
  return Buffer.concat([uint32(0x02014b50), uint16(20), facts, ...rest, title])
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
