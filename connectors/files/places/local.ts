/** Files on this machine, on its own disk or on a share that is mounted. */
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, parse, resolve, sep } from 'node:path'
import { MINUTE, SECOND } from '../../../core/clock.ts'
import type { OperatorError, RetryLaterError } from '../../../core/errors.ts'
import { errnoOf, fileFailure, notAFile } from '../failure.ts'
import { type Entry, expandGlob, type Folders } from './glob.ts'
import { liesOnShare, requireMounted } from './mount.ts'
import type { Fingerprint, OpenFile, Place } from './place.ts'

/** Small enough to notice an abort at once, large enough that waiting for the disk does not show. */
const PIECE = 64 * 1024

type Fail = (path: string, error: unknown) => OperatorError | RetryLaterError

/**
 * @param path absolute; decides whether a share is meant, whose clock is not ours
 * @param mountPoint what must be mounted for that; undefined when nothing must
 * @throws RetryLaterError when it is not mounted
 */
export async function openLocal(path: string, mountPoint?: string): Promise<Place> {
  if (mountPoint !== undefined) await requireMounted(mountPoint, path)
  const onShare = mountPoint !== undefined || (await liesOnShare(path))
  const fail: Fail = (where, error) => fileFailure(where, error, onShare)
  const folders = createFolders(fail)
  return {
    settleMs: onShare ? MINUTE : 2 * SECOND,
    sameClock: !onShare,
    find: (pattern) => expandGlob(pattern, folders),
    fingerprint: (file) => fingerprintLocal(file, fail),
    open: (file) => openLocalFile(file, fail),
    beside: (file, name) => resolve(dirname(file), name),
    nameOf: (file) => basename(file),
    say: (file) => file,
    close: () => Promise.resolve(),
  }
}

async function fingerprintLocal(path: string, fail: Fail): Promise<Fingerprint> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fail(path, error)
  })
  return fingerprintOf(path, stats)
}

/** @throws OperatorError when it is a folder, pipe or device */
function fingerprintOf(path: string, stats: BigIntStats): Fingerprint {
  if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'folder' : 'special')
  return { size: Number(stats.size), modifiedNs: stats.mtimeNs, identity: `${stats.dev}:${stats.ino}` }
}

async function openLocalFile(path: string, fail: Fail): Promise<OpenFile> {
  // Without O_NONBLOCK (which Windows lacks) opening a pipe would wait for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw fail(path, error)
  })
  const now = async (): Promise<Fingerprint> => {
    const stats = await handle.stat({ bigint: true }).catch((error: unknown) => {
      throw fail(path, error)
    })
    return fingerprintOf(path, stats)
  }
  try {
    return {
      opened: await now(),
      pieces: (signal) => readPieces(handle, { path, fail, signal }),
      now,
      localPath: path,
      marksEnd: true,
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

interface Reading {
  readonly path: string
  readonly fail: Fail
  readonly signal: AbortSignal
}

/** Full pieces but for the last. */
async function* readPieces(handle: FileHandle, reading: Reading): AsyncGenerator<Buffer, void, void> {
  for (;;) {
    reading.signal.throwIfAborted()
    const piece = await readPiece(handle, reading)
    if (piece.length === 0) return
    yield piece
  }
}

async function readPiece(handle: FileHandle, { path, fail }: Reading): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE)
  let filled = 0
  try {
    while (filled < PIECE) {
      const { bytesRead } = await handle.read(buffer, filled, PIECE - filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
  } catch (error) {
    throw fail(path, error)
  }
  return buffer.subarray(0, filled)
}

function createFolders(fail: Fail): Folders {
  async function list(folder: string): Promise<readonly Entry[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    } catch (error) {
      const code = errnoOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return []
      throw fail(folder, error)
    }
  }

  async function isDanglingLink(path: string): Promise<boolean> {
    const { dir, base } = parse(path)
    return (await list(dir)).some(({ name }) => name === base)
  }

  return {
    separator: sep,
    rootOf: (path) => parse(path).root,
    list,
    async isCandidate(path) {
      try {
        return !(await stat(path)).isDirectory()
      } catch (error) {
        return errnoOf(error) === 'ENOENT' ? isDanglingLink(path) : true
      }
    },
    async exists(path) {
      const stats = await stat(path).catch(() => undefined)
      return stats !== undefined
    },
  }
}
