/** Connections of the driver for MySQL and MariaDB, and what it does not do by itself. */
import type { Connection, ConnectionOptions } from 'mysql2'
import type { Target } from './target.ts'
import type { TlsTrust } from './tls.ts'

export function configOf(target: Target, trust: TlsTrust | undefined): ConnectionOptions {
  const { host, port, database, user, password, isSocket } = target
  return {
    ...(isSocket ? { socketPath: host } : { host, port }),
    database,
    user,
    ...(password !== undefined && { password: password.reveal() }),
    ...(trust !== undefined && { ssl: sslOf(trust) }),
    charset: 'utf8mb4',
    multipleStatements: false,
    // A server may ask for files of this machine; it gets none.
    flags: ['-LOCAL_FILES'],
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    // The time that a connection may take is measured outside, login included.
    connectTimeout: 0,
  }
}

/** Without `verifyIdentity` the driver would take a certificate of any name. */
function sslOf({ ca, rejectUnauthorized }: TlsTrust): NonNullable<Exclude<ConnectionOptions['ssl'], string>> {
  return { rejectUnauthorized, verifyIdentity: rejectUnauthorized, ...(ca !== undefined && { ca }) }
}

/** A connection, and who is told when it is lost: the driver tells no statement whose rows are streamed. */
export interface Link {
  readonly connection: Connection
  lost: unknown
  onLost(error: unknown): void
}

export function watched(connection: Connection): Link {
  const link: Link = { connection, lost: undefined, onLost: () => undefined }
  connection.on('error', (error: unknown) => {
    link.lost ??= error
    link.onLost(error)
  })
  return link
}

export function connected({ connection }: Link): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('connect', () => resolve())
    connection.once('error', reject)
  })
}

export function ask(connection: Connection, sql: string, values: string[] = []): Promise<unknown[][]> {
  return new Promise((resolve, reject) => {
    connection.query(sql, values, (error, rows) => {
      if (error) reject(error)
      else resolve(Array.isArray(rows) ? (rows as unknown[][]) : [])
    })
  })
}

export function destroy(connection: Connection): void {
  connection.destroy()
  // The driver only half-closes the socket, and waits for a server that may be gone.
  ;(connection as unknown as { readonly stream: { destroy(): void } }).stream.destroy()
}
