/** What a test needs to know of a connector: a source that it can start, break in the middle, and stop. */
import type { Connector } from '../core/connector.ts'

export interface ConnectorFixture {
  readonly connector: Connector
  /** A source of its own for each call, with at least 200 rows; several may run side by side. */
  start(): Promise<FixtureSource>
  /**
   * A source with at least so many rows, for the check that memory stays flat over a long read. Without it the source
   * of `start` is read over and over, which finds what stays from read to read, and not a connector that holds a whole
   * read.
   */
  startLong?(rows: number): Promise<FixtureSource>
  /** A source whose reads hang for good, in the middle or before the first row: it is still alive and says nothing. */
  startHanging?(): Promise<FixtureSource>
  /** Options that must fail, and how. */
  readonly mistakes?: readonly FixtureMistake[]
  /** Columns that hold an id and a name, for tests that push what was read. Default: `id` and `name`. */
  readonly people?: { readonly id: string; readonly name: string }
}

export interface FixtureSource {
  /** As a configuration has them, secrets as `Secret`. */
  readonly options: Readonly<Record<string, unknown>>
  /** Folder that relative paths are relative to. Default: the working directory. */
  readonly baseDir?: string
  /** How many rows a whole read has. */
  readonly rows: number
  /** From now on every read breaks in the middle: the connection drops, the file is cut, a page is missing. */
  cut(): Promise<void>
  /** Releases all that `start` took: processes, ports, files. */
  stop(): Promise<void>
}

export interface FixtureMistake {
  /** The end of a sentence: `a password that the server refuses`. */
  readonly says: string
  /** The wrong options, from the good ones. */
  options(good: FixtureSource['options']): Record<string, unknown>
  /** Who must act: the class of the error that `check` and `read` throw, or `options` when the schema refuses them. */
  readonly fails: 'options' | 'ConfigError' | 'OperatorError' | 'RetryLaterError'
  /** The error's code, where it matters. */
  readonly code?: string
}

/** Declares a fixture; the types of its parts are checked. */
export function defineFixture(fixture: ConnectorFixture): ConnectorFixture {
  return fixture
}

export function isFixture(value: unknown): value is ConnectorFixture {
  if (typeof value !== 'object' || value === null || !('connector' in value) || !('start' in value)) return false
  return typeof value.start === 'function'
}
