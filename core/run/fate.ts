/** How one resource fares in a run: what is known of it so far, and how it ended. */
import { EXIT, type SyncError } from '../errors.ts'
import type { RequestCounter } from '../vanta/client.ts'
import type { ResourceContext } from './context.ts'
import type { ResourceOutcome } from './document.ts'
import type { Verdict } from './hold.ts'
import type { Prepared } from './prepare.ts'
import type { PushResult } from './push.ts'

export interface Fate {
  readonly context: ResourceContext
  readonly requests: RequestCounter
  readonly warnings: { readonly code: string; readonly message: string }[]
  prepared?: Prepared
  verdict?: Verdict
  pushed?: PushResult
  /** Absent while there is more to do. */
  outcome?: ResourceOutcome
  error?: SyncError
}

export function createFate(context: ResourceContext): Fate {
  return { context, requests: { put: 0, get: 0 }, warnings: [] }
}

export function warn({ context, warnings }: Fate, code: string, message: string): void {
  warnings.push({ code, message })
  context.emit({ kind: 'warning', resource: context.resource.name, code, message })
}

export function end(fate: Fate, outcome: ResourceOutcome, error?: SyncError): void {
  fate.outcome = outcome
  if (error !== undefined) fate.error = error
  const { context } = fate
  context.emit({ kind: 'resource-finished', resource: context.resource.name, outcome, exitCode: exitCodeOf(fate) })
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
