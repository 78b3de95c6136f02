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

/** Opens or creates a database file. Errors are those of SQLite, with its words. */
export function openDatabase(path: string): Database {
  const raw = opener()(path)
  raw.exec('PRAGMA busy_timeout = 10000')
  return {
    path,
    exec: (sql) => void raw.exec(sql),
    prepare: (sql) => statementOf(raw.prepare(sql)),
    transaction(work) {
      raw.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        raw.exec('COMMIT')
        return result
      } catch (error) {
        rollBack(raw)
        throw error
      }
    },
    close: () => raw.close(),
  }
}

function rollBack(raw: RawDatabase): void {
  try {
    raw.exec('ROLLBACK')
  } catch {
    // SQLite has rolled back already when the disk was full; the first error is the one to tell.
  }
}

function statementOf(raw: RawStatement): Statement {
  return {
    run(...values) {
      const { changes, lastInsertRowid } = raw.run(...values)
      return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) }
    },
    get: (...values) => (raw.get(...values) ?? undefined) as SqlRow | undefined,
    all: (...values) => raw.all(...values) as SqlRow[],
    iterate: (...values) => raw.iterate(...values) as IterableIterator<SqlRow>,
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
