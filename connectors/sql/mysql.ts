import type { Connection } from 'mysql2'
import { parseDuration } from '../../core/text/duration.ts'
import { loadDriver } from '../network/driver.ts'
import { atMost, openInTime, orAborted } from './abort.ts'
import type { Connect, ConnectContext, Database, Statement, StreamHow, Values } from './database.ts'
import { connectionLost, endedEarly, noColumns, wrongParameters } from './failure.ts'
import { ask, configOf, connected, destroy, type Link, watched } from './mysql-connection.ts'
import { explainMysql } from './mysql-failure.ts'
import { createDecoder, type Decode, type Field } from './mysql-values.ts'
import { createRowQueue, type RowQueue } from './row-queue.ts'
import { type Target, targetOf } from './target.ts'
import { refuseAddress, tlsTrust } from './tls.ts'
import { zoneOf } from './zone.ts'

/** Of closing; within it the server hears that nobody waits any more. */
const CLOSE_MS = 700

/** MySQL cuts lists of GROUP_CONCAT at 1 KiB and only warns; no record may be longer than this. */
const LONGEST_LIST = 10 * 1024 * 1024

export const connectMysql: Connect = async (context) => {
  const target = targetOf(context.options)
  const zone = zoneOf(context)
  const trust = await tlsTrust(target, context)
  refuseAddress(target)
  const { createConnection } = await loadMysql()
  context.signal.throwIfAborted()
  const open = (): Connection => createConnection(configOf(target, trust))
  const link = watched(open())
  const product = await opened(link, { target, context, zone })
  return databaseOf({ link, open, product, zone, target, signal: context.signal })
}

const importMysql = async () => (await import('mysql2')).default

function loadMysql() {
  return loadDriver(importMysql, { purpose: 'use: sql with MySQL or MariaDB', packages: ['mysql2@3'] })
}

interface Opening {
  readonly target: Target
  readonly context: ConnectContext
  readonly zone: string
}

/** @returns what answers, for people */
async function opened(link: Link, { target, context, zone }: Opening): Promise<string> {
  const timeoutMs = parseDuration(context.options.connectTimeout) ?? 0
  const abandon = (): void => destroy(link.connection)
  const open = async (): Promise<string> => {
    await connected(link)
    return begin(link.connection, zone)
  }
  try {
    return await openInTime(open(), { place: target.place, timeoutMs, signal: context.signal, abandon })
  } catch (error) {
    context.signal.throwIfAborted()
    abandon()
    throw explainMysql(error, { target })
  }
}

async function begin(connection: Connection, zone: string): Promise<string> {
  await ask(connection, `set session sql_select_limit = 18446744073709551615, group_concat_max_len = ${LONGEST_LIST}`)
  // UTC is known to every server; names of places only to one whose tables of zones are loaded.
  await ask(connection, 'set session time_zone = ?', [zone === 'UTC' ? '+00:00' : zone])
  await ask(connection, 'set session transaction isolation level repeatable read')
  await ask(connection, 'start transaction with consistent snapshot, read only')
  const [row] = await ask(connection, 'select version()')
  const version = typeof row?.[0] === 'string' ? row[0] : 'of an unknown version'
  return /mariadb/i.test(version) ? `MariaDB ${version.replace(/-mariadb.*/i, '')}` : `MySQL ${version}`
}

interface Session {
  readonly link: Link
  /** Another connection to the same server. */
  open(): Connection
  readonly product: string
  readonly zone: string
  readonly target: Target
  readonly signal: AbortSignal
}

function databaseOf(session: Session): Database {
  const { link, target } = session
  let running = false
  return {
    product: session.product,
    sees: 'in one read-only snapshot',
    async *stream(statement, how) {
      running = true
      try {
        yield* streamRows(session, statement, how)
        running = false
      } catch (error) {
        session.signal.throwIfAborted()
        // The server has ended the statement itself, or the end of the connection ends it while it sends.
        running = false
        throw explainMysql(error, { target, statement })
      }
    },
    async close() {
      if (running && link.lost === undefined) await killStatement(session)
      destroy(link.connection)
    },
  }
}

/** A server that computes does not look whether anybody still listens, so it is told on a second connection. */
async function killStatement({ link, open }: Session): Promise<void> {
  const { threadId } = link.connection
  const second = watched(open())
  const kill = async (): Promise<void> => {
    await connected(second)
    await ask(second.connection, `kill query ${threadId}`)
  }
  await atMost(CLOSE_MS, kill())
  destroy(second.connection)
}

async function* streamRows(
  session: Session,
  statement: Statement,
  { fetchSize, announce }: StreamHow,
): AsyncGenerator<readonly Values[], void, void> {
  const { link, signal, zone } = session
  const { connection } = link
  const queue = createRowQueue({
    fetchSize,
    signal,
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  })
  if (link.lost !== undefined) throw connectionLost(session.target.place)
  const prepared = await orAborted(prepare(link, statement), signal)
  link.onLost = (error) => queue.fail(error)
  // Nothing runs before this is known to give rows.
  if (prepared.columns.length === 0) throw noColumns(statement)
  if (prepared.parameters.length !== statement.parameters.length) {
    throw wrongParameters(statement, prepared.parameters.length)
  }
  let decode: Decode | undefined
  execute(prepared, { statement, queue }, (fields) => {
    decode = createDecoder(fields, zone)
    announce(fields.map(({ name }) => name))
  })
  await queue.started()
  for await (const batch of queue.batches()) yield decode === undefined ? batch : decode(batch)
  if (decode === undefined) throw endedEarly(statement)
}

/** What the driver has, and its types leave out. */
interface Prepared {
  readonly columns: readonly unknown[]
  readonly parameters: readonly unknown[]
  execute(values: readonly string[]): Running
}

interface Running {
  on(event: 'fields', listener: (fields: readonly Field[] | undefined) => void): void
  on(event: 'result', listener: (row: unknown[]) => void): void
  on(event: 'error', listener: (error: unknown) => void): void
  on(event: 'end', listener: () => void): void
}

/** Prepared statements are one statement by the protocol, and their values never touch its text. */
function prepare(link: Link, { text }: Statement): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    link.onLost = reject
    link.connection.prepare(text, (error, prepared) => {
      if (error) reject(error)
      else resolve(prepared as unknown as Prepared)
    })
  })
}

interface Executing {
  readonly statement: Statement
  readonly queue: RowQueue
}

function execute(
  prepared: Prepared,
  { statement, queue }: Executing,
  onFields: (fields: readonly Field[]) => void,
): void {
  let results = 0
  const running = prepared.execute(statement.parameters)
  running.on('fields', (fields) => {
    results++
    if (fields === undefined || results > 1) {
      queue.fail(noColumns(statement))
      return
    }
    try {
      onFields(fields)
    } catch (error) {
      queue.fail(error)
    }
  })
  running.on('result', (row) => queue.push(row))
  running.on('error', (error) => queue.fail(error))
  // Comes after the packet that says that there are no more rows, or after an error, which was told before.
  running.on('end', () => queue.end())
}
