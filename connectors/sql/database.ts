/** What a database must be able to do to be read; each kind has a module of its own that can. */
import type { Clock } from '../../core/clock.ts'
import type { LoginFacts } from '../../core/connector.ts'
import type { Log } from '../../core/log.ts'
import type { SqlOptions } from './options.ts'

export interface Statement {
  /** What it is called in messages and places: `query`, `count`, or the name of its file. */
  readonly name: string
  readonly text: string
  readonly parameters: readonly string[]
}

/** One row, in the order of the columns. */
export type Values = readonly unknown[]

export interface StreamHow {
  /** Rows of a batch. */
  readonly fetchSize: number
  /** Told the columns once, before the first batch, also when there are no rows. Not told when there are no columns. */
  announce(names: readonly string[]): void
}

/** A connection, inside a transaction that reads only and is never committed. */
export interface Database {
  /** What answers, for people: `PostgreSQL 15.8`. */
  readonly product: string
  /** What the reading sees while others write, to end a sentence: `in one read-only snapshot`. */
  readonly sees: string
  /**
   * The rows of one statement, one statement at a time. Ends without an error only when the database said that there
   * are no more; whoever stops early closes the connection.
   * @throws ConfigError, OperatorError, RetryLaterError; the reason of the signal
   */
  stream(statement: Statement, how: StreamHow): AsyncGenerator<readonly Values[], void, void>
  /** Ends what still runs on the server, and the connection, within a second. Never throws. */
  close(): Promise<void>
}

export interface ConnectContext {
  readonly options: SqlOptions
  readonly zone: string
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Log
  login?(facts: LoginFacts): void
}

export type Connect = (context: ConnectContext) => Promise<Database>
