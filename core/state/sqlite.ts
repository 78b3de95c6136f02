/** SQLite by `node:sqlite` where Node has it, else by `libsql`; one face for both. */
import { createRequire } from 'node:module'
import type { Database, SqlRow, SqlValue, Statement } from './database.ts'

interface RawStatement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
  iterate(...values: SqlValue[]): IterableIterator<unknown>
}

interface RawDatabase {
  exec(sql: string): unknown
  prepare(sql: string): RawStatement
  close(): void
}

type Open = (path: string) => RawDatabase

const require = createRequire(import.meta.url)

/** How long a statement waits for a lock. */
export const BUSY_MS = 10_000

/** What SQLite threw, as the caller wants it told. */
export type Explain = (error: unknown) => unknown

const asItIs: Explain = (error) => error

/** Opens or creates a database file. Errors are those of SQLite, with its words, unless `explain` puts them better. */
export function openDatabase(path: string, explain: Explain = asItIs): Database {
  const explained: Explained = (work) => {
    try {
      return work()
    } catch (error) {
      throw explain(error)
    }
  }
  const raw = explained(() => opener()(path))
  raw.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  let isClosed = false
  return {
    path,
    exec: (sql) => void explained(() => raw.exec(sql)),
    prepare: (sql) =>
      statementOf(
        explained(() => raw.prepare(sql)),
        explained,
      ),
    transaction(work) {
      explained(() => raw.exec('BEGIN IMMEDIATE'))
      try {
        const result = work()
        explained(() => raw.exec('COMMIT'))
        return result
      } catch (error) {
        rollBack(raw)
        throw error
      }
    },
    another: () => openDatabase(path, explain),
    close() {
      if (isClosed) return
      isClosed = true
      // A connection with statements that nobody has collected yet lives on; its transaction must not.
      rollBack(raw)
      raw.close()
    },
  }
}

type Explained = <T>(work: () => T) => T

function rollBack(raw: RawDatabase): void {
  try {
    raw.exec('ROLLBACK')
  } catch {
    // No transaction is open: SQLite has rolled back already, as when the disk was full.
  }
}

function statementOf(raw: RawStatement, explained: Explained): Statement {
  return {
    run(...values) {
      const { changes, lastInsertRowid } = explained(() => raw.run(...values))
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) }
    },
    get: (...values) => (explained(() => raw.get(...values)) ?? undefined) as SqlRow | undefined,
    all: (...values) => explained(() => raw.all(...values)) as SqlRow[],
    iterate: (...values) => iterated(explained(() => raw.iterate(...values)) as IterableIterator<SqlRow>, explained),
  }
}

/** Damage may show at any row. */
function* iterated(rows: IterableIterator<SqlRow>, explained: Explained): Generator<SqlRow, void, void> {
  try {
    for (let step = explained(() => rows.next()); step.done !== true; step = explained(() => rows.next())) {
      yield step.value
    }
  } finally {
    rows.return?.()
  }
}

function opener(): Open {
  const builtIn = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule?.('node:sqlite')
  if (builtIn !== undefined) {
    const { DatabaseSync } = builtIn as { DatabaseSync: new (path: string) => RawDatabase }
    return (path) => new DatabaseSync(path)
  }
  const Libsql = require('libsql') as new (path: string) => RawDatabase
  return (path) => new Libsql(path)
}
