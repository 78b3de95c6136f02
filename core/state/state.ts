/** The store of runs, baselines, holds, approvals, request times and history. SQLite is one implementation. */
import type { ErrorDocument } from '../errors.ts'
import type { StoredEntry } from '../history/chain.ts'
import type { LiveRun, LoginStatus } from '../health/status.ts'
import type { Lease, LeaseRequest } from './lease.ts'

/** What a baseline belongs to: keyed by what Vanta knows, never by the user's names. */
export interface Target {
  readonly baseUrl: string
  /** Digest of the client id (and of the source id, for public applications). */
  readonly connection: string
  readonly type: string
  readonly resourceId: string
  /** Custom-property shape, `hostname:string,port:int32`; empty when none is declared. */
  readonly shape: string
}

export interface BaselineHead {
  readonly target: Target
  readonly records: number
  /** When Vanta last confirmed it, or it was read back. */
  readonly confirmedAt: number
  readonly origin: 'push' | 'read'
  /** Resource ids that the set was partitioned over when it was last pushed, this one included. */
  readonly siblings: readonly string[]
}

export interface BaselineRecord {
  readonly uniqueId: string
  /** Canonical JSON, byte for byte as it was sent. */
  readonly body: string
  /** When a valid row of it was last accepted; what `carryFor` is counted from. */
  readonly acceptedAt: number
  /** Value of `guard.groupBy`'s row field, when it was known. */
  readonly group?: string
  /** Time of the read that first missed it in the sources; absent while they have it. */
  readonly goneAt?: number
}

/** A PUT that was begun and of which it is not yet known whether it arrived. */
export interface PendingPush {
  readonly id: string
  readonly runId: string
  readonly target: Target
  readonly planHash: string
  readonly startedAt: number
  readonly records: number
}

/** What a confirmed PUT changes in the baseline of its target; one transaction with everything else it settles. */
export interface BaselineCommit {
  readonly target: Target
  readonly runId: string
  readonly confirmedAt: number
  readonly origin: 'push' | 'read'
  readonly siblings: readonly string[]
  /** True: what the state holds of the target goes first. False: `removed` and `upserted` are relative to it. */
  readonly replace: boolean
  readonly removed: Iterable<string>
  /**
   * `acceptedAt` null means "at the baseline's last confirmation, whichever that is": it moves with the head, so that
   * a run need not touch records that did not change. A number stays until the record is upserted again.
   */
  readonly upserted: Iterable<{
    uniqueId: string
    body: string
    acceptedAt: number | null
    group?: string
    goneAt?: number
  }>
  /** Digests of ids that left with this PUT, and whether an approval covered it. */
  readonly departed?: { readonly digests: Iterable<string>; readonly approved: boolean }
  /** Digests of ids that came back. */
  readonly returned?: Iterable<string>
}

/** Whom a read missed. */
export interface Missed {
  /** Those who are kept for a while, and the read that missed them first. */
  readonly gone: Iterable<{ readonly uniqueId: string; readonly goneAt: number }>
  /** Those who would leave for good; what is known of them stays. */
  readonly leaving: Iterable<string>
}

export type HoldStatus = 'open' | 'approved' | 'rejected' | 'superseded' | 'closed' | 'expired' | 'used'

export interface HoldReason {
  readonly rule: string
  /** As the config has it: `5%`, `10`. */
  readonly limit?: string
  readonly allowed?: number
  readonly actual?: number
  readonly of?: number
  /** Names that the rule is about and that are no personal data: sources, resource types. */
  readonly names?: readonly string[]
  /** The arithmetic as a sentence. */
  readonly message: string
}

export interface Hold {
  readonly id: string
  /** Digest of base URL, connection, type and the first resource id. */
  readonly scope: string
  readonly resource: string
  readonly runId: string
  readonly planHash: string
  readonly reasons: readonly HoldReason[]
  readonly status: HoldStatus
  readonly openedAt: number
  readonly expiresAt: number
  readonly decision?: HoldDecision
  /** Who wanted what is held, where a person did: a set that is cleared. */
  readonly asked?: HoldDecision
}

export interface HoldDecision {
  readonly by: string
  /** How the name was proven: `operating-system user`, `given with --by`. */
  readonly provenBy: string
  readonly reason: string
  readonly at: number
}

/** What a rule of a hold is about: a digest of an id, or a name. */
export interface HoldSubject {
  readonly rule: string
  readonly subject: string
}

export type RunStatus = 'running' | 'finished' | 'interrupted'

export interface RunRow {
  readonly id: string
  readonly command: string
  readonly status: RunStatus
  readonly startedAt: number
  readonly finishedAt?: number
  readonly outcome?: string
  readonly exitCode?: number
  /** Who or what started it. */
  readonly startedBy: string
  readonly toolVersion: string
  readonly configHash: string
  /** When the personal data of its document was removed, because it was old. */
  readonly erasedAt?: number
}

/** What a run was made with besides the data. Hashes are hex SHA-256. */
export interface Made {
  /** Version of vanta-sync, built-in connectors included. */
  readonly tool: string
  /** Of the configuration file's bytes. */
  readonly config: string
  /** Of all mappings of the resource, with their keys, joins and tables. */
  readonly mapping: string
  /** Of the connector modules that feed it. */
  readonly module: string
}

/** How one resource fared in one run; what status and history are made of. Holds no personal data. */
export interface ResourceRunRow {
  readonly runId: string
  readonly scope: string
  readonly resource: string
  readonly at: number
  readonly outcome: string
  readonly exitCode: number
  readonly degraded: boolean
  /** Counts as success for the age of the data: pushed and confirmed. */
  readonly success: boolean
  readonly counts: Readonly<Record<string, number>>
  /** From its first stage to its last. */
  readonly ms?: number
  readonly planHash?: string
  readonly asOf?: number
  /** Of the sources that told of the login that they read with. */
  readonly logins?: readonly LoginStatus[]
  readonly hold?: string
  readonly made?: Made
  readonly error?: ErrorDocument
}

export interface RunRecord extends RunRow {
  readonly resources: readonly ResourceRunRow[]
  /** The document that `--json` printed, with items and problems; absent when it was erased or the run never ended. */
  readonly document?: unknown
}

export interface HistoryEntry {
  readonly chain: string
  readonly at: number
  readonly kind: 'run' | 'hold' | 'approve' | 'reject' | 'pause' | 'resume' | 'reveal' | 'retain' | 'forget'
  readonly facts: Readonly<Record<string, unknown>>
}

/** An entry with its place in the whole history. */
export interface HistoryRow extends HistoryEntry {
  readonly seq: number
  readonly hash: string
}

export interface HistoryFilter {
  readonly limit: number
  /** Only entries with a smaller `seq`. */
  readonly before?: number
  /** Only entries of this chain, of this kind. */
  readonly chain?: string
  readonly kind?: HistoryEntry['kind']
}

/** The last slot of a resource's schedule that somebody took. */
export interface SlotClaim {
  readonly scope: string
  /** Expression and zone: the slots of another schedule are other slots. */
  readonly schedule: string
  /** The slot taken last; before the first, when the schedule was first seen. */
  readonly slotAt: number
  /** The daemon that took it, or that saw the schedule first. */
  readonly daemon?: string
  /** False while what was started for it goes on, or when its daemon was killed meanwhile. */
  readonly settled: boolean
}

export interface Slots {
  get(scope: string): Promise<SlotClaim | undefined>
  /**
   * Notes that the schedule is there, unless that is known, and gives the claim: slots before `now` are nobody's.
   * Another schedule begins anew, unless another daemon that lives keeps it; so does a claim more than a day ahead of
   * `now`. Cheap when there is nothing to note: for each judgement, except while the daemon itself runs the resource.
   */
  see(scope: string, schedule: string, now: number, daemon?: string): Promise<SlotClaim>
  /**
   * One process alone gets true: for a slot later than all that were taken, unless what another daemon started for the
   * last one goes on; and for the last one again, when its daemon died before it was settled.
   */
  claim(claim: { scope: string; schedule: string; slotAt: number; daemon: string }): Promise<boolean>
  /** What was started for the slot has ended. */
  settle(scope: string, slotAt: number): Promise<void>
}

/** A daemon, as it tells of itself; alive as long as its process is. */
export interface DaemonRow {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly startedAt: number
  readonly beatAt: number
  readonly version: string
  readonly url?: string
  readonly configHash: string
  /** The first mistake of a changed configuration that was not taken. */
  readonly configProblem?: string
  readonly live: readonly LiveRun[]
}

export interface Daemons {
  /** Inserts or replaces. */
  beat(row: DaemonRow): Promise<void>
  /** Those that are alive; rows of dead ones are removed. */
  list(): Promise<readonly DaemonRow[]>
  isAlive(id: string): boolean
  remove(id: string): Promise<void>
}

/** Neither schedules nor runs touch the resource, and nobody is alarmed, until it ends. */
export interface Pause {
  readonly scope: string
  readonly resource: string
  readonly by: string
  readonly provenBy: string
  readonly reason: string
  readonly at: number
  readonly until: number
}

export interface Pauses {
  /** The one that holds at `now`. */
  live(scope: string, now: number): Promise<Pause | undefined>
  save(pause: Pause): Promise<void>
  /** False when there was none. */
  end(scope: string): Promise<boolean>
}

/** What a check of a configured connector found. */
export interface CheckRow {
  readonly connector: string
  readonly at: number
  readonly ok: boolean
  /** A sentence. */
  readonly says: string
  readonly code?: string
  readonly hint?: string
  /** What it told of the login that it works with. */
  readonly login?: LoginStatus
}

export interface Checks {
  save(check: CheckRow): Promise<void>
  list(): Promise<readonly CheckRow[]>
}

/** A time of trouble of one resource, from the first that was told to the recovery. */
export interface Episode {
  readonly scope: string
  readonly resource: string
  /** Absolute path of the configuration that watches the resource. */
  readonly config: string
  readonly openedAt: number
  /** What was told in it: `trouble`, `degraded`, `held:hold-1a2b3c`. Each is told once. */
  readonly kinds: readonly string[]
  /** When each notifier was last told of it, or reminded, by name. */
  readonly told: Readonly<Record<string, number>>
  /** The resource was seen paused; when it no longer is, what still lasts is told anew. */
  readonly paused?: true
}

/** Who knows that a login is about to expire. */
export interface LoginWarning {
  readonly scope: string
  /** The configured connector that reads with it. */
  readonly source: string
  readonly config: string
  readonly expiresAt: number
  /** By name of the notifier: how many days were left at most when they were last told. */
  readonly told: Readonly<Record<string, number>>
}

/** A message that waits to be delivered to one notifier. */
export interface Delivery {
  readonly id: number
  readonly notifier: string
  readonly at: number
  readonly attempts: number
  /** What is told, as the notifier's text is made of it. */
  readonly notice: unknown
}

export interface Episodes {
  get(scope: string): Promise<Episode | undefined>
  list(): Promise<readonly Episode[]>
  /** The warning of an expiring login; its scope is another name space than that of resources. */
  loginWarning(scope: string): Promise<LoginWarning | undefined>
  /**
   * Replaces what is remembered and queues its messages in one transaction, if it still is `before`: of two processes
   * that decide at once, one alone gets true. What `before` remembered under another scope moves to this one.
   */
  change(change: {
    readonly scope: string
    readonly before: Episode | LoginWarning | undefined
    readonly after: Episode | LoginWarning | undefined
    readonly messages: readonly { readonly notifier: string; readonly notice: unknown }[]
    readonly at: number
  }): Promise<boolean>
  /** Queues messages that belong to no episode. */
  queue(messages: readonly { readonly notifier: string; readonly notice: unknown }[], at: number): Promise<void>
  /**
   * Takes what is due to these notifiers, in order, so that nobody else does for a minute. What a notifier was to be
   * told earlier of the same resource, and still waits, keeps back what came after it.
   */
  take(now: number, notifiers: readonly string[]): Promise<readonly Delivery[]>
  delivered(id: number): Promise<void>
  /** Due again at `nextAt`; undefined gives it up. */
  failed(id: number, nextAt: number | undefined): Promise<void>
}

export type RequestKind = 'token' | 'resource'

/** A place in the minute's allowance, or how long to wait until asking again. */
export type Reservation = { readonly ticket: number } | { readonly waitMs: number }

export interface RequestTimes {
  /** Counts over all processes on this state. `key` is '' for tokens and the connection for resources. */
  reserve(kind: RequestKind, key: string, limit: number): Promise<Reservation>
  /** Moves the request to the instant its answer came, which is the latest the server can have counted it. */
  settle(ticket: number): Promise<void>
}

export interface Baselines {
  head(target: Target): Promise<BaselineHead | undefined>
  /** Heads of all targets of a connection and type, current and left behind; without them, of all of the base URL. */
  heads(of: Pick<Target, 'baseUrl'> & Partial<Pick<Target, 'connection' | 'type'>>): Promise<readonly BaselineHead[]>
  /** In batches, ordered by code point of `uniqueId`; empty when there is no baseline. */
  records(target: Target): AsyncIterable<readonly BaselineRecord[]>
  /** Clears the pending push of the target, too. */
  commit(commit: BaselineCommit): Promise<void>
  /** A read whose plan was not pushed: who is missed in it, and in nobody else's record that they are gone. */
  noteGone(targets: readonly Target[], missed: Missed): Promise<void>
  /** Digests of unapproved departures of these targets that were confirmed after `since`. */
  departures(targets: readonly Target[], since: number): Promise<ReadonlySet<string>>
}

export interface Pushes {
  begin(push: PendingPush): Promise<void>
  /** The PUT certainly changed nothing: it was refused, or never left. */
  withdraw(id: string): Promise<void>
  pending(target: Target): Promise<PendingPush | undefined>
}

export interface Holds {
  get(id: string): Promise<Hold | undefined>
  /** The one that is open, approved or rejected, and not expired; at most one a scope. */
  live(scope: string): Promise<Hold | undefined>
  list(filter?: { scope?: string; status?: HoldStatus }): Promise<readonly Hold[]>
  /** Inserts or replaces. With `subjects`, those are replaced, too. */
  save(hold: Hold, subjects?: Iterable<HoldSubject>): Promise<void>
  /** Replaces it as long as it has the status that it had before; false when somebody else was quicker. */
  change(before: Hold, after: Hold): Promise<boolean>
  /** Is every subject among those of the hold? */
  covers(id: string, subjects: Iterable<HoldSubject>): Promise<boolean>
}

export interface Runs {
  begin(run: Omit<RunRow, 'status'>): Promise<void>
  /** In one transaction with the entries of the history that tell of it; gives the new heads of their chains. */
  finish(id: string, end: RunEnd): Promise<ReadonlyMap<string, string>>
  /** Marks the runs that have no end and whose process is gone; their scratch folders tell. */
  settleInterrupted(at: number): Promise<void>
  /** Newest first, without their documents. `before` is the id of a run: only those that began before it. */
  list(filter: {
    resource?: string
    limit?: number
    status?: RunStatus
    before?: string
  }): Promise<readonly RunRecord[]>
  /** How a resource fared, newest first, under whatever connection and resource id it had then. */
  rows(filter: { resource: string; limit: number; since?: number }): Promise<readonly ResourceRunRow[]>
  /** Runs by outcome since the state was made, for counters. */
  totals(): Promise<readonly { resource: string; outcome: string; runs: number }[]>
  get(id: string): Promise<RunRecord | undefined>
  /** Latest row, and latest successful row, of each scope. */
  latest(scopes: readonly string[]): Promise<ReadonlyMap<string, LatestRuns>>
}

export interface LatestRuns {
  readonly last?: ResourceRunRow
  readonly success?: ResourceRunRow
  /** When it was first tried. */
  readonly firstAt?: number
}

export interface RunEnd {
  readonly finishedAt: number
  readonly outcome: string
  readonly exitCode: number
  readonly resources: readonly ResourceRunRow[]
  readonly document: unknown
  readonly history?: readonly HistoryEntry[]
}

/** The history as it is stored, for those who prove it. */
export interface Chains {
  names(): Promise<readonly string[]>
  /** Oldest first, in batches that come from one moment. */
  entries(chain: string): AsyncIterable<readonly StoredEntry[]>
}

/** What keeps the state from holding more than it needs, for longer than it may. */
export interface Upkeep {
  /**
   * For one caller a day, over all processes: the time to reckon from. It moves on by a week at most, so that a clock
   * that jumped does not cost the history.
   */
  claim(now: number): Promise<number | undefined>
  /**
   * Removes runs, holds that ended and entries of the history from before `before`; the last row and the last success
   * of each resource stay. Each chain says in a new entry from where on it goes on.
   */
  cut(limit: AgeLimit): Promise<Removed>
  /** Changes the runs that began before `before`, once each; gives how many they were. */
  age(limit: AgeLimit, change: { readonly document: Change; readonly row: Change }): Promise<number>
  /**
   * Changes every row and document that holds one of `texts`; baselines and the history are left alone. In one
   * transaction with the entry that `record` makes of it.
   */
  erase(
    erasing: { readonly texts: readonly string[]; readonly change: Change },
    record: (erased: Erased) => HistoryEntry | undefined,
  ): Promise<Erased>
  /** Leaves no copy of what was erased in the files. False while another process keeps old pages open. */
  wipe(): Promise<boolean>
  /** Where a person stands in what is not erased. */
  remains(id: string, texts: readonly string[]): Promise<Remains>
}

export interface AgeLimit {
  readonly before: number
  readonly now: number
}

/** Gives what takes a document's place. */
export type Change = (document: unknown) => unknown

export interface Removed {
  readonly entries: number
  readonly runs: number
}

/** How many of each were changed. */
export interface Erased {
  readonly runs: number
  readonly holds: number
  readonly others: number
}

export interface Remains {
  /** Resource ids whose baseline holds the id: Vanta does, too. */
  readonly resourceIds: readonly string[]
  /** Entries of the history in which somebody typed it. */
  readonly entries: readonly number[]
}

export interface State {
  /** Absolute path, or URL without password: for messages. */
  readonly where: string
  readonly baselines: Baselines
  readonly pushes: Pushes
  readonly holds: Holds
  readonly runs: Runs
  readonly requests: RequestTimes
  readonly slots: Slots
  readonly pauses: Pauses
  readonly episodes: Episodes
  readonly daemons: Daemons
  readonly checks: Checks
  /** Appends to the chain and returns the new head's hash. */
  append(entry: HistoryEntry): Promise<string>
  /** Newest first. */
  history(filter: HistoryFilter): Promise<readonly HistoryRow[]>
  readonly chains: Chains
  readonly upkeep: Upkeep
  /** Salted digest of an id, the same for the life of the state: what stands for a person where none must be named. */
  digest(text: string): string
  /**
   * Waits for the lease, at most `waitMs`.
   * @throws LeaseError `lease-held`, naming the holder
   */
  lease(request: LeaseRequest): Promise<Lease>
  /** A private folder for one run's scratch data, removed by `remove`, or at the next start when we are killed. */
  scratch(runId: string): Promise<ScratchFolder>
  close(): Promise<void>
}

export interface ScratchFolder {
  readonly path: string
  remove(): Promise<void>
}
