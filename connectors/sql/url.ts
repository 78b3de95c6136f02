/** The address of a database as one URL. Nothing of it is ever quoted: it holds a password. */
import { ConfigError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import type { Kind, SqlOptions } from './options.ts'

export interface Address {
  readonly host: string
  readonly port: number | undefined
  readonly database: string
  readonly user: string
  readonly password: Secret | undefined
  /** What the URL says about TLS; undefined when it says nothing. */
  readonly tls: NonNullable<SqlOptions['tls']> | undefined
}

const SCHEMES: Readonly<Record<string, readonly Kind[]>> = {
  'postgres:': ['postgres'],
  'postgresql:': ['postgres'],
  'mysql:': ['mysql', 'mariadb'],
  'mariadb:': ['mysql', 'mariadb'],
  'mssql:': ['mssql'],
  'sqlserver:': ['mssql'],
}

/** What `sslmode` means here; its modes that fall back to plain text, or check half, mean nothing. */
const SSL_MODES: Readonly<Record<string, NonNullable<SqlOptions['tls']>>> = {
  disable: 'off',
  require: 'require',
  'verify-full': 'verify',
}

/** @throws ConfigError `sql-url` */
export function readAddress(url: Secret, kind: Kind): Address {
  const parsed = parse(url)
  const kinds = SCHEMES[parsed.protocol]
  if (kinds === undefined) throw badUrl('its scheme is of no database', `Expected one of ${sayList(SCHEMES)}.`)
  if (!kinds.includes(kind)) {
    throw badUrl(`it begins with ${parsed.protocol}, and \`kind\` is ${kind}`, 'Correct one of them.')
  }
  const [database, ...more] = parsed.pathname.split('/').slice(1).map(decode)
  if (parsed.hostname === '') throw badUrl('it names no host')
  if (parsed.username === '') throw badUrl('it names no user')
  if (database === undefined || database === '') throw badUrl('it names no database')
  if (more.length > 0) throw badUrl('more than the name of a database follows the host')
  return {
    host: decode(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? undefined : Number(parsed.port),
    database,
    user: decode(parsed.username),
    password: parsed.password === '' ? undefined : new Secret(decode(parsed.password)),
    tls: tlsOf(parsed),
  }
}

function parse(url: Secret): URL {
  const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined
  if (parsed !== undefined) return parsed
  throw badUrl(
    'it cannot be read',
    'Letters such as @ / : # ? % in a password must be written as %40 %2F %3A %23 %3F %25.',
  )
}

function tlsOf({ searchParams, hash }: URL): Address['tls'] {
  if (hash !== '') throw badUrl('it has a part after #', 'A # in the password must be written as %23.')
  let mode: Address['tls']
  for (const [name, value] of searchParams) {
    if (name !== 'sslmode') {
      throw badUrl('it has a parameter other than sslmode after the ?', 'Say it by the options of this connector.')
    }
    mode = Object.hasOwn(SSL_MODES, value) ? SSL_MODES[value] : undefined
    if (mode === undefined) throw badUrl('its sslmode is not one known here', `Expected one of ${sayList(SSL_MODES)}.`)
  }
  return mode
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw badUrl('a % in it is not followed by two hexadecimal digits', 'A % itself must be written as %25.')
  }
}

function sayList(names: Readonly<Record<string, unknown>>): string {
  return Object.keys(names).join(', ')
}

const SHAPE = 'Expected the form postgres://user:password@host:5432/database.'

function badUrl(what: string, hint = SHAPE): ConfigError {
  return new ConfigError('sql-url', `\`url\` is no address of a database: ${what}`, { hint })
}
