/** Files on an SFTP server: one connection for a whole read. */
import { posix } from 'node:path'
import type { Stats } from 'ssh2'
import { MINUTE } from '../../../core/clock.ts'
import type { CheckContext } from '../../../core/connector.ts'
import { isSyncError } from '../../../core/errors.ts'
import { notAFile } from '../failure.ts'
import type { FileOptions } from '../options.ts'
import { expandGlob } from './glob.ts'
import type { Fingerprint, OpenFile, Place } from './place.ts'
import { pathFailure, statusOf } from './sftp-failure.ts'
import { createFolders } from './sftp-folders.ts'
import { readAhead } from './sftp-read.ts'
import { connectSftp, type Session } from './sftp-session.ts'
import { parseSftpLocation, type SftpLocation } from './sftp-url.ts'

const NO_OPTIONS = { connectTimeout: '20s', keepalive: '15s', answerTimeout: '60s' } as const

/** What works on paths of one server. */
interface Server {
  readonly session: Session
  /** A path as messages name it. */
  say(path: string): string
}

/** @throws ConfigError, OperatorError or RetryLaterError when the server does not let us in */
export async function openSftp(location: string, options: FileOptions['sftp'], context: CheckContext): Promise<Place> {
  const target = parseSftpLocation(location)
  const session = await connectSftp(target, options ?? NO_OPTIONS, context)
  const server: Server = { session, say: (path) => sayPath(target, path) }
  try {
    const wanted = await absolute(server, target.path)
    const folders = createFolders(session, (path, error) => explain(server, path, error))
    return {
      settleMs: MINUTE,
      sameClock: false,
      find: (pattern) => expandGlob(pattern === location ? wanted : pattern, folders),
      fingerprint: (path) => fingerprintAt(server, path),
      open: (path) => openFile(server, path),
      beside: (path, name) => posix.resolve(posix.dirname(path), name),
      nameOf: (path) => posix.basename(path),
      say: (path) => server.say(path === location ? target.path : path),
      close: () => session.close(),
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

function sayPath({ host, port }: SftpLocation, path: string): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `sftp://${name}${port === 22 ? '' : `:${port}`}${path.startsWith('/') ? '' : '/'}${path}`
}

/** `~` is where the server puts a user who logs in. */
async function absolute({ session, say }: Server, path: string): Promise<string> {
  if (!path.startsWith('~/')) return path
  try {
    const home = await session.ask<string>((sftp, done) => sftp.realpath('.', done))
    return posix.join(home, path.slice(2))
  } catch (error) {
    throw isSyncError(error) ? error : pathFailure(say('~'), error)
  }
}

/** Errors of the connection speak for themselves. */
function explain({ say }: Server, path: string, error: unknown): unknown {
  return statusOf(error) === undefined ? error : pathFailure(say(path), error)
}

async function fingerprintAt(server: Server, path: string): Promise<Fingerprint> {
  const stats = await server.session
    .ask<Stats>((sftp, done) => sftp.stat(path, done))
    .catch((error: unknown) => {
      throw explain(server, path, error)
    })
  return fingerprintOf(server.say(path), stats)
}

/** Servers may leave out any of these. @throws OperatorError when it is a folder, pipe or device */
function fingerprintOf(where: string, stats: Stats): Fingerprint {
  const { mode, size, mtime }: Partial<Stats> = stats
  if (mode !== undefined && !stats.isFile()) throw notAFile(where, stats.isDirectory() ? 'folder' : 'special')
  return { size, modifiedNs: mtime === undefined ? undefined : BigInt(mtime) * 1_000_000_000n, identity: '' }
}

async function openFile(server: Server, path: string): Promise<OpenFile> {
  const { session } = server
  // Looked at first: to open a pipe would wait for a writer.
  const before = await fingerprintAt(server, path)
  const handle = await session
    .ask<Buffer>((sftp, done) => sftp.open(path, 'r', done))
    .catch((error: unknown) => {
      throw explain(server, path, error)
    })
  async function* pieces(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    try {
      yield* readAhead({ session, handle, size: before.size, signal })
    } catch (error) {
      signal.throwIfAborted()
      throw explain(server, path, error)
    }
  }
  return {
    opened: before,
    pieces,
    now: () => handleNow(server, handle, path),
    marksEnd: true,
    async close() {
      await session.ask<void>((sftp, done) => sftp.close(handle, done)).catch(() => undefined)
    },
  }
}

/** Undefined where the server cannot tell it of an open file; its name is asked in any case. */
async function handleNow({ session, say }: Server, handle: Buffer, path: string): Promise<Fingerprint | undefined> {
  try {
    return fingerprintOf(say(path), await session.ask<Stats>((sftp, done) => sftp.fstat(handle, done)))
  } catch (error) {
    if (isSyncError(error)) throw error
    return undefined
  }
}
