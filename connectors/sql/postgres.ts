import type { Client, ClientConfig } from 'pg'
import { ConfigError, isSyncError, messageOf } from '../../core/errors.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { loadDriver } from '../network/driver.ts'
import { atMost, openInTime, orAborted } from './abort.ts'
import type { Connect, ConnectContext, Database, Statement, StreamHow, Values } from './database.ts'
import { endedEarly, noColumns } from './failure.ts'
import { cancelStatement, wireOf } from './postgres-cancel.ts'
import { explainPostgres } from './postgres-failure.ts'
import { type ArrayTypes, createDecoder, type Decode } from './postgres-values.ts'
import { type Target, targetOf } from './target.ts'
import { type TlsTrust, tlsTrust } from './tls.ts'
import { zoneOf } from './zone.ts'

/** Of closing; within it the server hears that nobody waits any more. */
const CLOSE_MS = 700

export const connectPostgres: Connect = async (context) => {
  const target = targetOf(context.options)
  const zone = zoneOf(context)
  const trust = await tlsTrust(target, context)
  const driver = await loadPg()
  context.signal.throwIfAborted()
  const client = new driver.Client(clientConfig(target, trust))
  // A lost connection fails the statement under way, or the next one; without a listener it would end the process.
  client.on('error', () => undefined)
  const begun = await opened(client, { target, context, zone })
  if (context.login !== undefined) await tellExpiry(client, context)
  return databaseOf({ ...begun, client, driver, target, trust, signal: context.signal })
}

type PgDriver = Awaited<ReturnType<typeof loadPg>>

async function importPg() {
  const [{ default: pg }, { default: QueryStream }] = await Promise.all([import('pg'), import('pg-query-stream')])
  return { Client: pg.Client, Connection: pg.Connection, QueryStream }
}

function loadPg() {
  return loadDriver(importPg, { purpose: 'use: sql with PostgreSQL', packages: ['pg@8', 'pg-query-stream@4'] })
}

/** Everything is said here, so that no PG… variable of the environment and no ~/.pgpass has a say. */
function clientConfig(target: Target, trust: TlsTrust | undefined): ClientConfig {
  const { host, port, database, user, password } = target
  return {
    host,
    port,
    database,
    user,
    password: password === undefined ? () => Promise.reject(noPassword(target)) : password.reveal(),
    ssl:
      trust === undefined ? false : { rejectUnauthorized: trust.rejectUnauthorized, ...(trust.ca && { ca: trust.ca }) },
    application_name: 'vanta-sync',
    keepAlive: true,
  }
}

function noPassword({ place }: Target): ConfigError {
  return new ConfigError('sql-password', `${place} asks for a password, and none is configured`, {
    hint: 'Set `password` to a reference such as { env: DB_PASSWORD }.',
  })
}

interface Opening {
  readonly target: Target
  readonly context: ConnectContext
  readonly zone: string
}

interface Begun {
  readonly version: string
  readonly arrays: ArrayTypes
}

async function opened(client: Client, { target, context, zone }: Opening): Promise<Begun> {
  const { place } = target
  const timeoutMs = parseDuration(context.options.connectTimeout) ?? 0
  const abandon = (): void => wireOf(client).stream.destroy()
  const open = async (): Promise<Begun> => {
    await client.connect()
    return begin(client, zone)
  }
  try {
    return await openInTime(open(), { place, timeoutMs, signal: context.signal, abandon })
  } catch (error) {
    context.signal.throwIfAborted()
    abandon()
    throw explainPostgres(error, { target })
  }
}

/**
 * One snapshot for all that follows, and forms of values that do not depend on the server's settings. All of it holds
 * for the transaction only, so a pooler in between gives nobody our settings.
 */
async function begin(client: Client, zone: string): Promise<Begun> {
  await client.query(`begin transaction isolation level repeatable read, read only;
    set local datestyle = 'ISO, YMD'; set local bytea_output = 'hex'; set local extra_float_digits = 1`)
  const settings = await client.query<{ version: string }>(
    `select set_config('TimeZone', $1, true), current_setting('server_version') as version`,
    [zone],
  )
  const types = await client.query<{ oid: number; element: number; delimiter: string }>(
    `select a.oid::int8::float8 as oid, coalesce(nullif(e.typbasetype, 0), e.oid)::int8::float8 as element,
      e.typdelim::text as delimiter from pg_catalog.pg_type e join pg_catalog.pg_type a on a.oid = e.typarray
      where e.typtype <> 'c'`,
  )
  const arrays = new Map(types.rows.map(({ oid, element, delimiter }) => [oid, { element, delimiter }]))
  return { version: settings.rows[0]?.version ?? 'of an unknown version', arrays }
}

/** Until when the password is valid. Whatever becomes of asking, what follows stands. */
async function tellExpiry(client: Client, { login, log, signal }: ConnectContext): Promise<void> {
  try {
    await client.query('savepoint login')
    const asked = client.query<{ ms: number | null }>(
      `select (extract(epoch from rolvaliduntil) * 1000)::float8 as ms from pg_catalog.pg_roles
        where rolname = current_user and isfinite(rolvaliduntil)`,
    )
    const ms = (await orAborted(asked, signal)).rows[0]?.ms
    if (typeof ms === 'number') login?.({ expiresAt: new Date(ms) })
  } catch (error) {
    signal.throwIfAborted()
    log.debug(`until when the password is valid could not be asked: ${messageOf(error)}`)
    await client.query('rollback to savepoint login').catch(() => undefined)
  }
}

interface Session extends Begun {
  readonly client: Client
  readonly driver: PgDriver
  readonly target: Target
  readonly trust: TlsTrust | undefined
  readonly signal: AbortSignal
}

function databaseOf(session: Session): Database {
  const { client, driver, target, trust } = session
  let running = false
  return {
    product: `PostgreSQL ${session.version}`,
    sees: 'in one read-only snapshot',
    async *stream(statement, how) {
      running = true
      try {
        yield* streamRows(session, statement, how)
        running = false
      } catch (error) {
        session.signal.throwIfAborted()
        // The server has ended the statement itself when it said why.
        running = false
        throw explainPostgres(error, { target, statement })
      }
    },
    async close() {
      if (running) await cancelStatement(client, driver.Connection, { target, trust, timeoutMs: CLOSE_MS })
      else await atMost(CLOSE_MS, client.end())
      wireOf(client).stream.destroy()
    },
  }
}

/** Every value arrives as the text of the server. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text }

async function* streamRows(
  { client, driver, arrays, signal }: Session,
  statement: Statement,
  { fetchSize, announce }: StreamHow,
): AsyncGenerator<readonly Values[], void, void> {
  const query = new driver.QueryStream(statement.text, [...statement.parameters], { rowMode: 'array', types: AS_TEXT })
  // As a stream it waits for ever when the connection is lost; its cursor tells.
  const cursor = query.cursor as Cursor
  client.query(query)
  let decode: Decode | undefined
  for (;;) {
    const { rows, result } = await orAborted(fetch(cursor, fetchSize), signal)
    if (decode === undefined) {
      if (result.fields.length === 0) throw noColumns(statement)
      decode = createDecoder(result.fields, arrays)
      announce(result.fields.map(({ name }) => name))
    }
    if (rows.length > 0) yield decode(rows)
    // The server says so once, after the last row; a batch that is not full says nothing by itself.
    if (result.command !== null) return
    if (rows.length < fetchSize) throw endedEarly(statement)
  }
}

interface CursorResult {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  /** Null until the server has said that the statement is finished. */
  readonly command: string | null
}

interface Cursor {
  read(count: number, done: (error: unknown, rows: unknown[][], result: CursorResult) => void): void
}

function fetch(cursor: Cursor, count: number): Promise<{ rows: unknown[][]; result: CursorResult }> {
  return new Promise((resolve, reject) => {
    cursor.read(count, (error, rows, result) => {
      if (error === null || error === undefined) resolve({ rows, result })
      else reject(error instanceof Error || isSyncError(error) ? error : new Error('the cursor failed'))
    })
  })
}
