import { OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { TextFault } from './decoder.ts'
import { createDecoder, detectEncoding, type Encoding } from './encoding.ts'
import { createLineCounter } from './line-counter.ts'
import { foreignFormat, type TextKind, unmarkedUtf16 } from './signature.ts'
import { explainFault } from './text-fault.ts'

export interface TextOptions {
  /** Of the file, for people. */
  readonly name: string
  /** What the text should be. */
  readonly kind: TextKind
  /** What the configuration says; undefined for UTF-8. */
  readonly encoding: Encoding | undefined
  readonly log: Log
}

export interface TextEnd {
  /** Evidence that the file ends too early. */
  readonly cut?: string
}

/**
 * A file's text as UTF-8, without its byte order mark, piece by piece; a character may be split between two.
 * @throws OperatorError when it is no text, or text in another encoding: with the byte and the line
 */
export async function* readText(
  pieces: AsyncIterable<Buffer>,
  options: TextOptions,
): AsyncGenerator<Buffer, TextEnd, void> {
  let text: Text | undefined
  for await (const piece of pieces) {
    text ??= openText(piece, options)
    const decoded = text.take(piece)
    if (!Buffer.isBuffer(decoded)) return decoded
    if (decoded.length > 0) yield decoded
  }
  const rest = text?.end() ?? Buffer.alloc(0)
  if (!Buffer.isBuffer(rest)) return rest
  if (rest.length > 0) yield rest
  return {}
}

interface Text {
  take(piece: Buffer): Buffer | TextEnd
  end(): Buffer | TextEnd
}

function openText(head: Buffer, options: TextOptions): Text {
  const { encoding, skip } = inspectHead(head, options)
  const decode = createDecoder(encoding, skip)
  const lines = createLineCounter(encoding)
  let read = 0

  function explain(fault: TextFault, piece: Buffer): TextEnd {
    const line = lines.lineAfter(piece.subarray(0, Math.max(0, fault.offset - read)))
    const explained = explainFault(fault, { name: options.name, encoding, line })
    if (typeof explained === 'string') return { cut: explained }
    throw explained
  }
  return {
    take(piece) {
      const decoded = decode(read === 0 ? piece.subarray(skip) : piece, false)
      if (!Buffer.isBuffer(decoded)) return explain(decoded, piece)
      lines.add(piece)
      read += piece.length
      return decoded
    },
    end() {
      const decoded = decode(Buffer.alloc(0), true)
      return Buffer.isBuffer(decoded) ? decoded : explain(decoded, Buffer.alloc(0))
    },
  }
}

interface Head {
  readonly encoding: Encoding
  /** Length of the byte order mark. */
  readonly skip: number
}

function inspectHead(head: Buffer, { name, kind, encoding, log }: TextOptions): Head {
  const foreign = foreignFormat(head, kind)
  if (foreign !== undefined) {
    throw new OperatorError('file-format', `${name} is no ${kind}: it is ${foreign}`, {
      hint: 'Deliver the export as plain text; renaming a file does not convert it.',
    })
  }
  const detected = detectEncoding(head, encoding)
  const unmarked = detected.encoding === 'utf-8' ? unmarkedUtf16(head) : undefined
  if (unmarked !== undefined) {
    throw new OperatorError('file-encoding', `${name} looks like UTF-16 without a byte order mark`, {
      hint: `Set \`encoding: ${unmarked}\`, or export as UTF-8.`,
    })
  }
  if (encoding !== undefined && encoding !== detected.encoding) {
    log.warn('the byte order mark of the file contradicts the configured encoding, and wins', {
      file: name,
      configured: encoding,
      found: detected.encoding,
    })
  }
  return detected
}
