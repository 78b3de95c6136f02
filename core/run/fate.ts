/** How one resource fares in a run: what is known of it so far, and how it ended. */
import { EXIT, type SyncError } from '../errors.ts'
import type { ChangedSince } from '../history/made.ts'
import type { RequestCounter } from '../vanta/client.ts'
import type { ClearAsked } from './clear-hold.ts'
import type { ResourceContext } from './context.ts'
import type { ResourceOutcome } from './document.ts'
import type { Verdict } from './hold.ts'
import type { Prepared } from './prepare.ts'
import type { PushResult } from './push.ts'
import { createStageClock, type StageClock } from './stages.ts'

export interface Fate {
  readonly context: ResourceContext
  readonly requests: RequestCounter
  readonly warnings: { readonly code: string; readonly message: string }[]
  readonly stages: StageClock
  changedSince?: ChangedSince
  prepared?: Prepared
  verdict?: Verdict
  /** A person wants the set empty. */
  asked?: ClearAsked
  pushed?: PushResult
  /** Absent while there is more to do. */
  outcome?: ResourceOutcome
  error?: SyncError
}

export function createFate(outer: ResourceContext): Fate {
  const stages = createStageClock(outer.clock)
  const emit: ResourceContext['emit'] = (event) => {
    if (event.kind === 'stage') stages.begin(event.stage)
    outer.emit(event)
  }
  return { context: { ...outer, emit }, requests: { put: 0, get: 0 }, warnings: [], stages }
}

export function warn({ context, warnings }: Fate, code: string, message: string): void {
  warnings.push({ code, message })
  context.emit({ kind: 'warning', resource: context.resource.name, code, message })
}

export function end(fate: Fate, outcome: ResourceOutcome, error?: SyncError): void {
  fate.outcome = outcome
  if (error !== undefined) fate.error = error
  const { context, prepared, pushed, stages } = fate
  stages.rest()
  context.emit({
    kind: 'resource-finished',
    resource: context.resource.name,
    outcome,
    exitCode: exitCodeOf(fate),
    degraded: isDegraded(fate),
    ms: took(fate),
    records: { ...prepared?.plan.records, pushed: pushed?.pushed ?? 0 },
    changes: { ...prepared?.plan.counts },
    requests: { ...fate.requests },
  })
}

/** Milliseconds in all its stages. */
export function took({ stages }: Fate): number {
  return stages.times().reduce((sum, { ms }) => sum + ms, 0)
}

export function exitCodeOf({ outcome, error }: Fate): number {
  if (outcome === 'held') return EXIT.held
  return outcome === 'failed' || outcome === 'skipped' ? (error?.exitCode ?? EXIT.bug) : EXIT.done
}

/** It went through, and not everything is as it should be. */
export function isDegraded({ context, outcome, prepared, pushed }: Fate): boolean {
  if (outcome !== 'pushed' && outcome !== 'planned') return false
  const carried = (prepared?.plan.records.invalid ?? 0) > 0
  return carried || (pushed !== undefined && context.resource.verify && !pushed.verified)
}
