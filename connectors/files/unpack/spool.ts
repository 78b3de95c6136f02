/** Bytes that must lie in a file of this machine for a while, because somebody jumps about in them or must see them all first. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatorError } from '../../../core/errors.ts'
import { errnoOf, fileFailure } from '../failure.ts'

export interface Spooled {
  readonly path: string
  pieces(signal: AbortSignal): AsyncGenerator<Buffer, void, void>
  /** Removes the file, and the folder when it was the last one in it. */
  close(): Promise<void>
}

const PIECE = 64 * 1024

/**
 * Writes all pieces to a new file that only this user may read.
 * @param folder made when it is not there
 */
export async function spool(pieces: AsyncIterable<Uint8Array>, folder: string): Promise<Spooled> {
  const path = join(folder, `${randomUUID()}.spool`)
  const close = async (): Promise<void> => {
    await rm(path, { force: true })
    await rmdir(folder).catch(() => undefined)
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw unwritable(folder, error)
    })
    await write(pieces, path)
  } catch (error) {
    // The first failure is the one to tell.
    await close().catch(() => undefined)
    throw error
  }
  return { path, pieces: (signal) => readBack(path, signal), close }
}

async function write(pieces: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    throw unwritable(path, error)
  })
  try {
    for await (const piece of pieces) await writeAll(handle, piece, path)
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, piece: Uint8Array, path: string): Promise<void> {
  let written = 0
  try {
    while (written < piece.length) written += (await handle.write(piece, written)).bytesWritten
  } catch (error) {
    throw unwritable(path, error)
  }
}

function unwritable(path: string, cause: unknown): OperatorError {
  return new OperatorError(
    'scratch-unwritable',
    `a copy cannot be written to ${path} (${errnoOf(cause) ?? 'unknown'})`,
    {
      hint: 'Whoever runs this machine must make room on the disk of the state folder, or permit writing there.',
      cause,
    },
  )
}

async function* readBack(path: string, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  const stream = createReadStream(path, { highWaterMark: PIECE })
  try {
    for await (const piece of stream) {
      signal.throwIfAborted()
      yield piece as Buffer
    }
  } catch (error) {
    signal.throwIfAborted()
    throw fileFailure(path, error)
  } finally {
    stream.destroy()
  }
}
