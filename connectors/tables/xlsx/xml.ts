/** XML as it streams by: elements and text, names without their prefix. */
import { StringDecoder } from 'node:string_decoder'
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
  const decoder = new StringDecoder('utf8')
  for await (const piece of pieces) {
    parser.write(decoder.write(piece))
    if (fault !== undefined) throw brokenXml()
    yield
  }
  parser.write(decoder.end()).close()
  if (fault !== undefined) throw brokenXml()
}

/** Reads a small document to its end. */
export async function readXml(pieces: AsyncIterable<Buffer>, events: XmlEvents): Promise<void> {
  for await (const _ of parseXml(pieces, events));
}

/** The parser's own message quotes the text. */
function brokenXml(): Error {
  return new Error('it is no well-formed XML')
}

function local(name: string): string {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}
