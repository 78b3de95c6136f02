/** What a run needs to know of a resource: the configuration after it was read, resolved and checked. */
import type { ResourceType } from '../schemas/resource-type.ts'
import type { Connector } from './connector.ts'
import type { KeyMapping, Mapping } from './mapping/mapping.ts'
import type { Secret, SecretRef } from './secret.ts'

export interface VantaSpec {
  /** Origin without a trailing slash and without `/v1`. */
  readonly baseUrl: string
  /** PEM certificates that are trusted besides the usual ones. */
  readonly ca?: string
  readonly limits: Limits
}

export interface Limits {
  /** Token requests a minute over all applications of the state. */
  readonly tokenRequests: number
  /** Resource requests a minute per application. */
  readonly resourceRequests: number
}

export interface ApplicationSpec {
  readonly name: string
  readonly clientId: string
  readonly clientSecret: SecretRef
  readonly scopes: readonly string[]
}

export const READ_SCOPE = 'connectors.self:read-resource'
export const WRITE_SCOPE = 'connectors.self:write-resource'

/** A configured connector, with the options of one use laid over its own. */
export interface ReadableSource {
  /** The user's name of the connector, and which of its uses when the resource has several. */
  readonly name: string
  readonly connector: Connector
  /** Hex SHA-256 of the connector's module; absent for one that is built in. */
  readonly moduleHash?: string
  /** Resolves secrets afresh, at each connection. @throws ConfigError */
  options(signal?: AbortSignal): Promise<unknown>
}

/** A source whose rows become records. */
export interface SourceSpec extends ReadableSource {
  readonly mapping: Mapping
  /** Hex SHA-256 of what the mapping was made of, with keys, joins and tables. */
  readonly mappingHash?: string
  /** In their order: each may be looked up by what those before it found. */
  readonly joins?: readonly JoinSpec[]
  /** Row field that `guard.groupBy` names; `dir.team` is one of a joined source. */
  readonly groupBy?: string
}

/** A source that is looked up for each row of another one, which decides who exists. */
export interface JoinSpec extends ReadableSource {
  /** Its name in expressions. */
  readonly as: string
  /** What its rows are found by. */
  readonly key: KeyMapping
  /** Of a row without a match: its columns are absent, or the record is invalid. */
  readonly missing: 'keep' | 'invalid'
}

export type Limit =
  | { readonly kind: 'share'; readonly share: number; readonly text: string }
  | { readonly kind: 'count'; readonly count: number; readonly text: string }

export interface GuardSpec {
  readonly maxRemoved: Limit
  readonly maxChanged: Limit
  readonly maxAdded: Limit
  readonly maxInvalid: Limit
  readonly minRecords: number
  readonly mustInclude: readonly string[]
  readonly groupBy?: string
  readonly windowMs: number
}

export type MergePolicy = 'error' | 'first' | 'join'
export type InvalidPolicy = 'carry-forward' | 'block' | 'drop'

export interface ResourceSpec {
  /** The user's name of the resource. */
  readonly name: string
  readonly application: ApplicationSpec
  readonly type: ResourceType
  /** One, or the list that the set is partitioned over. */
  readonly resourceIds: readonly string[]
  readonly sources: readonly SourceSpec[]
  readonly merge: MergePolicy
  readonly onInvalid: InvalidPolicy
  readonly carryForMs: number
  /** How long user accounts that left the sources are sent as DEACTIVATED; absent: they leave Vanta at once. */
  readonly keepGoneMs?: number
  readonly guard: GuardSpec
  readonly verify: boolean
  readonly maxDataAgeMs?: number
  /** Of one read. */
  readonly timeoutMs: number
  /** Without a success for longer, the resource is unhealthy. */
  readonly maxAgeMs?: number
  readonly schedule?: ScheduleSpec
}

export interface ScheduleSpec {
  readonly cron: string
  readonly zone: string
  /** The longest delay after a slot. How much of it a resource takes is fixed; 0: none. */
  readonly jitterMs: number
}

export interface ServerSpec {
  readonly host: string
  readonly port: number
  /** Where people reach it, without a trailing slash; for links. */
  readonly publicUrl?: string
  /** Absolute paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Something in front of it speaks TLS. */
  readonly behindProxy: boolean
  /** Where `/livez` and `/readyz` are, besides the main address. */
  readonly probe?: { readonly host: string; readonly port: number }
  readonly users: readonly UserSpec[]
  readonly proxyUser?: ProxyUserSpec
}

export type Role = 'viewer' | 'approver'

export interface UserSpec {
  readonly name: string
  readonly role: Role
  /** What is typed on the login page, or sent by HTTP Basic. */
  readonly password?: SecretRef
  /** What a program sends as `Authorization: Bearer`. */
  readonly token?: SecretRef
}

/** A proxy that has asked people who they are. */
export interface ProxyUserSpec {
  /** Lower case. */
  readonly header: string
  /** Addresses and CIDR ranges from which the header is believed. */
  readonly from: readonly string[]
  /** Names that may approve; everybody else may look. */
  readonly approvers: readonly string[]
}

/** Who is told, and how. URLs hold credentials, so they are secrets. */
export type Channel =
  | { readonly kind: 'slack' | 'teams'; readonly url: SecretRef }
  | { readonly kind: 'webhook'; readonly url: SecretRef; readonly secret?: SecretRef }
  | { readonly kind: 'mail'; readonly smtp: SecretRef; readonly from: string; readonly to: readonly string[] }
  | { readonly kind: 'ping'; readonly start?: SecretRef; readonly success?: SecretRef; readonly failure?: SecretRef }

export interface NotifierSpec {
  /** The user's, or made of kind and place: `slack`, `mail-2`. What the state remembers deliveries by. */
  readonly name: string
  readonly channel: Channel
  /** Names of resources; absent: all. */
  readonly resources?: readonly string[]
  /** How often an episode that goes on is told again; 0: never. */
  readonly remindMs: number
}

/** What stands under `connectors`. */
export interface ConnectorSpec {
  /** The user's name of it. */
  readonly name: string
  /** As written: a built-in name, a path relative to the file, a package. */
  readonly use: string
  /** Each place that reads it, with the options of that place; by itself when nothing does. */
  readonly uses: readonly ReadableSource[]
}

/** How long the state keeps what was. */
export interface Retention {
  /** Runs, decisions and entries of the history. */
  readonly historyMs: number
  /** Ids, values and places in the documents of runs. */
  readonly personalDataMs: number
}

/** The whole configuration, resolved. */
export interface Settings {
  /** Absolute path of the file. */
  readonly file: string
  /** Hex SHA-256 of the file's bytes, for the history. */
  readonly hash: string
  readonly vanta: VantaSpec
  readonly zone: string
  readonly applications: readonly ApplicationSpec[]
  /** In the order of the file. */
  readonly connectors: readonly ConnectorSpec[]
  /** In the order of the file. */
  readonly resources: readonly ResourceSpec[]
  readonly state: {
    readonly path: string
    readonly allowNetworkFs: boolean
    /** The default unless told. */
    readonly retention?: Retention
  }
  readonly server: ServerSpec
  readonly notify: readonly NotifierSpec[]
  /** Absolute path of a Prometheus text file, for node_exporter. */
  readonly metricsFile?: string
  /** Things a person should know that stop nothing. */
  readonly warnings: readonly string[]
  /** Every secret that was resolved so far, so that the log can scrub it. */
  readonly secrets: SecretRegistry
}

/** Remembers each secret value that was resolved, so that logs and errors can be scrubbed of it. */
export interface SecretRegistry {
  /** @param life `passing` for what ends by itself within the hour; only the latest of those are remembered */
  add(secret: Secret, life?: 'lasting' | 'passing'): void
  values(): readonly Secret[]
  /** A text without the secrets, see `core/secret-forms.ts`. */
  scrub(text: string): string
  /** What is or becomes JSON, without them. */
  scrubDocument<T>(document: T): T
  /** A text that may be a whole JSON document, which it stays. */
  scrubOutput(text: string): string
}
