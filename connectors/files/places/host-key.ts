/** The keys by which a server is known, as the configuration names them. */
import { createHash } from 'node:crypto'
import { ConfigError } from '../../../core/errors.ts'

export interface HostKeys {
  includes(key: Buffer): boolean
  /** As people compare them. */
  readonly texts: readonly string[]
  /**
   * Kinds of keys to ask the server for, since it shows a single one; undefined when a fingerprint leaves the kind open.
   */
  readonly algorithms: readonly string[] | undefined
}

interface Pin {
  readonly fingerprint: string
  readonly type: string | undefined
}

const RSA = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']

/** @param text fingerprints or lines of known_hosts, separated by line breaks or commas. @throws ConfigError */
export function parseHostKeys(text: string): HostKeys {
  const pins = text
    .split(/[\n,](?=\s*(?:SHA256:|MD5:|$))|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parsePin)
  if (pins.length === 0) throw invalid('names no key')
  const types = pins.map(({ type }) => type)
  return {
    includes: (key) => pins.some(({ fingerprint }) => fingerprint === fingerprintOf(key)),
    texts: pins.map(({ fingerprint }) => fingerprint),
    algorithms: types.includes(undefined)
      ? undefined
      : types.flatMap((type = '') => (type === 'ssh-rsa' ? RSA : [type])),
  }
}

function parsePin(line: string): Pin {
  const fingerprint = /^SHA256:([A-Za-z0-9+/]{43})=?$/.exec(line)?.[1]
  if (fingerprint !== undefined) return { fingerprint: `SHA256:${fingerprint}`, type: undefined }
  if (line.startsWith('@'))
    throw invalid('has a line with a marker (@revoked, @cert-authority), which is not understood')
  if (/^(MD5:)?([0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(line)) throw invalid('is an MD5 fingerprint, which can be forged')
  const [, type = '', blob = ''] =
    /(?:^|\s)((?:ssh|ecdsa|sk)-[\w@.-]+)\s+(AAAA[A-Za-z0-9+/]+=*)(?:\s|$)/.exec(line) ?? []
  const key = Buffer.from(blob, 'base64')
  if (typeOf(key) !== type || type === '') throw invalid('is neither a SHA256 fingerprint nor a line of known_hosts')
  return { fingerprint: fingerprintOf(key), type }
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** A key as people compare it: `ssh-ed25519 SHA256:…`. */
export function sayHostKey(key: Buffer): string {
  return `${typeOf(key)} ${fingerprintOf(key)}`
}

/** A key begins with the name of its kind, and that with its length. */
function typeOf(key: Buffer): string {
  const length = key.length < 4 ? 0 : key.readUInt32BE(0)
  return key.subarray(4, 4 + Math.min(length, 64)).toString('latin1')
}

function invalid(what: string): ConfigError {
  return new ConfigError('sftp-host-key', `\`sftp.hostKey\` ${what}`, {
    hint: 'On the server `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints the fingerprint: SHA256:…',
  })
}
