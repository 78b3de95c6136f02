/** What is: the one snapshot that the page, the API, the metrics and `status` show. Holds no personal data. */
import type { ErrorDocument } from '../errors.ts'
import type { Stage } from '../run/events.ts'

export type Health = 'healthy' | 'degraded' | 'held' | 'failing' | 'stale' | 'never run' | 'disconnected'

/** Why a connection is broken; each has a remedy of its own. */
export type ConnectionCause =
  /** The password, key or secret is wrong, expired, rotated or revoked. */
  | 'credentials'
  /** The login works and may not do what is asked: rights, scopes, a resource that was never declared. */
  | 'permissions'
  /** The other side is down, too busy, or cannot be reached from here. */
  | 'third party down'
  /** Somebody else uses the application of Vanta at the same time, and each token ends the one before. */
  | 'another process'
  /** A certificate, a proxy or a base URL between here and there is not in order. */
  | 'network'

export interface ConnectionTrouble {
  readonly cause: ConnectionCause
  /** `Vanta`, or the name of the configured connector. */
  readonly side: string
  /** A sentence without personal data. */
  readonly says: string
  readonly remedy: string
}

/** What a connector found out about the login that it reads with. */
export interface LoginStatus {
  /** The configured connector. */
  readonly source: string
  readonly expiresAt?: string
  /** Why the login seems to belong to a person. */
  readonly personal?: string
}

export interface PauseStatus {
  readonly since: string
  /** After it, schedules and alarms go on. */
  readonly until: string
  readonly by: string
  readonly reason: string
}

export interface ScheduleStatus {
  readonly cron: string
  readonly zone: string
  /** When it is due next, jitter included; absent when it never is. */
  readonly next?: string
  /** True when a daemon is there to keep it. */
  readonly kept: boolean
}

/** One resource within a run that is going on. */
export interface LiveResource {
  readonly name: string
  readonly stage: Stage | 'waiting' | 'done'
  readonly done?: number
  readonly total?: number
  readonly unit?: 'rows' | 'bytes' | 'records'
}

export interface LiveRun {
  readonly runId: string
  readonly command: string
  readonly startedAt: string
  readonly startedBy: string
  readonly resources: readonly LiveResource[]
}

export interface ResourceStatus {
  readonly name: string
  readonly type: string
  readonly application: string
  readonly resourceIds: readonly string[]
  readonly health: Health
  /** What is wrong, in one sentence; absent when nothing is. */
  readonly wrong?: string
  /** The next step for whoever must act. */
  readonly remedy?: string
  readonly lastOutcome?: string
  /** How the last run ended for it: says whether somebody must act. */
  readonly lastExitCode?: number
  readonly lastRunAt?: string
  readonly lastRunId?: string
  readonly lastSuccessAt?: string
  /** Of the last success. */
  readonly ageSeconds?: number
  /** In Vanta, as last confirmed. */
  readonly records?: number
  readonly maxAgeSeconds?: number
  /** Runs without a success since the last one; held ones do not count. */
  readonly failuresInRow: number
  /** Id of the live hold. */
  readonly hold?: string
  /** Its page, when `server.publicUrl` says where that is. */
  readonly holdUrl?: string
  readonly connection?: ConnectionTrouble
  readonly logins?: readonly LoginStatus[]
  /** Things to know that stop nothing: a set left behind by an old resource id, a password that expires soon. */
  readonly notices?: readonly string[]
  readonly paused?: PauseStatus
  readonly schedule?: ScheduleStatus
  readonly running?: LiveResource & { readonly runId: string }
  readonly error?: ErrorDocument
}

export interface DaemonStatus {
  readonly id: string
  readonly pid: number
  readonly host: string
  readonly startedAt: string
  /** When it last said that it is well. */
  readonly beatAt: string
  readonly version: string
  /** Where its page is; absent when it has none. */
  readonly url?: string
  /** The first mistake of a changed configuration that was not taken. */
  readonly configProblem?: string
}

export interface StatusSnapshot {
  readonly at: string
  /** Of the configuration that it was judged by. */
  readonly configHash: string
  /** Those that are alive. */
  readonly daemons: readonly DaemonStatus[]
  /** In the order of the configuration. */
  readonly resources: readonly ResourceStatus[]
  readonly runs: readonly LiveRun[]
}
