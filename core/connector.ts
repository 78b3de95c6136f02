/** The contract that connectors know, and the only file of the core that they may import besides errors, clock and secret. */
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Secret } from './secret.ts'

/** One row of a source. */
export interface Row {
  /** Where it came from, as a person looks it up: `people.csv:14`, a DN, table and key. */
  readonly at: string
  readonly fields: Readonly<Record<string, unknown>>
  /** What the connector itself found wrong with the row: its record is then invalid, and deletes nobody. */
  readonly problems?: readonly RowProblem[]
}

export interface RowProblem {
  /** Of the record, or of the row. */
  readonly field: string
  /** A sentence without a value that may be personal. */
  readonly message: string
}

/** A file that fed a read, for the history. */
export interface SourceFile {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly modifiedAt: Date
  /** Hex. */
  readonly sha256?: string
}

/** What a read returns when it ends: the positive statement that it saw everything. */
export interface Proof {
  /** False, or no proof at all, means incomplete: nothing of this read is pushed. */
  readonly complete: boolean
  /** Rows yielded; a number that differs from what arrived means incomplete. */
  readonly rows: number
  /** The instant the data speaks of: a file's time, a query's start. */
  readonly asOf: Date
  /** How completeness was established, or why it could not be: `last page seen`, `trailer says 4 000, read 3 998`. */
  readonly evidence: string
  readonly files?: readonly SourceFile[]
}

/** What a connector found out about the login that it reads with. */
export interface LoginFacts {
  /** When it stops working, of its own accord: a password or an account that expires, a token that ends. */
  readonly expiresAt?: Date
  /**
   * Why it seems to belong to a person, and may leave with them: `its entry has employeeNumber`. A clause without a
   * name or a value.
   */
  readonly personal?: string
}

export interface CheckContext<Options = unknown> {
  /** Checked against the declared schema, defaults filled in, paths absolute, secrets resolved. */
  readonly options: Options
  readonly log: Log
  /** Aborted when the run is; a connector ends within a second of it. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** IANA name of the configuration's time zone: what "today" means in a company. */
  readonly zone: string
  /** Honours proxy variables and the configured CA. */
  readonly fetch: typeof globalThis.fetch
  /**
   * A fetch that also trusts the PEM certificates of this file.
   * @throws ConfigError when the file cannot be read or holds no certificate
   */
  fetchTrusting(caFile: string): Promise<typeof globalThis.fetch>
  /** The proxy that a URL goes through, credentials removed, for messages; undefined: directly. */
  proxyFor?(url: string): { readonly url: string; readonly variable: string } | undefined
  /** Folder for temporary files, of this read alone. Make it when you need it; the runner removes it. */
  readonly scratch: string
  /**
   * Tells what is known of the login, so that people hear of its end before it comes. Call it as often as there is
   * something new to say; what is not told stays as it was. Finding it out must not fail a read. Absent where nobody
   * keeps it.
   */
  login?(facts: LoginFacts): void
}

export interface ReadContext<Options = unknown> extends CheckContext<Options> {
  /** Call once before the first row, when the source knows its columns: misspelt ones are then found at once. */
  columns(names: readonly string[]): void
  /** Rows or bytes so far, for the progress line. `total` when it is known. */
  progress(done: number, total?: number, unit?: 'rows' | 'bytes'): void
}

export type Rows = AsyncGenerator<Row | readonly Row[], Proof | undefined, void>

/**
 * JSON Schema of the options, of the subset that has a type. `secret: true` marks secrets. Paths are relative to the
 * configuration file and arrive absolute: `path` for files and folders, `location` for what may also be a URL
 * (`sftp://…`, `https://…`) or `-` for standard input, which arrive as written.
 */
export type OptionSchema =
  | {
      readonly type: 'string'
      readonly enum?: readonly string[]
      readonly default?: string
      readonly secret?: true
      readonly format?: 'path' | 'location' | 'duration' | 'uri' | 'regex'
      readonly minLength?: number
      readonly pattern?: string
      readonly description: string
      readonly examples?: readonly string[]
    }
  | {
      readonly type: 'integer' | 'number'
      readonly default?: number
      readonly minimum?: number
      readonly maximum?: number
      readonly description: string
    }
  | { readonly type: 'boolean'; readonly default?: boolean; readonly description: string }
  | {
      readonly type: 'array'
      readonly items: OptionSchema
      readonly default?: readonly unknown[]
      readonly minItems?: number
      readonly description: string
    }
  | ObjectSchema

export interface ObjectSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, OptionSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: OptionSchema | false
  readonly default?: Readonly<Record<string, unknown>>
  readonly description?: string
}

type Value<S> = S extends { readonly secret: true }
  ? Secret
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'integer' | 'number' }
        ? number
        : S extends { readonly type: 'boolean' }
          ? boolean
          : S extends { readonly type: 'array'; readonly items: infer I }
            ? readonly Value<I>[]
            : S extends { readonly type: 'object' }
              ? OptionsOf<S>
              : unknown

type RequiredKeys<S> = S extends { readonly required: readonly (infer K)[] } ? K : never
type PropertiesOf<S> = S extends { readonly properties: infer P } ? P : never
type KeysWithDefault<P> = { [K in keyof P]: P[K] extends { readonly default: unknown } ? K : never }[keyof P]
type PresentKeys<S> = Extract<keyof PropertiesOf<S>, RequiredKeys<S> | KeysWithDefault<PropertiesOf<S>>>

/** Of keys that only the configuration knows. */
type Additional<S> = S extends { readonly additionalProperties: infer A extends OptionSchema }
  ? { readonly [key: string]: Value<A> }
  : unknown

type Declared<S> = { readonly [K in PresentKeys<S>]: Value<PropertiesOf<S>[K]> } & {
  readonly [K in Exclude<keyof PropertiesOf<S>, PresentKeys<S>>]?: Value<PropertiesOf<S>[K]>
}

/** The TypeScript type of options that passed their schema. A `duration` stays text; `parseDuration` turns it into milliseconds. */
export type OptionsOf<S> = keyof PropertiesOf<S> extends never ? Additional<S> : Declared<S> & Additional<S>

export interface Connector<Options = unknown> {
  readonly apiVersion: 1
  /** The kind of system: `csv`, `ldap`, `assets`. */
  readonly name: string
  readonly options: ObjectSchema
  /**
   * What the schema cannot say: options that need each other, or exclude each other. Offline; secrets may be references
   * that nobody has resolved, and paths are as written. Called with every configuration that names the connector.
   * @throws ConfigError
   */
  validate?(options: Options): void
  /** Reachable, and permitted? Resolves to a sentence for people; throws ConfigError, OperatorError or RetryLaterError. */
  check?(context: CheckContext<Options>): Promise<string>
  /** Yields rows, one by one or in batches, and returns the proof. */
  read(context: ReadContext<Options>): Rows
}

export interface ConnectorDefinition<S extends ObjectSchema> {
  readonly apiVersion: 1
  readonly name: string
  readonly options: S
  validate?(options: OptionsOf<S>): void
  check?(context: CheckContext<OptionsOf<S>>): Promise<string>
  read(context: ReadContext<OptionsOf<S>>): Rows
}

const BRAND = Symbol.for('vanta-sync.connector')

/** Declares a connector; the options' types follow from their schema. */
export function defineConnector<const S extends ObjectSchema>(definition: ConnectorDefinition<S>): Connector {
  const connector: unknown = Object.freeze({ ...definition, [BRAND]: true })
  return connector as Connector
}

export function isConnector(value: unknown): value is Connector {
  return typeof value === 'object' && value !== null && BRAND in value
}
