import { stat } from 'node:fs/promises'
import { ConfigError } from '../../core/errors.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { fileFailure, notAFile } from '../files/failure.ts'
import { atMost } from './abort.ts'
import type { Connect, Statement, StreamHow, Values } from './database.ts'
import { noColumns, severalStatements, wrongParameters } from './failure.ts'
import { readShape } from './shape.ts'
import { explainSqlite } from './sqlite-failure.ts'
import { startSqliteProcess } from './sqlite-process.ts'
import { fileOf } from './target.ts'

const CLOSE_MS = 700

export const connectSqlite: Connect = async ({ options, signal }) => {
  const path = fileOf(options)
  await refuseOthers(path)
  const waitMs = parseDuration(options.connectTimeout) ?? 0
  const reader = startSqliteProcess(signal)
  let idle = true
  const guarded = async <T>(work: Promise<T>, statement?: Statement): Promise<T> => {
    idle = false
    try {
      return await work
    } catch (error) {
      signal.throwIfAborted()
      throw explainSqlite(error, { path, ...(statement && { statement }) })
    } finally {
      idle = !signal.aborted
    }
  }
  async function* stream(statement: Statement, how: StreamHow): AsyncGenerator<readonly Values[], void, void> {
    refuseShape(statement)
    const { columns } = await guarded(reader.start(statement), statement)
    if (columns.length === 0) throw noColumns(statement)
    how.announce(columns)
    for (;;) {
      const { batch, done } = await guarded(reader.next(how.fetchSize), statement)
      if (batch.length > 0) yield decode(batch)
      if (done) return
    }
  }
  async function close(): Promise<void> {
    if (idle) await atMost(CLOSE_MS, reader.close())
    reader.kill()
  }
  try {
    const { version } = await guarded(reader.open(path, waitMs))
    return { product: `SQLite ${version}`, sees: 'in one read-only transaction', stream, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** SQLite makes a missing file anew, and waits for ever for a pipe. */
async function refuseOthers(path: string): Promise<void> {
  let stats: Awaited<ReturnType<typeof stat>>
  try {
    stats = await stat(path)
  } catch (error) {
    throw fileFailure(path, error)
  }
  if (!stats.isFile()) throw notAFile(path, stats.isDirectory() ? 'folder' : 'special')
}

/** SQLite would read the first statement and forget the others, and takes null for a value that is not given. */
function refuseShape(statement: Statement): void {
  const { statements, placeholders, named } = readShape(statement.text)
  if (statements === 0) throw noColumns(statement)
  if (statements > 1) throw severalStatements(statement)
  if (named !== undefined) throw namedPlaceholder(named)
  if (placeholders !== statement.parameters.length) throw wrongParameters(statement, placeholders)
}

/** Whole numbers that a double cannot hold become text, and bytes hexadecimal digits; in place. */
function decode(batch: unknown[][]): unknown[][] {
  for (const row of batch) {
    for (const [index, value] of row.entries()) {
      if (typeof value === 'bigint') row[index] = Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
      else if (value instanceof Uint8Array) row[index] = Buffer.from(value).toString('hex')
      else if (typeof value === 'number' && !Number.isFinite(value)) row[index] = String(value)
    }
  }
  return batch
}

function namedPlaceholder(name: string): ConfigError {
  return new ConfigError('sql-parameters', `the placeholder ${name} has a name, and \`parameters\` is a list`, {
    hint: 'Write ? for each value, in order.',
  })
}
