/** One resource on its way through a run: planned, then held, pushed, skipped or failed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { toInstant } from '../clock.ts'
import { EXIT, type SyncError, toSyncError } from '../errors.ts'
import type { ResourceSpec } from '../resource.ts'
import type { ComponentIndex } from './components.ts'
import { componentsOfBaseline, componentsOfPlan } from './components.ts'
import type { ResourceContext } from './context.ts'
import {
  errorDocument,
  firstOf,
  type HoldDocument,
  itemDocument,
  type ResourceDocument,
  type ResourceOutcome,
  sourceDocument,
} from './document.ts'
import { judgeHold, settleHold, type Verdict } from './hold.ts'
import { loadBaseline, orphanedHeads } from './load-baseline.ts'
import { type Prepared, prepare } from './prepare.ts'
import { type PushResult, pushPlan } from './push.ts'
import type { RunOptions } from './run-options.ts'
import type { Session } from './session.ts'

const PROBLEM_LIMIT = 1000

export interface ResourceRun {
  readonly resource: ResourceSpec
  readonly planHash: string | undefined
  /** Everything up to the guard; never throws for what is wrong with the resource. */
  plan(): Promise<void>
  /** Pushes what was planned and passes; notes why it does not. */
  push(): Promise<void>
  fail(error: SyncError): void
  /** The plan is not the one that was asked for. */
  refusePlan(): void
  document(): ResourceDocument
}

export interface ResourceRunsOptions {
  readonly options: RunOptions
  readonly session: Session
  readonly runId: string
  readonly startedAt: number
  readonly folder: string
}

/** The resources of one application, which know of each other what they refer to. */
export function createResourceRuns(shared: ResourceRunsOptions): {
  of(resources: readonly ResourceSpec[]): ResourceRun[]
} {
  return {
    of(resources) {
      const runs: Started[] = []
      for (const resource of resources) runs.push(start(shared, resource, runs))
      return runs
    },
  }
}

interface Started extends ResourceRun {
  readonly outcome: ResourceOutcome | undefined
  readonly prepared: Prepared | undefined
}

function start(shared: ResourceRunsOptions, resource: ResourceSpec, earlier: readonly Started[]): Started {
  const { options, session, runId, startedAt } = shared
  const folder = join(shared.folder, String(earlier.length) + resource.name.replaceAll(/[^\w-]/g, '_'))
  const context: ResourceContext = { ...options.context, resource, runId, startedAt, folder }
  const requests = { put: 0, get: 0 }
  const warnings: { code: string; message: string }[] = []
  let prepared: Prepared | undefined
  let verdict: Verdict | undefined
  let pushed: PushResult | undefined
  let outcome: ResourceOutcome | undefined
  let error: SyncError | undefined

  function warn(code: string, message: string): void {
    warnings.push({ code, message })
    context.emit({ kind: 'warning', resource: resource.name, code, message })
  }

  function end(how: ResourceOutcome, why?: SyncError): void {
    outcome = how
    error = why ?? error
    context.emit({ kind: 'resource-finished', resource: resource.name, outcome: how, exitCode: exitCode() })
  }

  function exitCode(): number {
    if (outcome === 'held') return EXIT.held
    return outcome === 'failed' || outcome === 'skipped' ? (error?.exitCode ?? EXIT.bug) : EXIT.done
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      context.signal.throwIfAborted()
      end('failed', toSyncError(thrown, EXIT.bug, 'bug', `${resource.name} failed`))
    }
  }

  /** What this resource refers to must be there before it. */
  function broken(): Started | undefined {
    return earlier.find(
      (other) =>
        other.resource.type.name === resource.type.pushAfter &&
        (other.outcome === 'failed' || other.outcome === 'held' || other.outcome === 'skipped'),
    )
  }

  function skip(other: Started): void {
    const code =
      other.outcome === 'held'
        ? EXIT.held
        : other.document().error === undefined
          ? EXIT.blocked
          : other.document().exitCode
    end(
      'skipped',
      toSyncError(
        undefined,
        code,
        'skipped',
        `${resource.name} was skipped: it refers to ${other.resource.name}, which is ${other.outcome ?? 'not there'}`,
      ),
    )
  }

  async function planNow(): Promise<void> {
    const other = broken()
    if (other !== undefined) return skip(other)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const head of await orphanedHeads(context)) {
      warn(
        'left-behind',
        `Resource id ${head.target.resourceId} was pushed from here before and is no longer in the config: its ${head.records} records stay active in Vanta`,
      )
    }
    const components = await componentIndex()
    prepared = await prepare({
      context,
      requests,
      client: session.client,
      ...(components === undefined ? {} : { components }),
    })
    verdict = await judgeHold(context, prepared.plan, prepared.reasons)
    if (options.command !== 'plan') return
    if (verdict.kind === 'held') return end('held', prepared.blocked)
    if (prepared.blocked !== undefined) return end('failed', prepared.blocked)
    end('planned')
  }

  async function componentIndex(): Promise<ComponentIndex | undefined> {
    const { pushAfter } = resource.type
    if (pushAfter === undefined) return undefined
    const all = options.context.settings.resources.filter(
      ({ type, application }) => type.name === pushAfter && application === resource.application,
    )
    if (all.length === 0) {
      warn(
        'no-components',
        `${resource.name} refers to ${pushAfter} records, and no such resource is configured for ${resource.application.name}: the references cannot be checked`,
      )
      return undefined
    }
    const ids = new Set<string>()
    for (const other of all) {
      const here = earlier.find(({ resource: { name } }) => name === other.name)?.prepared
      const known = here === undefined ? await heldComponents(other) : componentsOfPlan(here.plan)
      for (const id of known) ids.add(id)
    }
    return { where: all.map(({ name }) => name).join(', '), has: (id) => ids.has(id) }
  }

  async function heldComponents(other: ResourceSpec): Promise<Set<string>> {
    const aside = join(folder, other.name.replaceAll(/[^\w-]/g, '_'))
    mkdirSync(aside, { recursive: true, mode: 0o700 })
    return componentsOfBaseline(
      await loadBaseline({
        ...context,
        resource: other,
        folder: aside,
        now: startedAt,
        requests,
        client: session.client,
      }),
    )
  }

  async function pushNow(): Promise<void> {
    if (outcome !== undefined || prepared === undefined) return
    const other = broken()
    if (other !== undefined) return skip(other)
    verdict = await settleHold(context, prepared.plan, prepared.reasons)
    if (verdict.kind === 'held') return end('held', prepared.blocked)
    if (prepared.blocked !== undefined) return end('failed', prepared.blocked)
    const client = await session.client()
    const { plan, baseline, earlier: departed } = prepared
    pushed = await pushPlan({
      context,
      plan,
      baseline,
      client,
      requests,
      approved: verdict.kind === 'approved',
      earlier: departed,
    })
    for (const { code, message } of pushed.warnings) warn(code, message)
    if (pushed.complete && verdict.kind === 'approved')
      await context.state.holds.save({ ...verdict.hold, status: 'used' })
    if (pushed.error === undefined) end('pushed')
    else end('failed', pushed.error)
  }

  function degraded(): boolean {
    const carried = (prepared?.plan.records.invalid ?? 0) > 0
    return (
      (outcome === 'pushed' || outcome === 'planned') &&
      (carried || (pushed !== undefined && resource.verify && !pushed.verified))
    )
  }

  return {
    resource,
    get planHash() {
      return prepared?.plan.hash
    },
    get outcome() {
      return outcome
    },
    get prepared() {
      return prepared
    },
    plan: () => guarded(planNow),
    push: () => guarded(pushNow),
    fail: (why) => end('failed', why),
    refusePlan() {
      if (outcome !== undefined) return
      end(
        'held',
        toSyncError(
          undefined,
          EXIT.held,
          'other-plan',
          `The plan of ${resource.name} is not the one of --only-if: nothing was pushed`,
        ),
      )
    },
    document: () => ({
      name: resource.name,
      type: resource.type.name,
      application: resource.application.name,
      resourceIds: resource.resourceIds,
      outcome: outcome ?? 'failed',
      exitCode: exitCode(),
      ...(degraded() ? { degraded: true as const } : {}),
      ...(prepared === undefined ? {} : preparedDocument(prepared, options.itemLimit, pushed?.pushed ?? 0)),
      ...(warnings.length === 0 ? {} : { warnings }),
      requests: { ...requests },
      ...(pushed === undefined ? {} : { verified: pushed.verified, answers: pushed.answers }),
      ...(verdict?.kind === 'held' ? { hold: holdDocument(verdict) } : {}),
      ...(error === undefined ? {} : { error: errorDocument(error) }),
    }),
  }
}

function preparedDocument(
  { plan, sources, asOf }: Prepared,
  itemLimit: number,
  pushed: number,
): Partial<ResourceDocument> {
  const { moved, ...changes } = plan.counts
  const { blank, ...records } = plan.records
  const total = plan.items.length
  return {
    baseline: plan.baseline,
    planHash: plan.hash,
    asOf: toInstant(asOf),
    records: { ...records, pushed, ...(blank === 0 ? {} : { blank }) },
    changes: plan.parts.length > 1 ? { ...changes, moved } : changes,
    ...(itemLimit === 0 ? {} : { items: firstOf(plan.items, itemLimit).map(itemDocument) }),
    ...(itemLimit === 0 || total <= itemLimit ? {} : { itemsTotal: total }),
    problems: firstOf(plan.problems, PROBLEM_LIMIT),
    ...(plan.problems.length <= PROBLEM_LIMIT ? {} : { problemsTotal: plan.problems.length }),
    ...(plan.conflicts.length === 0
      ? {}
      : { conflicts: firstOf(plan.conflicts, PROBLEM_LIMIT), conflictsTotal: plan.conflicts.length }),
    sources: sources.map(sourceDocument),
    bytes: plan.parts.reduce((sum, part) => sum + part.bytes, 0),
  }
}

function holdDocument({ reasons, hold }: Extract<Verdict, { kind: 'held' }>): HoldDocument {
  if (hold === undefined) return { reasons }
  return { id: hold.id, status: hold.status, expiresAt: toInstant(hold.expiresAt), reasons }
}
