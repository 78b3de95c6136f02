/** As much of BER as LDAP needs: definite lengths, tags of one byte. For the scripted LDAP server of the tests. */

export interface Element {
  readonly tag: number
  readonly content: Buffer
}

export const TAG = { boolean: 0x01, integer: 0x02, text: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 } as const

export function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content])
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = Buffer.alloc(5)
  bytes[0] = 0x84
  bytes.writeUInt32BE(length, 1)
  return bytes
}

export function text(value: string | Uint8Array, tag: number = TAG.text): Buffer {
  return element(tag, typeof value === 'string' ? Buffer.from(value) : Buffer.from(value))
}

export function integer(value: number, tag: number = TAG.integer): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return element(tag, bytes)
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return element(TAG.sequence, ...parts)
}

export function integerOf({ content }: Element): number {
  return content.length === 0 ? 0 : content.readIntBE(0, content.length)
}

export function textOf({ content }: Element): string {
  return content.toString('utf8')
}

/** The elements that follow one another in `bytes`. */
export function elementsOf(bytes: Buffer): Element[] {
  const found: Element[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const next = takeElement(rest)
    if (next === undefined) throw new Error('an element of a message is cut off')
    found.push(next.element)
    rest = next.rest
  }
  return found
}

/** The first element of `bytes`; undefined when it has not arrived whole. */
export function takeElement(bytes: Buffer): { element: Element; rest: Buffer } | undefined {
  const [tag, first] = bytes
  if (tag === undefined || first === undefined) return undefined
  const extra = first < 0x80 ? 0 : first & 0x7f
  if (bytes.length < 2 + extra) return undefined
  const length = extra === 0 ? first : bytes.readUIntBE(2, extra)
  const end = 2 + extra + length
  if (bytes.length < end) return undefined
  return { element: { tag, content: bytes.subarray(2 + extra, end) }, rest: bytes.subarray(end) }
}
