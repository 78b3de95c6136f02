/** One file on its way to rows: its stored bytes are counted and hashed, unpacked, and handed to a reader. */
import { createHash } from 'node:crypto'
import type { CheckContext } from '../../core/connector.ts'
import type { Log } from '../../core/log.ts'
import type { FoundFile } from './find.ts'
import type { FileOptions } from './options.ts'
import type { OpenFile } from './places/place.ts'
import { limited, parseLimit } from './unpack/limit.ts'
import { spool } from './unpack/spool.ts'
import { type Unpacked, unpack } from './unpack/unpack.ts'

export interface FileBody {
  /** For places: `people.csv`. */
  readonly name: string
  /** The bytes, unpacked, to the end; to be asked for once. */
  readonly pieces: AsyncIterable<Buffer>
  /** Instead of `pieces`, for readers that jump about in a file: its bytes, unpacked, in a file of this machine. */
  openLocal(): Promise<LocalFile>
  readonly log: Log
  readonly signal: AbortSignal
  /** To be told the columns as soon as they are known. */
  announce(names: readonly string[]): void
}

export interface LocalFile {
  readonly path: string
  /** Removes it, when it is a copy. */
  close(): Promise<void>
}

/** What kind of files a connector reads. */
export interface FileKind {
  /** `keep` where a zip archive is a document of its own, as a workbook is. Default: a zip archive is opened. */
  readonly archives?: 'open' | 'keep'
}

export interface BodyInput {
  readonly file: FoundFile
  /** The last part of the file's path. */
  readonly baseName: string
  readonly open: OpenFile
  readonly context: CheckContext<FileOptions>
  readonly kind: FileKind
  announce(names: readonly string[]): void
  onBytes?(bytes: number): void
}

export interface OpenBody {
  readonly body: FileBody
  /** Reads on to the end what the reader left, so that every checksum is seen. */
  finish(): Promise<void>
  /** Ends everything that is under way. */
  close(): Promise<void>
  /** What is known of the stored bytes when all have been read; undefined when they have not. */
  whole(): WholeFile | undefined
}

export interface WholeFile {
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
  /** How it was packed, from the outside in. */
  readonly layers: readonly string[]
}

export function openBody(input: BodyInput): OpenBody {
  const { file, open, context, announce } = input
  const { log, signal, scratch } = context
  const stored = watch(open.pieces(signal), (bytes) => input.onBytes?.(bytes))
  let unpacking: Promise<Unpacked> | undefined
  const unpacked = (): Promise<Unpacked> => {
    unpacking ??= start(input, stored.pieces)
    return unpacking
  }
  async function* unpackedPieces(): AsyncGenerator<Buffer, void, void> {
    yield* (await unpacked()).pieces
  }
  const pieces = unpackedPieces()
  let layers: readonly string[] = []

  async function openLocal(): Promise<LocalFile> {
    const packedIn = (await unpacked()).layers
    if (open.localPath === undefined || packedIn.length > 0) {
      return spool(limited(pieces, parseLimit(context.options.maxUnpacked), file.name), scratch)
    }
    // All bytes are read in any case: their hash is part of the proof.
    for await (const _ of pieces);
    return { path: open.localPath, close: () => Promise.resolve() }
  }

  return {
    body: { name: file.name, pieces, openLocal, log, signal, announce },
    async finish() {
      for await (const _ of pieces);
      layers = (await unpacked()).layers
    },
    async close() {
      await pieces.return()
      await stored.pieces.return()
    },
    whole() {
      const { bytes, sha256, isWhole } = stored.state()
      return isWhole ? { bytes, sha256, layers } : undefined
    },
  }
}

function start(
  { file, baseName, open, context, kind }: BodyInput,
  pieces: AsyncGenerator<Buffer, void, void>,
): Promise<Unpacked> {
  const { options, log, signal, scratch } = context
  const { localPath } = open
  const { archives = 'open' } = kind
  return unpack({ name: file.name, baseName, pieces, localPath, options, archives, scratch, log, signal })
}

interface Watched {
  readonly pieces: AsyncGenerator<Buffer, void, void>
  state(): { readonly bytes: number; readonly sha256: string; readonly isWhole: boolean }
}

function watch(source: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): Watched {
  const hash = createHash('sha256')
  let bytes = 0
  let isWhole = false
  let sha256 = ''
  async function* watched(): AsyncGenerator<Buffer, void, void> {
    for await (const piece of source) {
      hash.update(piece)
      bytes += piece.length
      onBytes(piece.length)
      yield piece
    }
    isWhole = true
    sha256 = hash.digest('hex')
  }
  return { pieces: watched(), state: () => ({ bytes, sha256, isWhole }) }
}
