/** A real PostgreSQL of a test's own: its folder, its port, nothing left behind. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import type { TestAuthority } from './loopback.ts'
import { findProgram, type Probe } from './service.ts'

const run = promisify(execFile)

export interface Postgres {
  readonly port: number
  /** Folder of its socket. */
  readonly folder: string
  readonly password: string
  /** Runs statements as the superuser; gives the rows of the last one. */
  sql(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>
  /** Options of a connector that reads as the superuser `postgres`, without TLS. */
  readonly options: Readonly<Record<string, unknown>>
  /** Dies at once, as when the machine does. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** PostgreSQL has no tools on PATH where Debian installs it. */
function folderOfPrograms(): string | undefined {
  const onPath = findProgram('initdb')
  if (onPath !== undefined && findProgram('postgres') !== undefined) return dirname(onPath)
  const debian = '/usr/lib/postgresql'
  if (!existsSync(debian)) return undefined
  const versions = readdirSync(debian).map((version) => join(debian, version, 'bin'))
  return versions.find((folder) => existsSync(join(folder, 'initdb')))
}

export const postgresInstalled: Probe = () =>
  folderOfPrograms() === undefined ? 'PostgreSQL is not installed' : undefined

/** PostgreSQL refuses root, so root starts it as a user of less power. */
async function owner(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
    } catch {
      // The next one may exist.
    }
  }
  throw new Error('there is no user to run PostgreSQL as')
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface PostgresOptions {
  /** With it the server speaks TLS. */
  readonly authority?: TestAuthority
  /** Lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

export async function startPostgres({ authority, settings = {} }: PostgresOptions = {}): Promise<Postgres> {
  const programs = folderOfPrograms()
  if (programs === undefined) throw new Error('PostgreSQL is not installed')
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-pg-'))
  const user = await owner()
  const password = 'super-secret-of-the-test'
  await writeFile(join(folder, 'password'), password)
  const tls = authority === undefined ? [] : await writeTls(folder, authority)
  await chmod(folder, 0o755)
  if (user !== undefined) {
    for (const name of ['', 'password', ...tls]) await chown(join(folder, name), user.uid, user.gid)
  }
  const data = join(folder, 'data')
  const init = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync']
  await run(join(programs, 'initdb'), [...init, '--pwfile', join(folder, 'password')], { ...user, cwd: folder })
  const port = await freePort()
  const config: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    fsync: 'off',
    ...(authority && {
      ssl: 'on',
      ssl_cert_file: join(folder, 'server.pem'),
      ssl_key_file: join(folder, 'server.key'),
    }),
    ...settings,
  }
  const args = ['-D', data, '-p', String(port), '-k', folder]
  for (const [name, value] of Object.entries(config)) args.push('-c', `${name}=${value}`)
  const child = spawn(join(programs, 'postgres'), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const server = { child, log: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (server.log += text))
  const options = {
    kind: 'postgres',
    host: '127.0.0.1',
    port,
    database: 'postgres',
    user: 'postgres',
    tls: 'off',
  }
  const sql: Postgres['sql'] = async (text, values = []) => {
    const client = new pg.Client({ ...options, password, ssl: false })
    client.on('error', () => undefined)
    await client.connect()
    try {
      const result = await client.query<Record<string, unknown>>(text, [...values])
      const last = Array.isArray(result) ? (result.at(-1) as typeof result) : result
      return last.rows
    } finally {
      await client.end()
    }
  }
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    await end(child, signal)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answering(() => sql('select 1'), server)
  } catch (error) {
    await stop('SIGQUIT')
    throw error
  }
  return {
    port,
    folder,
    password,
    sql,
    options,
    kill: () => end(child, 'SIGQUIT'),
    stop: () => stop('SIGINT'),
  }
}

async function writeTls(folder: string, authority: TestAuthority): Promise<readonly string[]> {
  await writeFile(join(folder, 'server.pem'), authority.cert)
  await writeFile(join(folder, 'server.key'), authority.key, { mode: 0o600 })
  return ['server.pem', 'server.key']
}

export interface StartedServer {
  readonly child: ChildProcess
  /** What it wrote to standard error so far. */
  readonly log: string
}

/** Waits until a server answers. @throws when it ends before, or takes half a minute */
export async function answering(ask: () => Promise<unknown>, server: StartedServer): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      const ended = server.child.exitCode !== null || server.child.signalCode !== null
      if (ended || Date.now() > until) throw new Error(`the server does not answer: ${server.log}`, { cause: error })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
