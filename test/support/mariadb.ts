/** A real MariaDB of a test's own: its folder, its port, nothing left behind. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { TestAuthority } from './loopback.ts'
import { answering, end, freePort } from './postgres.ts'
import { findProgram, type Probe, programs } from './service.ts'

const run = promisify(execFile)

export interface Mariadb {
  readonly port: number
  readonly socket: string
  readonly password: string
  /** Runs one statement as root; gives its rows. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>
  /** Options of a connector that reads as `reader`, who may do all, without TLS. */
  readonly options: Readonly<Record<string, unknown>>
  /** Dies at once, as when the machine does. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export const mariadbInstalled: Probe = programs('mariadbd', 'mariadb-install-db')

export async function startMariadb({ authority }: { authority?: TestAuthority } = {}): Promise<Mariadb> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-mariadb-'))
  const data = join(folder, 'data')
  const socket = join(folder, 'socket')
  const user = userInfo().username
  const password = 'super-secret-of-the-test'
  const install = findProgram('mariadb-install-db') ?? ''
  const where = ['--no-defaults', `--datadir=${data}`, `--user=${user}`]
  await run(install, [...where, '--auth-root-authentication-method=normal', '--skip-test-db'], { cwd: folder })
  const tls = authority === undefined ? ['--skip-ssl'] : await writeTls(folder, authority)
  const port = await freePort()
  const net = [`--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1', `--pid-file=${join(folder, 'pid')}`]
  const small = [
    '--innodb-buffer-pool-size=32M',
    '--innodb-flush-log-at-trx-commit=0',
    '--skip-log-bin',
    '--character-set-server=utf8mb4',
  ]
  const child = spawn(findProgram('mariadbd') ?? '', [...where, ...net, ...small, ...tls], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const server = { child, log: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (server.log += text))
  const sql: Mariadb['sql'] = async (text) => {
    const connection = await createConnection({ socketPath: socket, user: 'root', database: 'mysql' })
    try {
      const [rows] = await connection.query<RowDataPacket[]>(text)
      return rows
    } finally {
      connection.destroy()
    }
  }
  const stop = async (): Promise<void> => {
    // Its data goes with its folder, so nothing is lost by not asking.
    await end(child, 'SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answering(() => sql('select 1'), server)
    await sql('create database company character set utf8mb4')
    await sql(`create user reader@'%' identified by '${password}'`)
    await sql(`grant all on *.* to reader@'%'`)
  } catch (error) {
    await stop()
    throw error
  }
  const options = { kind: 'mariadb', host: '127.0.0.1', port, database: 'company', user: 'reader', tls: 'off' }
  return { port, socket, password, sql, options, kill: () => end(child, 'SIGKILL'), stop }
}

async function writeTls(folder: string, { cert, key, caFile }: TestAuthority): Promise<readonly string[]> {
  const certFile = join(folder, 'server.pem')
  const keyFile = join(folder, 'server.key')
  await writeFile(certFile, cert)
  await writeFile(keyFile, key, { mode: 0o600 })
  return [`--ssl-ca=${caFile}`, `--ssl-cert=${certFile}`, `--ssl-key=${keyFile}`]
}
