/** How the driver for SQL Server connects. */
import type { Socket } from 'node:net'
import type { config as PoolConfig } from 'mssql'
import { openSocket } from './mssql-prelogin.ts'
import type { Target } from './target.ts'
import { serverName, type TlsTrust } from './tls.ts'

/** What was opened, so that it can be destroyed: the driver's own way to close waits for the server. */
export interface Sockets {
  add(socket: Socket): void
  /** From now on every socket is destroyed, also one that is still to come. */
  destroy(): void
}

export function createSockets(): Sockets {
  const open: Socket[] = []
  let isOver = false
  return {
    add(socket) {
      open.push(socket)
      if (isOver) socket.destroy()
    },
    destroy() {
      isOver = true
      for (const socket of open) socket.destroy()
    },
  }
}

export function configOf(target: Target, trust: TlsTrust | undefined, sockets: Sockets): PoolConfig {
  const { host, port, database, password } = target
  const [domain, user] = splitUser(target.user)
  const connector = async (address: { host: string; port: number }, _lookup: unknown, signal: AbortSignal) => {
    const socket = await openSocket(address, signal, trust !== undefined)
    sockets.add(socket)
    return socket
  }
  const options = {
    encrypt: trust !== undefined,
    trustServerCertificate: trust?.rejectUnauthorized === false,
    // An address may not stand there; where one is the host, nobody looks at the name.
    serverName: serverName(target) ?? 'localhost',
    ...(trust?.ca !== undefined && { cryptoCredentialsDetails: { ca: trust.ca } }),
    appName: 'vanta-sync',
    useUTC: true,
    // The time that a connection may take is measured outside; a day is never.
    connectTimeout: 86_400_000,
    maxRetriesOnTransientErrors: 0,
    connector,
  }
  return {
    server: host,
    port,
    database,
    user,
    ...(domain !== undefined && { domain }),
    password: password?.reveal() ?? '',
    requestTimeout: 0,
    // Else each use of the one connection would begin with a query of the driver's own.
    validateConnection: false,
    pool: { min: 0, max: 1, acquireTimeoutMillis: 86_400_000 },
    options: options as PoolConfig['options'] & object,
  }
}

/** `DOMAIN\user` logs in as a user of Windows. */
function splitUser(user: string): readonly [string | undefined, string] {
  const at = user.indexOf('\\')
  return at === -1 ? [undefined, user] : [user.slice(0, at), user.slice(at + 1)]
}
