import { constants } from 'node:fs'
import { access, type FileHandle, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { SECOND } from '../core/clock.ts'
import type { Reference } from './reference.ts'
import { runCommand } from './run-command.ts'
import { errorCode } from './source.ts'

const MAX_BYTES = 64 * 1024
const EXEC_TIMEOUT = 30 * SECOND

/** What references are resolved against. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder of the configuration. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that a command may take; 30 s unless told. */
  readonly execTimeoutMs?: number
}

/** A sentence with the name of the variable, file or program; never what it holds. */
export interface Unresolved {
  readonly code: string
  readonly message: string
  readonly expected: string
}

export type Resolved = { readonly value: string } | { readonly unresolved: Unresolved }

/** The value that the reference leads to now. One trailing line break is no part of it, and nothing is no value. */
export async function resolveReference(reference: Reference, around: Surroundings): Promise<Resolved> {
  if (reference.kind === 'env') return fromEnv(reference.name, around)
  if (reference.kind === 'file') return fromFile(reference.path, around)
  return fromExec(reference.command, around)
}

function fromEnv(name: string, { env }: Surroundings): Resolved {
  const written = Object.hasOwn(env, name) ? env[name] : undefined
  const expected = 'a value in the environment of this process'
  if (written === undefined)
    return unresolved('variable-missing', `the environment variable ${name} is not set`, expected)
  const value = trimmed(written)
  return value === '' ? unresolved('variable-empty', `the environment variable ${name} is empty`, expected) : { value }
}

async function fromFile(name: string, { folder }: Surroundings): Promise<Resolved> {
  const read = await readSmall(path.resolve(folder, name))
  if ('failure' in read)
    return unresolved('file-unreadable', `the file ${name} ${read.failure}`, 'a small text file that holds the value')
  return checked(read.bytes, `the file ${name}`, 'file-empty')
}

async function fromExec(command: readonly [string, ...string[]], around: Surroundings): Promise<Resolved> {
  const result = await runCommand({
    command,
    cwd: around.folder,
    env: around.env,
    timeoutMs: around.execTimeoutMs ?? EXEC_TIMEOUT,
    maxBytes: MAX_BYTES,
    signal: around.signal,
  })
  const expected = 'a program that prints the value and ends with status 0'
  if ('failure' in result) return unresolved('exec-failed', `the command ${command[0]} ${result.failure}`, expected)
  return checked(result.output, `the command ${command[0]}`, 'exec-empty')
}

function checked(bytes: Buffer, what: string, emptyCode: string): Resolved {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return unresolved('not-text', `${what} gives no text in UTF-8`, 'text')
  }
  const value = trimmed(text)
  if (value === '') return unresolved(emptyCode, `${what} gives nothing`, 'the value')
  return { value }
}

function trimmed(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function unresolved(code: string, message: string, expected: string): Resolved {
  return { unresolved: { code, message, expected } }
}

async function readSmall(file: string): Promise<{ readonly bytes: Buffer } | { readonly failure: string }> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file)
    return await readHandle(handle)
  } catch (error) {
    return { failure: fileFailure(errorCode(error)) }
  } finally {
    await handle?.close()
  }
}

async function readHandle(handle: FileHandle): Promise<{ readonly bytes: Buffer } | { readonly failure: string }> {
  const buffer = Buffer.alloc(MAX_BYTES + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
    if (bytesRead === 0) return { bytes: buffer.subarray(0, length) }
    length += bytesRead
    if (length > MAX_BYTES) return { failure: `is larger than ${MAX_BYTES / 1024} KiB` }
  }
}

/** Why a file cannot be read, to follow its name. */
export function fileFailure(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  if (code === 'EISDIR') return 'is a directory'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user'
  return `cannot be read (${code})`
}

/**
 * May everybody on this machine read the file? What an orchestrator mounts under /run/secrets is open by default, and
 * only the container sees it.
 */
export async function isWorldReadable(name: string, folder: string): Promise<boolean> {
  const file = path.resolve(folder, name)
  if (process.platform === 'win32' || /^(?:\/var)?\/run\/secrets\//.test(file)) return false
  try {
    return ((await stat(file)).mode & 0o004) !== 0
  } catch {
    return false
  }
}

/** Is there something to execute, on PATH or at the path given? Tells without running it. */
export async function findProgram(program: string, { env, folder }: Surroundings): Promise<boolean> {
  const folders = program.includes('/')
    ? [folder]
    : (env['PATH'] ?? '').split(path.delimiter).map((entry) => entry || '.')
  for (const each of folders) {
    const file = path.resolve(each, program)
    try {
      await access(file, constants.X_OK)
      if ((await stat(file)).isFile()) return true
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return false
}
