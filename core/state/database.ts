/** The little of SQLite that we use, the same over `node:sqlite` and `libsql`. Synchronous: the file is local. */
export type SqlValue = string | number | bigint | null | Uint8Array
export type SqlRow = Record<string, SqlValue>

export interface Statement {
  run(...values: SqlValue[]): { changes: number; lastInsertRowid: number }
  get(...values: SqlValue[]): SqlRow | undefined
  all(...values: SqlValue[]): SqlRow[]
  iterate(...values: SqlValue[]): IterableIterator<SqlRow>
}

export interface Database {
  readonly path: string
  exec(sql: string): void
  prepare(sql: string): Statement
  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; rolls back when it throws. Must not await. */
  transaction<T>(work: () => T): T
  /** A second connection to the same file. */
  another(): Database
  close(): void
}
