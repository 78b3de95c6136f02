/** Files on this machine, on its own disk or on a share that is mounted. */
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readdir, stat, statfs } from 'node:fs/promises'
import { basename, dirname, parse, resolve, sep } from 'node:path'
import { MINUTE, SECOND } from '../../../core/clock.ts'
import { errnoOf, fileFailure, notAFile } from '../failure.ts'
import { type Entry, expandGlob, type Folders } from './glob.ts'
import type { Fingerprint, OpenFile, Place } from './place.ts'

/** Small enough to notice an abort at once, large enough that waiting for the disk does not show. */
const PIECE = 64 * 1024

/** `f_type` of file systems that another machine serves: NFS, SMB1, CIFS, SMB2, 9P, FUSE (sshfs), AFS, Ceph. */
const SHARES = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x5346414f, 0x00c36400])

/** @param path absolute; decides whether a share is meant, whose clock is not ours */
export async function openLocal(path: string): Promise<Place> {
  const isShare = await liesOnShare(path)
  return {
    settleMs: isShare ? MINUTE : 2 * SECOND,
    sameClock: !isShare,
    find: (pattern) => expandGlob(pattern, FOLDERS),
    fingerprint: fingerprintLocal,
    open: openLocalFile,
    beside: (file, name) => resolve(dirname(file), name),
    nameOf: (file) => basename(file),
    close: () => Promise.resolve(),
  }
}

async function liesOnShare(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { type } = await statfs(folder).catch(() => ({ type: undefined }))
    if (type !== undefined) return SHARES.has(type)
    if (folder === dirname(folder)) return false
  }
}

async function fingerprintLocal(path: string): Promise<Fingerprint> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw fileFailure(path, error)
  })
  return fingerprintOf(path, stats)
}

/** @throws OperatorError when it is a folder, pipe or device */
function fingerprintOf(path: string, stats: BigIntStats): Fingerprint {
  if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'folder' : 'special')
  return { size: Number(stats.size), modifiedNs: stats.mtimeNs, identity: `${stats.dev}:${stats.ino}` }
}

async function openLocalFile(path: string): Promise<OpenFile> {
  // Without O_NONBLOCK (which Windows lacks) opening a pipe would wait for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error: unknown) => {
    throw fileFailure(path, error)
  })
  const now = async (): Promise<Fingerprint> => fingerprintOf(path, await handle.stat({ bigint: true }))
  try {
    return {
      opened: await now(),
      pieces: (signal) => readPieces(handle, path, signal),
      now,
      localPath: path,
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Full pieces but for the last. */
async function* readPieces(handle: FileHandle, path: string, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  for (;;) {
    signal.throwIfAborted()
    const piece = await readPiece(handle, path)
    if (piece.length === 0) return
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

const FOLDERS: Folders = {
  separator: sep,
  rootOf: (path) => parse(path).root,
  list,
  isCandidate,
  async exists(path) {
    const stats = await stat(path).catch(() => undefined)
    return stats !== undefined
  },
}

async function list(folder: string): Promise<readonly Entry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw fileFailure(folder, error)
  }
}

async function isCandidate(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory()
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? isDanglingLink(path) : true
  }
}

async function isDanglingLink(path: string): Promise<boolean> {
  const { dir, base } = parse(path)
  return (await list(dir)).some(({ name }) => name === base)
}
