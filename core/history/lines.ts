/** What an auditor reads of one resource in one run: the entry of the history as a flat line. Pure. */
import { toInstant } from '../clock.ts'
import type { Hold, HistoryRow, RunRow } from '../state/state.ts'

/** One line. No personal data of records; who started and who decided is what an audit is about. */
export interface HistoryLine {
  readonly at: string
  readonly run: string
  readonly command: string
  readonly startedBy: string
  readonly toolVersion: string
  readonly configHash: string
  readonly mappingHash?: string
  readonly moduleHash?: string
  /** What is another one than in the run that Vanta's set was from: `config, mapping`. */
  readonly changedSince?: string
  readonly resource?: string
  readonly outcome: string
  readonly exitCode?: number
  readonly degraded?: boolean
  readonly read?: number
  readonly valid?: number
  readonly invalid?: number
  readonly carriedForward?: number
  readonly dropped?: number
  readonly pushed?: number
  readonly added?: number
  readonly changed?: number
  readonly removed?: number
  readonly unchanged?: number
  readonly moved?: number
  readonly asOf?: string
  readonly sources?: readonly SourceLine[]
  readonly planHash?: string
  readonly bytes?: number
  /** Status and SHA-256 of each answer of Vanta to a PUT. */
  readonly answers?: readonly { readonly status: number; readonly sha256: string }[]
  readonly verified?: boolean
  readonly hold?: string
  readonly decision?: string
  readonly decidedBy?: string
  readonly provenBy?: string
  readonly decidedAt?: string
  readonly reason?: string
  readonly error?: string
  readonly seconds?: number
  /** Of the entry that says so. */
  readonly chain?: string
  readonly seq?: number
  readonly hash?: string
}

export interface SourceLine {
  readonly name: string
  readonly rows: number
  readonly asOf: string
  readonly files?: readonly {
    readonly name: string
    readonly size: number
    readonly modifiedAt: string
    readonly sha256?: string
  }[]
}

const COUNTS = [
  'read',
  'valid',
  'invalid',
  'carriedForward',
  'dropped',
  'pushed',
  'added',
  'changed',
  'removed',
  'unchanged',
  'moved',
] as const

/** In the order of the CSV. */
export const COLUMNS = [
  'at',
  'run',
  'command',
  'startedBy',
  'toolVersion',
  'configHash',
  'mappingHash',
  'moduleHash',
  'changedSince',
  'resource',
  'outcome',
  'exitCode',
  'degraded',
  ...COUNTS,
  'asOf',
  'sources',
  'planHash',
  'bytes',
  'answers',
  'verified',
  'hold',
  'decision',
  'decidedBy',
  'provenBy',
  'decidedAt',
  'reason',
  'error',
  'seconds',
  'chain',
  'seq',
  'hash',
] as const satisfies readonly (keyof HistoryLine)[]

interface Approval {
  readonly hold: string
  readonly by: string
  readonly provenBy: string
  readonly reason: string
  readonly at: string
}

/** What the entry of a run says; entries of earlier versions say less. */
interface Facts {
  readonly runId: string
  readonly command: string
  readonly startedBy: string
  readonly toolVersion: string
  readonly config: string
  readonly mapping?: string
  readonly module?: string
  readonly changedSince?: { readonly what: readonly string[] }
  readonly resource: string
  readonly outcome: string
  readonly exitCode: number
  readonly degraded: boolean
  readonly counts?: Readonly<Record<string, number>>
  readonly asOf?: number
  readonly sources?: readonly SourceLine[]
  readonly planHash?: string
  readonly bytes?: number
  readonly answers?: HistoryLine['answers']
  readonly verified?: boolean
  readonly hold?: string
  readonly approval?: Approval
  readonly error?: { readonly code: string }
  readonly ms?: number
}

/** The hold that the run's entry names, or whose approval it used. */
export function holdOf({ facts }: HistoryRow): string | undefined {
  const { hold, approval } = facts as unknown as Facts
  return hold ?? approval?.hold
}

/** @param hold the one that the entry names, as far as it is still known */
export function lineOfEntry(entry: HistoryRow, hold: Hold | undefined): HistoryLine {
  const facts = entry.facts as unknown as Facts
  const { counts = {}, approval, asOf, ms, error } = facts
  return withoutAbsent({
    at: toInstant(entry.at),
    run: facts.runId,
    command: facts.command,
    startedBy: facts.startedBy,
    toolVersion: facts.toolVersion,
    configHash: facts.config,
    mappingHash: facts.mapping,
    moduleHash: facts.module,
    changedSince: facts.changedSince?.what.join(', '),
    resource: facts.resource,
    outcome: facts.outcome,
    exitCode: facts.exitCode,
    degraded: facts.degraded,
    ...Object.fromEntries(COUNTS.map((name) => [name, counts[name]])),
    asOf: asOf === undefined ? undefined : toInstant(asOf),
    sources: facts.sources,
    planHash: facts.planHash,
    bytes: facts.bytes,
    answers: facts.answers,
    verified: facts.verified,
    hold: facts.hold ?? approval?.hold,
    ...(approval === undefined ? decisionOf(hold) : usedBy(approval)),
    error: error?.code,
    seconds: ms === undefined ? undefined : ms / 1000,
    chain: entry.chain,
    seq: entry.seq,
    hash: entry.hash,
  })
}

/** A run that was killed has no entry: nobody was left to write it. */
export function lineOfInterrupted({ id, command, startedAt, startedBy, toolVersion, configHash }: RunRow): HistoryLine {
  return { at: toInstant(startedAt), run: id, command, startedBy, toolVersion, configHash, outcome: 'interrupted' }
}

function usedBy({ by, provenBy, at, reason }: Approval): Partial<HistoryLine> {
  return { decision: 'used', decidedBy: by, provenBy, decidedAt: at, reason }
}

function decisionOf(hold: Hold | undefined): Partial<HistoryLine> {
  if (hold === undefined) return {}
  const { status, decision } = hold
  if (decision === undefined) return { decision: status }
  const { by, provenBy, at, reason } = decision
  return { decision: status, decidedBy: by, provenBy, decidedAt: toInstant(at), reason }
}

type Absent<T> = { [K in keyof T]: T[K] | undefined }

function withoutAbsent(line: Absent<Required<HistoryLine>> | Absent<HistoryLine>): HistoryLine {
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)) as unknown as HistoryLine
}
