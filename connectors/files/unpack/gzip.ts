import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { OperatorError } from '../../../core/errors.ts'
import { errnoOf } from '../failure.ts'
import type { Packed } from './packed.ts'

const PIECE = 64 * 1024

/** Members one after another, to the end of the last: its checksum and length agree, and nothing follows it. */
export async function* unpackGzip({ name, pieces, signal }: Packed): AsyncGenerator<Buffer, void, void> {
  const gunzip = createGunzip({ chunkSize: PIECE })
  let bytes = 0
  let failure: Error | undefined
  async function* watched(): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const piece of pieces) {
        bytes += piece.length
        yield piece
      }
    } catch (error) {
      failure = error as Error
      throw error
    }
  }
  // What it fails with is an error of the source or of the gunzip, and those are seen below.
  const pump = pipeline(watched(), gunzip, { signal }).catch(() => undefined)
  try {
    for await (const piece of gunzip) yield piece as Buffer
    await pump
    const surplus = bytes - gunzip.bytesWritten
    if (surplus > 0) throw surplusAt(name, surplus)
  } catch (error) {
    signal.throwIfAborted()
    throw failure ?? explained(name, error)
  } finally {
    gunzip.destroy()
    await pump
  }
}

function explained(name: string, error: unknown): unknown {
  const code = errnoOf(error)
  if (code === 'Z_BUF_ERROR') {
    return new OperatorError('archive-cut', `${name} ends before its gzip archive does: it was cut off`, {
      hint: 'Deliver it again, under another name that is changed when it is whole.',
      cause: error,
    })
  }
  if (code?.startsWith('Z_') !== true) return error
  return new OperatorError('archive-damaged', `${name} is a damaged gzip archive (${code})`, {
    hint: 'It was changed on its way, or other bytes follow its end: deliver it again.',
    cause: error,
  })
}

function surplusAt(name: string, bytes: number): OperatorError {
  return new OperatorError('archive-damaged', `${name} has ${bytes} bytes after the end of its gzip archive`, {
    hint: 'What follows may be the rest of a longer export: deliver it again.',
  })
}
