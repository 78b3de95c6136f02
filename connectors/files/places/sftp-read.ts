import type { Session } from './sftp-session.ts'

/** What every server gives in one answer. */
const PIECE = 32 * 1024
/** Pieces that are asked for ahead: together 2 MiB, so that a far server is not waited for at every piece. */
const AHEAD = 64

interface Reading {
  readonly session: Session
  readonly handle: Buffer
  /** Bytes that the file is said to have; undefined where the server does not say. */
  readonly size: number | undefined
  readonly signal: AbortSignal
}

/** The bytes of an open file in order, to where the server says that it ends. */
export async function* readAhead(reading: Reading): AsyncGenerator<Buffer, void, void> {
  const { size = Number.POSITIVE_INFINITY, signal } = reading
  const asked: Promise<Buffer>[] = []
  let next = 0
  for (;;) {
    // Beyond the size only one question is open at a time: the one that is answered with the end.
    while (asked.length === 0 || (asked.length < AHEAD && next < size)) {
      const piece = readFully(reading, next)
      // When one fails the others do, and nobody waits for them any more.
      piece.catch(() => undefined)
      asked.push(piece)
      next += PIECE
    }
    signal.throwIfAborted()
    const piece = await asked.shift()
    if (piece === undefined || piece.length === 0) return
    yield piece
    if (piece.length < PIECE) return
  }
}

/** A full piece, or what there is before the end: servers may answer with less than was asked for. */
async function readFully({ session, handle }: Reading, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE)
  let filled = 0
  while (filled < PIECE) {
    const read = await session.ask<number>((sftp, done) => {
      sftp.read(handle, buffer, filled, PIECE - filled, position + filled, done)
    })
    if (read === 0) break
    filled += read
  }
  return buffer.subarray(0, filled)
}
