/** What `run`, `approve` and `plan` print with `--json`. */
import { toInstant } from '../clock.ts'
import type { ErrorDocument } from '../errors.ts'
import { loginDocument } from '../health/login.ts'
import type { ChangedSince } from '../history/made.ts'
import type { LoginStatus } from '../health/status.ts'
import type { BaselineOrigin, PlanConflict, PlanItem, Problem } from '../plan/plan.ts'
import type { HoldReason } from '../state/state.ts'
import type { Stage } from './events.ts'
import type { JoinOutcome, SourceOutcome } from './source-outcome.ts'

export type ResourceOutcome = 'pushed' | 'planned' | 'held' | 'failed' | 'skipped'
export type RunOutcome = 'succeeded' | 'degraded' | 'held' | 'failed' | 'planned'

export interface ItemDocument {
  readonly change: PlanItem['change']
  readonly uniqueId: string
  readonly fields?: readonly { readonly name: string; readonly from: unknown; readonly to: unknown }[]
  /** No row says so: the record left the sources, and is sent as DEACTIVATED. */
  readonly inferred?: true
}

export interface ResourceDocument {
  readonly name: string
  readonly type: string
  readonly application: string
  readonly resourceIds: readonly string[]
  readonly outcome: ResourceOutcome
  readonly exitCode: number
  readonly degraded?: true
  readonly baseline?: BaselineOrigin
  readonly planHash?: string
  readonly asOf?: string
  readonly records?: Readonly<Record<string, number>>
  readonly changes?: Readonly<Record<string, number>>
  readonly items?: readonly ItemDocument[]
  readonly itemsTotal?: number
  readonly problems?: readonly Problem[]
  readonly problemsTotal?: number
  /** Of what sources say differently one was taken: the first of them, and how many there are. */
  readonly conflicts?: readonly PlanConflict[]
  readonly conflictsTotal?: number
  readonly warnings?: readonly { readonly code: string; readonly message: string }[]
  readonly sources?: readonly SourceDocument[]
  readonly bytes?: number
  readonly requests?: { readonly put: number; readonly get: number }
  readonly stages?: readonly StageDocument[]
  readonly verified?: boolean
  readonly answers?: readonly { readonly status: number; readonly text: string }[]
  readonly hold?: HoldDocument
  /** Its set was emptied on purpose, or was to be; no source was read. */
  readonly cleared?: true
  /** What let through what the guard would have held. */
  readonly approval?: ApprovalDocument
  /** What is another one than in the run that Vanta's set is from. */
  readonly changedSince?: ChangedSince
  /** It was skipped because of this. */
  readonly paused?: { readonly until: string; readonly by: string; readonly reason: string }
  readonly error?: ErrorDocument
}

export interface StageDocument {
  readonly stage: Stage
  readonly startedAt: string
  readonly ms: number
}

export interface SourceDocument {
  readonly name: string
  readonly rows: number
  readonly evidence: string
  readonly asOf: string
  /** What the connector told of the login that it read with. */
  readonly login?: Omit<LoginStatus, 'source'>
  /** Of a source that was joined to another one. */
  readonly join?: JoinOutcome
  readonly files?: readonly {
    readonly name: string
    readonly size: number
    readonly modifiedAt: string
    readonly sha256?: string
  }[]
}

export interface HoldDocument {
  readonly id?: string
  readonly status?: string
  readonly expiresAt?: string
  /** Its page, when `server.publicUrl` says where that is. */
  readonly url?: string
  readonly reasons: readonly HoldReason[]
}

export interface ApprovalDocument {
  readonly hold: string
  readonly by: string
  readonly provenBy: string
  readonly reason: string
  readonly at: string
}

export interface RunDocument {
  readonly command: string
  readonly runId: string
  readonly outcome: RunOutcome
  readonly exitCode: number
  readonly startedAt: string
  readonly finishedAt: string
  readonly planHash?: string
  readonly applications: readonly { readonly name: string; readonly tokensMinted: number }[]
  readonly resources: readonly ResourceDocument[]
  readonly error?: ErrorDocument
}

export function sourceDocument({ source, rows, proof, login, join }: SourceOutcome): SourceDocument {
  const { files } = proof
  return {
    name: source,
    rows,
    evidence: proof.evidence,
    asOf: toInstant(proof.asOf.getTime()),
    ...(login === undefined ? {} : { login: loginDocument(login) }),
    ...(join === undefined ? {} : { join }),
    ...(files === undefined
      ? {}
      : { files: files.map((file) => ({ ...file, modifiedAt: toInstant(file.modifiedAt.getTime()) })) }),
  }
}

export function itemDocument(item: PlanItem): ItemDocument {
  const { change, uniqueId } = item
  if (item.change !== 'change') return { change, uniqueId }
  return { change, uniqueId, fields: item.fields, ...(item.inferred === undefined ? {} : { inferred: item.inferred }) }
}

/** The first `limit` of a sequence. */
export function firstOf<T>(items: Iterable<T>, limit: number): T[] {
  const first: T[] = []
  for (const item of items) {
    if (first.length >= limit) break
    first.push(item)
  }
  return first
}
