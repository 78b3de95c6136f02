/** XML as it streams by: elements and text, names without their prefix. */
import { TextDecoder } from 'node:util'
import { SaxesParser } from 'saxes'

export type Attributes = Readonly<Record<string, string>>

export interface XmlEvents {
  open?(name: string, attributes: Attributes): void
  text?(text: string): void
  close?(name: string): void
}

/** Steps once for each piece of the stream, after its events; ends when the document has ended well. @throws Error */
export async function* parseXml(pieces: AsyncIterable<Buffer>, events: XmlEvents): AsyncGenerator<void, void, void> {
  const parser = new SaxesParser()
  let fault: Error | undefined
  parser.on('error', (error) => {
    fault ??= error
  })
  parser.on('opentag', ({ name, attributes }) => events.open?.(local(name), attributes))
  parser.on('text', (text) => events.text?.(text))
  parser.on('cdata', (text) => events.text?.(text))
  parser.on('closetag', ({ name }) => events.close?.(local(name)))
  let decoder: TextDecoder | undefined
  for await (const piece of pieces) {
    decoder ??= decoderOf(piece)
    parser.write(decoder.decode(piece, { stream: true }))
    if (fault !== undefined) throw brokenXml()
    yield
  }
  parser.write(decoder?.decode() ?? '').close()
  if (fault !== undefined) throw brokenXml()
}

/** Reads a small document to its end. */
export async function readXml(pieces: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  for await (const _ of parseXml(pieces, events));
}

/** Strict, since a letter read wrongly becomes somebody's name. A document in UTF-16 must begin with its mark. */
function decoderOf(head: Buffer): TextDecoder {
  const mark = head.subarray(0, 2).toString('hex')
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding, { fatal: true })
}

/** The parser's own message quotes the text. */
function brokenXml(): Error {
  return new Error('it is no well-formed XML')
}

function local(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}
