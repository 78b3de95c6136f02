import { ConfigError } from '../../../core/errors.ts'

export interface SftpLocation {
  /** Undefined when the location names none. */
  readonly user: string | undefined
  readonly host: string
  readonly port: number
  /** Path or pattern on the server; `~/…` below the home folder of the user, else absolute. */
  readonly path: string
}

const FORM = /^sftp:\/\/(?:([^@/]*)@)?(\[[^\]]+\]|[^:/[\]]+)(?::(\d{1,5}))?(\/.*)$/i

/** `sftp://user@host:port/folder/people-*.csv`; `/~/` is the home folder. @throws ConfigError */
export function parseSftpLocation(location: string): SftpLocation {
  const match = FORM.exec(location)
  const [, user, host = '', port = '22', path = ''] = match ?? []
  if (match === null)
    throw invalid(
      'cannot be understood',
      'Expected sftp://user@host/folder/file, with :port after the host if it is not 22.',
    )
  if (user?.includes(':')) {
    throw invalid('holds a password', 'Set `sftp: { password: … }` to a reference, and take it out of `path`.')
  }
  if (Number(port) < 1 || Number(port) > 65_535) throw invalid(`has the port ${port}`, 'Ports go from 1 to 65535.')
  const plain = `/${decodeLoosely(path).split('/').filter(Boolean).join('/')}`
  return {
    user: user === undefined || user === '' ? undefined : decodeLoosely(user),
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    path: plain.startsWith('/~/') ? plain.slice(1) : plain,
  }
}

/** A percent sign that begins no character is one. */
function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function invalid(what: string, hint: string): ConfigError {
  return new ConfigError('location', `\`path\` is an sftp:// location that ${what}`, { hint })
}
