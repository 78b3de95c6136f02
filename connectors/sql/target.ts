/** Where the database is and who asks, from options that may say it in two ways. */
import { isAbsolute } from 'node:path'
import { ConfigError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import type { Kind, SqlOptions } from './options.ts'
import { type Address, readAddress } from './url.ts'

export type TlsMode = NonNullable<SqlOptions['tls']>

export interface Target {
  /** Host and port, or the socket, without credentials: `db.example.com:5432`. */
  readonly place: string
  readonly host: string
  readonly port: number
  /** Whether `host` is the path of a socket. */
  readonly isSocket: boolean
  readonly database: string
  readonly user: string
  readonly password: Secret | undefined
  readonly tls: TlsMode
}

type ServerKind = Exclude<Kind, 'sqlite'>

const DEFAULT_PORTS: Readonly<Record<ServerKind, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306, mssql: 1433 }
const IN_URL = ['host', 'port', 'database', 'user', 'password'] as const
const OF_SERVERS = ['url', ...IN_URL, 'tls', 'ca', 'timeZone'] as const

/** @throws ConfigError `sql-options` when options are missing, or contradict each other */
export function targetOf(options: SqlOptions): Target {
  const kind = serverKindOf(options)
  const address = addressOf(kind, options)
  const { host, database, user } = address
  const port = address.port ?? DEFAULT_PORTS[kind]
  const isSocket = isAbsolute(host)
  const tls = isSocket ? 'off' : (address.tls ?? options.tls ?? 'verify')
  refuseContradictions(kind, options, { tls, isSocket })
  const place = isSocket ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`
  return { place, host, port, isSocket, database, user, password: address.password, tls }
}

/** What can be told before a database is asked; what stands in a secret URL, only then. @throws ConfigError */
export function validateSql(options: SqlOptions): void {
  if (options.kind === 'sqlite') fileOf(options)
  else if (options.url === undefined) targetOf(options)
}

/** The file of SQLite. */
export function fileOf(options: SqlOptions): string {
  const stray = OF_SERVERS.find((name) => options[name] !== undefined)
  if (stray !== undefined) throw unfit(`\`${stray}\` says nothing about a file of SQLite`, 'Remove it.')
  if (options.path === undefined) throw unfit('`path` is missing', 'With `kind: sqlite` it names the file.')
  return options.path
}

function serverKindOf({ kind, path }: SqlOptions): ServerKind {
  if (kind === 'sqlite') throw unfit('`kind: sqlite` has no server', 'Name its file in `path`.')
  if (path !== undefined)
    throw unfit(`\`path\` says nothing about a server of kind ${kind}`, 'Remove it, or set `host`.')
  return kind
}

function addressOf(kind: ServerKind, options: SqlOptions): Address {
  if (options.url !== undefined) {
    const twice = IN_URL.find((name) => options[name] !== undefined)
    if (twice !== undefined) throw unfit(`\`url\` and \`${twice}\` are both given`, 'Leave one of them out.')
    const address = readAddress(options.url, kind)
    if (address.tls === undefined || options.tls === undefined) return address
    throw unfit('`url` and `tls` both say whether TLS is used', 'Take the parameter out of the URL.')
  }
  const missing = (['host', 'database', 'user'] as const).filter((name) => options[name] === undefined)
  if (missing.length > 0) {
    const names = missing.map((name) => `\`${name}\``).join(' and ')
    throw unfit(`${names} ${missing.length === 1 ? 'is' : 'are'} missing`, 'Give them, or `url` instead of them.')
  }
  const { host = '', port, database = '', user = '', password } = options
  return { host, port, database, user, password, tls: undefined }
}

function refuseContradictions(
  kind: ServerKind,
  options: SqlOptions,
  { tls, isSocket }: Pick<Target, 'tls' | 'isSocket'>,
) {
  if (isSocket && kind === 'mssql') throw unfit('SQL Server has no socket', 'Name its host.')
  if (isSocket && options.tls !== undefined && options.tls !== 'off')
    throw unfit(`\`tls: ${options.tls}\` does not go with a socket, which has no TLS`, 'Remove `tls`.')
  if (options.ca !== undefined && tls !== 'verify')
    throw unfit('`ca` is of no use where certificates are not checked', 'Set `tls: verify`, or remove `ca`.')
  if (kind === 'mssql' && options.timeZone !== undefined)
    throw unfit('sessions of SQL Server have no time zone', 'Remove `timeZone`; write AT TIME ZONE in the query.')
}

function unfit(what: string, hint: string): ConfigError {
  return new ConfigError('sql-options', `the options of this database do not fit together: ${what}`, { hint })
}
