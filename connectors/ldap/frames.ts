/** Splits what a server sends into LDAP messages. */

/** Where one message lies. `text` is all of `bytes` in Latin-1, so that plain ASCII is cut out of it without decoding. */
export interface Frame {
  readonly bytes: Buffer
  readonly text: string
  /** First byte of the content, behind tag and length. */
  readonly start: number
  /** Behind its last byte. */
  readonly end: number
}

export interface Framer {
  /** @throws NotLdap when the bytes cannot be LDAP */
  push(chunk: Buffer): void
}

/** What was received is no LDAP message. */
export class NotLdap extends Error {}

const SEQUENCE = 0x30
/** No directory sends a single entry as large as this; a length beyond it is noise. */
const LARGEST = 256 * 1024 * 1024

/** @param onFrame called for each whole message, in order; what it throws, `push` throws */
export function createFramer(onFrame: (frame: Frame) => void): Framer {
  let chunks: Buffer[] = []
  let size = 0
  let wanted = 0

  function consume(bytes: Buffer): void {
    const text = bytes.toString('latin1')
    let at = 0
    for (;;) {
      const content = contentOf(bytes, at)
      wanted = content === undefined ? 0 : content.end - at
      if (content === undefined || content.end > bytes.length) break
      onFrame({ bytes, text, ...content })
      at = content.end
    }
    chunks = at === bytes.length ? [] : [bytes.subarray(at)]
    size = bytes.length - at
  }
  return {
    push(chunk) {
      chunks.push(chunk)
      size += chunk.length
      // A long message comes in many chunks, which are joined once, when it is whole.
      if (size < wanted) return
      const [only] = chunks
      consume(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size))
    },
  }
}

interface Content {
  readonly start: number
  readonly end: number
}

/** The content of the message that starts at `at`; undefined while its length is not yet known. */
function contentOf(bytes: Buffer, at: number): Content | undefined {
  if (at >= bytes.length) return undefined
  if (bytes[at] !== SEQUENCE) throw new NotLdap(`a message begins with byte 0x${bytes.toString('hex', at, at + 1)}`)
  const first = bytes[at + 1]
  if (first === undefined) return undefined
  if (first < 0x80) return { start: at + 2, end: at + 2 + first }
  const width = first & 0x7f
  if (width === 0 || width > 6) throw new NotLdap('a message has no definite length')
  const start = at + 2 + width
  if (start > bytes.length) return undefined
  const length = bytes.readUIntBE(at + 2, width)
  if (length > LARGEST) throw new NotLdap(`a message claims to have ${length} bytes`)
  return { start, end: start + length }
}

export interface OpenedMessage {
  readonly id: number
  readonly tag: number
  /** Content of the operation, without its tag and length. */
  readonly start: number
  readonly end: number
}

/** Number and operation of a message (RFC 4511, 4.1.1). */
export function openMessage({ bytes, start, end }: Frame): OpenedMessage {
  const idLength = bytes[start + 1] ?? 0
  if (bytes[start] !== 0x02 || idLength === 0 || idLength > 4) throw new NotLdap('a message has no number')
  const id = bytes.readUIntBE(start + 2, idLength)
  const at = start + 2 + idLength
  const first = bytes[at + 1] ?? 0
  const width = first < 0x80 ? 0 : first & 0x7f
  if (width > 6) throw new NotLdap('an operation has no definite length')
  const length = width === 0 ? first : bytes.readUIntBE(at + 2, width)
  const content = at + 2 + width
  if (content + length > end) throw new NotLdap('an operation is longer than its message')
  return { id, tag: bytes[at] ?? 0, start: content, end: content + length }
}
