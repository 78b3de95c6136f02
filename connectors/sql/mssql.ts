import type { ConnectionPool, IColumnMetadata, ISqlType, Request, Transaction } from 'mssql'
import { ConfigError } from '../../core/errors.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { loadDriver } from '../network/driver.ts'
import { atMost, openInTime } from './abort.ts'
import type { Connect, ConnectContext, Database, Statement, StreamHow, Values } from './database.ts'
import { endedEarly, noColumns, severalStatements, wrongParameters } from './failure.ts'
import { explainMssql } from './mssql-failure.ts'
import { configOf, createSockets } from './mssql-pool.ts'
import { type Column, createDecoder, type Decode } from './mssql-values.ts'
import { createRowQueue, type RowQueue } from './row-queue.ts'
import { readShape } from './shape.ts'
import { type Target, targetOf } from './target.ts'
import { refuseAddress, tlsTrust } from './tls.ts'

const CLOSE_MS = 700

export const connectMssql: Connect = async (context) => {
  const target = targetOf(context.options)
  const trust = await tlsTrust(target, context)
  refuseAddress(target)
  const driver = await loadMssql()
  context.signal.throwIfAborted()
  const sockets = createSockets()
  const pool = new driver.ConnectionPool(configOf(target, trust, sockets))
  // A lost connection fails the request under way, or the next one; without a listener it would end the process.
  pool.on('error', () => undefined)
  const begun = await opened({ pool, driver, target, context, destroy: sockets.destroy })
  return databaseOf({ ...begun, pool, driver, target, signal: context.signal, destroy: sockets.destroy })
}

type Driver = Awaited<ReturnType<typeof loadMssql>>

const importMssql = async () => (await import('mssql')).default

function loadMssql() {
  return loadDriver(importMssql, { purpose: 'use: sql with SQL Server', packages: ['mssql@12'] })
}

interface Opening {
  readonly pool: ConnectionPool
  readonly driver: Driver
  readonly target: Target
  readonly context: ConnectContext
  destroy(): void
}

interface Begun {
  readonly transaction: Transaction
  readonly product: string
  readonly sees: string
}

async function opened({ pool, driver, target, context, destroy }: Opening): Promise<Begun> {
  const timeoutMs = parseDuration(context.options.connectTimeout) ?? 0
  const { place } = target
  if (target.host.includes('\\')) throw namedInstance(target.host)
  const open = async (): Promise<Begun> => {
    await pool.connect()
    return begin(pool, driver)
  }
  try {
    const begun = await openInTime(open(), { place, timeoutMs, signal: context.signal, abandon: destroy })
    if (!begun.sees.includes('snapshot')) {
      context.log.warn(
        `${place} does not allow snapshots: rows that change while they are read may be missed or come twice`,
      )
    }
    return begun
  } catch (error) {
    context.signal.throwIfAborted()
    destroy()
    throw explainMssql(error, { target })
  }
}

const SETTINGS = `select cast(serverproperty('ProductVersion') as nvarchar(100)) as version,
  snapshot_isolation_state as snapshots, is_read_committed_snapshot_on as statementSnapshots
  from sys.databases where database_id = db_id()`

interface Settings {
  readonly version: string
  readonly snapshots: number
  readonly statementSnapshots: boolean
}

/** SQL Server has no transaction that only reads: ours is never committed, and its end undoes whatever was written. */
async function begin(pool: ConnectionPool, driver: Driver): Promise<Begun> {
  const settings = (await new driver.Request(pool).query<Settings>(SETTINGS)).recordset[0]
  const transaction = new driver.Transaction(pool)
  // Told when the server rolls back by itself; the statement under way fails then, and says why.
  transaction.on('error', () => undefined)
  const isSnapshot = settings?.snapshots === 1
  const { SNAPSHOT, READ_COMMITTED } = driver.ISOLATION_LEVEL
  await transaction.begin(isSnapshot ? SNAPSHOT : READ_COMMITTED)
  const product = `SQL Server ${settings?.version ?? 'of an unknown version'}`
  if (isSnapshot) return { transaction, product, sees: 'in one snapshot' }
  if (settings?.statementSnapshots === true) return { transaction, product, sees: 'with a snapshot for each statement' }
  return { transaction, product, sees: 'among the writes of others' }
}

interface Session extends Begun {
  readonly pool: ConnectionPool
  readonly driver: Driver
  readonly target: Target
  readonly signal: AbortSignal
  destroy(): void
}

function databaseOf(session: Session): Database {
  const { transaction, pool, target, destroy } = session
  let running: Request | undefined
  return {
    product: session.product,
    sees: session.sees,
    async *stream(statement, how) {
      const request = new session.driver.Request(transaction)
      running = request
      try {
        yield* streamRows(request, statement, { ...how, signal: session.signal })
        running = undefined
      } catch (error) {
        session.signal.throwIfAborted()
        // The server has ended the statement itself, or the end of the connection ends it.
        running = undefined
        throw explainMssql(error, { target, statement })
      }
    },
    async close() {
      const rollBack = async (): Promise<void> => {
        await transaction.rollback()
        await pool.close()
      }
      if (running === undefined) await atMost(CLOSE_MS, rollBack())
      else await cancel(running)
      destroy()
      // Of a connection that is gone the pool hears late; nobody need wait for that.
      pool.close().catch(() => undefined)
    },
  }
}

/** The server ends the statement on this word; the end of the connection then rolls the transaction back. */
async function cancel(request: Request): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    request.once('done', () => resolve())
  })
  request.cancel()
  await atMost(CLOSE_MS, ended)
}

async function* streamRows(
  request: Request,
  statement: Statement,
  { fetchSize, announce, signal }: StreamHow & { readonly signal: AbortSignal },
): AsyncGenerator<readonly Values[], void, void> {
  refuseShape(statement)
  const queue = createRowQueue({ fetchSize, signal, pause: () => request.pause(), resume: () => request.resume() })
  let decode: Decode | undefined
  const sent = execute(request, { statement, queue }, (columns) => {
    decode = createDecoder(columns)
    announce(columns.map(({ name }) => name))
  })
  await queue.started()
  if (decode === undefined) throw noColumns(statement)
  let rows = 0
  for await (const batch of queue.batches()) {
    rows += batch.length
    yield decode(batch)
  }
  // The server ends with the number of rows; whatever lies between could end the stream, but not know it.
  if (sent.rows !== undefined && sent.rows !== rows) throw endedEarly(statement)
}

interface Executing {
  readonly statement: Statement
  readonly queue: RowQueue
}

/** @returns what the server says at the end; `rows` stays undefined when it does not count */
function execute(
  request: Request,
  { statement, queue }: Executing,
  onColumns: (columns: readonly Column[]) => void,
): { readonly rows: number | undefined } {
  const sent: { rows: number | undefined } = { rows: undefined }
  let results = 0
  request.stream = true
  request.arrayRowMode = true
  for (const [index, value] of statement.parameters.entries()) request.input(`p${index + 1}`, value)
  request.on('recordset', (columns: IColumnMetadata) => {
    results++
    try {
      if (results > 1) throw severalStatements(statement)
      onColumns(columnsOf(columns, statement))
    } catch (error) {
      queue.fail(error)
    }
  })
  request.on('row', (row: unknown[]) => queue.push(row))
  request.on('rowsaffected', (rows: number) => (sent.rows = rows))
  request.on('error', (error) => queue.fail(error))
  request.on('done', () => queue.end())
  // In this mode errors come as events, and what is returned says nothing.
  void Promise.resolve(request.query(statement.text)).catch((error: unknown) => queue.fail(error))
  return sent
}

/** What FOR JSON and FOR XML call their one column; the driver hands out none of it. */
const DOCUMENT = /^(JSON|XML)_F52E2B61-18A1-11d1-B105-00805F49916B$/i

function columnsOf(metadata: IColumnMetadata, { name: query }: Statement): readonly Column[] {
  const columns = Object.values(metadata) as (IColumnMetadata[string] & { readonly scale?: number })[]
  return columns.map(({ name, type, scale }) => {
    if (DOCUMENT.test(name)) throw document(query)
    return { name, type: declarationOf(type), scale: scale ?? 7 }
  })
}

/** Its types are functions that know how they are declared. */
function declarationOf(type: (() => ISqlType) | ISqlType | undefined): string {
  return typeof type === 'function' && 'declaration' in type ? String(type.declaration) : ''
}

function refuseShape(statement: Statement): void {
  if (readShape(statement.text).statements > 1) throw severalStatements(statement)
  const named = new Set(statement.text.toLowerCase().match(/@p\d+/g))
  const stray = statement.parameters.findIndex((_, index) => !named.has(`@p${index + 1}`))
  if (stray !== -1) throw wrongParameters(statement, named.size)
}

function document(query: string): ConfigError {
  return new ConfigError('sql-columns', `${query} gives one document, not rows`, {
    hint: 'Remove FOR JSON or FOR XML.',
  })
}

function namedInstance(host: string): ConfigError {
  return new ConfigError('sql-options', `\`host\` names the instance of SQL Server: ${host}`, {
    hint: 'Name the host alone, and in `port` the port of the instance, as SQL Server Configuration Manager shows it.',
  })
}
