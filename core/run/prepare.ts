/** Everything of one resource up to the guard: read, map, merge, validate, snapshot, plan, judge. Changes nothing. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { VantaRecord } from '../../schemas/resource-type.ts'
import { BlockedError, type SyncError } from '../errors.ts'
import { SECOND, toInstant } from '../clock.ts'
import { type Baseline, type BaselinePart } from '../plan/baseline.ts'
import { buildPlan } from '../plan/build.ts'
import type { Candidate } from '../plan/candidate.ts'
import type { GonePolicy } from '../plan/gone.ts'
import { judge, type Reason } from '../plan/guard.ts'
import type { Plan } from '../plan/plan.ts'
import type { ResourceSpec } from '../resource.ts'
import type { RequestCounter, VantaClient } from '../vanta/client.ts'
import { tooLarge } from './body.ts'
import type { ComponentIndex } from './components.ts'
import type { ResourceContext } from './context.ts'
import { gather } from './gather.ts'
import { loadBaseline } from './load-baseline.ts'
import { returned } from './push.ts'
import type { SourceOutcome } from './source-outcome.ts'
import { scopeOf, targetOf } from './target.ts'

export interface Prepared {
  readonly plan: Plan
  readonly baseline: Baseline
  readonly sources: readonly SourceOutcome[]
  /** The oldest source's. */
  readonly asOf: number
  readonly reasons: readonly Reason[]
  /** Records block it, or its size: no approval helps. */
  readonly blocked?: SyncError
  /** Digests of earlier departures within the guard's window. */
  readonly earlier: ReadonlySet<string>
  /** What is emptied on purpose: the resource, or the stand-in for a set that was left behind. */
  readonly cleared?: ResourceSpec
}

export interface PrepareOptions {
  readonly context: ResourceContext
  readonly requests: RequestCounter
  readonly components?: ComponentIndex
  client(): Promise<VantaClient>
}

export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { context } = options
  const { resource } = context
  context.emit({ kind: 'stage', resource: resource.name, stage: 'read' })
  const { candidates, withoutId, rows, sources } = await gather(context)
  context.emit({ kind: 'stage', resource: resource.name, stage: 'plan' })
  const baseline = await loadBaseline({
    ...context,
    now: context.startedAt,
    requests: options.requests,
    client: options.client,
  })
  const asOf = Math.min(...sources.map(({ proof }) => proof.asOf.getTime()))
  const gone = gonePolicy(context, asOf)
  const plan = await buildPlan({
    folder: context.folder,
    candidates,
    baseline,
    onInvalid: resource.onInvalid,
    carryForMs: resource.carryForMs,
    ...(gone === undefined ? {} : { gone }),
    now: context.startedAt,
    mustInclude: resource.guard.mustInclude,
    hasStatus: resource.type.name === 'user_account',
    rows,
    withoutId,
    emptySources: await emptySources(context, sources),
    ...(options.components === undefined ? {} : { check: componentCheck(options.components) }),
    signal: context.signal,
  })
  const earlier = await earlierDepartures(context, baseline.parts)
  const blocked = blockedBy(context, plan)
  return {
    plan,
    baseline,
    sources,
    asOf,
    reasons: judge(factsOf(context, plan, earlier), resource.guard),
    ...(blocked === undefined ? {} : { blocked }),
    earlier,
  }
}

/** A source that dates itself into the future has seen no more than there is. */
function gonePolicy({ resource, startedAt }: ResourceContext, asOf: number): GonePolicy | undefined {
  const { keepGoneMs: keepMs, type } = resource
  if (keepMs === undefined) return undefined
  return {
    at: Math.floor(Math.min(asOf, startedAt) / SECOND) * SECOND,
    keepMs,
    deactivate(body, since) {
      const fields = JSON.parse(body) as VantaRecord
      const gone = { ...fields, status: 'DEACTIVATED', deactivatedTimestamp: toInstant(since) }
      return JSON.stringify(type.canonical(gone))
    },
  }
}

/** Sources that delivered nothing, or nothing but blank rows, though they fed the last accepted set. */
async function emptySources(
  { state, settings, resource }: ResourceContext,
  outcomes: readonly SourceOutcome[],
): Promise<string[]> {
  const empty = outcomes.filter(({ rows, blank }) => rows === blank).map(({ source }) => source)
  if (outcomes.length < 2 || empty.length === 0) return []
  const scope = scopeOf(settings, resource)
  const success = (await state.runs.latest([scope])).get(scope)?.success
  return empty.filter((source) => (success?.counts[sourceCount(source)] ?? 0) > 0)
}

/** Under this name a run's row keeps how many rows a source delivered. */
export function sourceCount(source: string): string {
  return `rows of ${source}`
}

function componentCheck(components: ComponentIndex): (candidate: Candidate) => FieldProblem | undefined {
  return ({ body }) => {
    const id = (JSON.parse(body) as Record<string, unknown>)['vulnerableComponentUniqueId']
    if (typeof id !== 'string' || components.has(id)) return undefined
    const message = `vulnerableComponentUniqueId names a component that ${components.where} does not hold; the uniqueId of one that does is expected`
    return { code: 'unknown-component', field: 'vulnerableComponentUniqueId', message }
  }
}

async function earlierDepartures(
  { state, settings, resource, startedAt }: ResourceContext,
  parts: readonly BaselinePart[],
): Promise<ReadonlySet<string>> {
  const targets = parts.map(({ resourceId }) => targetOf(settings, resource, resourceId))
  return state.baselines.departures(targets, startedAt - resource.guard.windowMs)
}

function factsOf(context: ResourceContext, plan: Plan, earlier: ReadonlySet<string>): Parameters<typeof judge>[0] {
  const back = new Set(returned({ context, earlier }, plan))
  return {
    baselineKnown: plan.baseline !== 'unknown',
    baselineSize: plan.baselineSize,
    size: plan.size,
    valid: plan.records.valid,
    invalid: plan.records.invalid,
    added: plan.counts.added,
    // Who left is judged by what leaves, as where they leave at once.
    changed: plan.counts.changed - plan.newlyGone,
    departures: plan.departures,
    earlierDepartures: earlier.size - back.size,
    common: plan.common,
    missing: plan.missing,
    vanishedGroups: context.resource.guard.groupBy === undefined ? [] : plan.vanishedGroups,
    emptySources: plan.emptySources,
  }
}

function blockedBy({ resource }: ResourceContext, plan: Plan): SyncError | undefined {
  const { invalid } = plan.records
  if (resource.onInvalid === 'block' && invalid > 0) {
    return new BlockedError(
      'invalid-records',
      `${invalid} of ${plan.records.valid + invalid} records of ${resource.name} are invalid, and onInvalid is block`,
      { hint: 'Mend the rows named in the problems, then run again.' },
    )
  }
  if (plan.overdue > 0) {
    return new BlockedError(
      'carried-too-long',
      `${plan.overdue} records of ${resource.name} have been invalid for longer than carryFor allows`,
      { hint: 'Mend the rows named in the problems: what Vanta holds of them is too old to stand for the truth.' },
    )
  }
  const leaving = Math.max(plan.departures, plan.counts.removed)
  if (plan.withoutId > 0 && leaving > 0 && resource.onInvalid !== 'drop') {
    return new BlockedError(
      'row-without-id',
      `${plan.withoutId} rows of ${resource.name} have no usable uniqueId while ${leaving} records would leave: any of them could be one of these rows`,
      { hint: 'Give the rows named in the problems their id, then run again.' },
    )
  }
  return tooLarge(plan, resource.name)
}
