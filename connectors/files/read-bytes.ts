import type { Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { fileFailure, notAFile } from './failure.ts'
import { type Fingerprint, fingerprintOf } from './stable.ts'

/** Small enough to notice an abort at once, large enough that waiting for the disk does not show. */
export const PIECE = 64 * 1024

export interface OpenFile {
  readonly handle: FileHandle
  readonly opened: Fingerprint
}

/** @throws OperatorError when it is missing, forbidden, a folder, a pipe or a device */
export async function openFile(path: string): Promise<OpenFile> {
  // Without O_NONBLOCK (which Windows lacks) opening a pipe would wait for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw fileFailure(path, error)
  })
  try {
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'folder' : 'special')
    return { handle, opened: fingerprintOf(stats) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export interface ReadOptions {
  readonly path: string
  readonly signal: AbortSignal
  /** Fed with every byte that is read. */
  readonly hash?: Hash
}

/** The file's bytes to its end, in full pieces but for the last. */
export async function* readPieces(handle: FileHandle, options: ReadOptions): AsyncGenerator<Buffer, void, void> {
  for (;;) {
    options.signal.throwIfAborted()
    const piece = await readPiece(handle, options.path)
    if (piece.length === 0) return
    options.hash?.update(piece)
    yield piece
  }
}

async function readPiece(handle: FileHandle, path: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE)
  let filled = 0
  try {
    while (filled < PIECE) {
      const { bytesRead } = await handle.read(buffer, filled, PIECE - filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
  } catch (error) {
    throw fileFailure(path, error)
  }
  return buffer.subarray(0, filled)
}
