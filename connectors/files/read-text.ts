import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { TextFault } from './decoder.ts'
import { createDecoder, detectEncoding, type Detected, type Encoding } from './encoding.ts'
import type { FoundFile } from './find.ts'
import { readPieces } from './read-bytes.ts'
import { foreignFormat, unmarkedUtf16 } from './signature.ts'
import { explainFault } from './text-fault.ts'

export interface TextOptions {
  readonly file: FoundFile
  /** What the configuration says; undefined for UTF-8. */
  readonly encoding: Encoding | undefined
  readonly signal: AbortSignal
  readonly log: Log
  readonly hash: Hash
  /** Called with the number of bytes of each piece. */
  onBytes?(bytes: number): void
}

export interface TextEnd {
  /** Of the file as it lies there. */
  readonly bytes: number
  /** Evidence that the file ends too early. */
  readonly cut?: string
}

/**
 * A file's text as UTF-8, without its byte order mark, piece by piece; a character may be split between two.
 * @throws OperatorError when it is no text, or text in another encoding: with the byte and the line
 */
export async function* readText(handle: FileHandle, options: TextOptions): AsyncGenerator<Buffer, TextEnd, void> {
  const { file, signal, hash } = options
  let bytes = 0
  let detected: Detected | undefined
  let decode = createDecoder('utf-8', 0)
  for await (const piece of readPieces(handle, { path: file.path, signal, hash })) {
    let rest = piece
    if (detected === undefined) {
      detected = inspectHead(piece, options)
      decode = createDecoder(detected.encoding, detected.skip)
      rest = piece.subarray(detected.skip)
    }
    bytes += piece.length
    const text = decode(rest, false)
    if (!Buffer.isBuffer(text)) return { bytes, cut: await evidenceOf(file, text, detected) }
    options.onBytes?.(piece.length)
    if (text.length > 0) yield text
  }
  const text = decode(Buffer.alloc(0), true)
  if (!Buffer.isBuffer(text)) return { bytes, cut: await evidenceOf(file, text, detected) }
  if (text.length > 0) yield text
  return { bytes }
}

async function evidenceOf(file: FoundFile, fault: TextFault, detected: Detected | undefined): Promise<string> {
  const explained = await explainFault(file, fault, detected?.encoding ?? 'utf-8')
  if (typeof explained === 'string') return explained
  throw explained
}

function inspectHead(head: Buffer, { file, encoding, log }: TextOptions): Detected {
  const foreign = foreignFormat(head)
  if (foreign !== undefined) {
    throw new OperatorError('file-format', `${file.name} is no CSV: it is ${foreign}`, {
      hint: 'Deliver the export as plain text; renaming a file does not convert it.',
    })
  }
  const detected = detectEncoding(head, encoding)
  const unmarked = detected.encoding === 'utf-8' ? unmarkedUtf16(head) : undefined
  if (unmarked !== undefined) {
    throw new OperatorError('file-encoding', `${file.name} looks like UTF-16 without a byte order mark`, {
      hint: `Set \`encoding: ${unmarked}\`, or export as UTF-8.`,
    })
  }
  if (encoding !== undefined && encoding !== detected.encoding) {
    log.warn('the byte order mark of the file contradicts the configured encoding, and wins', {
      file: file.name,
      configured: encoding,
      found: detected.encoding,
    })
  }
  return detected
}
