/** The body of an answer: in parts as they come, or as text. */
import { OperatorError, type SyncError } from '../../core/errors.ts'
import type { LinkedSignal } from './link.ts'

export interface BodyInput {
  /** Of the request, for messages. */
  readonly name: string
  readonly response: Response
  readonly link: LinkedSignal
  /** Most bytes that are taken, after decompression. */
  readonly maxBytes: number
  /** What reading threw, as an error for people. */
  explain(error: unknown): SyncError
}

/**
 * The parts of the body as they come, decompressed. Stopping early ends the connection.
 * @throws RetryLaterError when the connection is lost; OperatorError `http-too-large`; the signal's reason
 */
export async function* readParts(input: BodyInput): AsyncGenerator<Uint8Array, void, void> {
  const { response, link, maxBytes } = input
  if (response.body === null) return link.release()
  const reader = response.body.getReader()
  let bytes = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const part = value as Uint8Array
      bytes += part.byteLength
      if (bytes > maxBytes) throw tooLarge(input)
      yield part
    }
  } catch (error) {
    throw input.explain(error)
  } finally {
    // Of no effect on a body that was read to its end: its connection serves the next request.
    link.end()
    link.release()
  }
}

/**
 * The whole body as text, by the charset of its content type, else UTF-8; a byte order mark is left out.
 * @throws OperatorError `http-charset` when the bytes are not of that charset; and as `readParts`
 */
export async function readText(
  parts: AsyncIterable<Uint8Array>,
  { name, response }: Pick<BodyInput, 'name' | 'response'>,
): Promise<string> {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'utf-8'
  const decode = decoderOf(charset, name)
  let text = ''
  for await (const part of parts) text += decode(part)
  return text + decode()
}

function decoderOf(charset: string, name: string): (part?: Uint8Array) => string {
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(charset, { fatal: true })
  } catch (cause) {
    throw new OperatorError('http-charset', `the answer to ${name} is in a charset that is not known here`, { cause })
  }
  return (part) => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true })
    } catch (cause) {
      throw new OperatorError(
        'http-charset',
        `the answer to ${name} is not the ${decoder.encoding} that it should be`,
        {
          hint: 'The system must name the charset of its text in the Content-Type, or send UTF-8.',
          cause,
        },
      )
    }
  }
}

function tooLarge({ name, maxBytes }: BodyInput): OperatorError {
  const limit = maxBytes >= 1024 ** 2 ? `${Math.floor(maxBytes / 1024 ** 2)} MiB` : `${maxBytes} bytes`
  return new OperatorError('http-too-large', `the answer to ${name} is larger than ${limit}`, {
    hint: 'Ask for smaller pages, or raise the limit if this size is right.',
  })
}
