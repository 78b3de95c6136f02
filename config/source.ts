import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ConfigProblem } from './problem.ts'

/** Far above any configuration that a person wrote. */
const MAX_BYTES = 16 * 1024 * 1024

export interface ConfigText {
  readonly text: string
  /** Hex SHA-256 of the file's bytes. */
  readonly hash: string
}

/** The file as text; its byte order mark is not part of it. */
export async function readConfigText(file: string): Promise<ConfigText | { readonly problem: ConfigProblem }> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    return { problem: unreadable(file, errorCode(error)) }
  }
  if (bytes.length > MAX_BYTES)
    return { problem: { code: 'config-too-large', at: file, path: '', message: 'is larger than 16 MiB' } }
  const text = decode(bytes)
  if (text === undefined) {
    return {
      problem: {
        code: 'config-encoding',
        at: file,
        path: '',
        message: 'is not text in UTF-8',
        expected: 'a file saved as UTF-8',
      },
    }
  }
  return { text, hash: createHash('sha256').update(bytes).digest('hex') }
}

function decode(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

function unreadable(file: string, code: string): ConfigProblem {
  const problem = { at: file, path: '' }
  const expected = 'a configuration file; -c FILE or VANTA_SYNC_CONFIG names another'
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { ...problem, code: 'config-missing', message: 'there is no such file', expected }
  if (code === 'EISDIR') return { ...problem, code: 'config-unreadable', message: 'is a directory', expected }
  const right = code === 'EACCES' || code === 'EPERM'
  const message = right ? 'may not be read by this user' : `cannot be read (${code})`
  return { ...problem, code: 'config-unreadable', message }
}

/** `ENOENT`, or whatever else the system calls it; a number or a stranger becomes `unknown error`. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return 'unknown error'
}
