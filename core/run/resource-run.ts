/** One resource on its way through a run: planned, then held, pushed, skipped or failed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, type SyncError, toSyncError } from '../errors.ts'
import type { ResourceSpec } from '../resource.ts'
import type { ResourceContext } from './context.ts'
import type { ResourceDocument } from './document.ts'
import { createFate, end, exitCodeOf, type Fate, warn } from './fate.ts'
import { findComponents } from './find-components.ts'
import { judgeHold, settleHold } from './hold.ts'
import { orphanedHeads, sayLeftBehind } from './left-behind.ts'
import { prepare } from './prepare.ts'
import { pushPlan } from './push.ts'
import { resourceDocument } from './resource-document.ts'
import type { RunCommand, RunOptions } from './run-options.ts'
import type { Session } from './session.ts'

export interface ResourceRun {
  readonly resource: ResourceSpec
  readonly planHash: string | undefined
  /** How it fared is known. */
  readonly ended: boolean
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
      const fates: Fate[] = []
      return resources.map((resource) => {
        const around = { session: shared.session, command: shared.options.command, earlier: [...fates] }
        const fate = createFate(contextOf(shared, resource, fates.length))
        fates.push(fate)
        return resourceRun(fate, around, shared.options.itemLimit)
      })
    },
  }
}

function contextOf(
  { options, runId, startedAt, folder }: ResourceRunsOptions,
  resource: ResourceSpec,
  index: number,
): ResourceContext {
  const own = join(folder, String(index) + resource.name.replaceAll(/[^\w-]/g, '_'))
  return { ...options.context, resource, runId, startedAt, folder: own }
}

/** What a resource needs to know besides its own fate. */
interface Around {
  readonly session: Session
  readonly command: RunCommand
  /** Of the application's resources that come before it. */
  readonly earlier: readonly Fate[]
}

function resourceRun(fate: Fate, around: Around, itemLimit: number): ResourceRun {
  return {
    resource: fate.context.resource,
    get planHash() {
      return fate.prepared?.plan.hash
    },
    get ended() {
      return fate.outcome !== undefined
    },
    plan: () => guarded(fate, () => plan(fate, around)),
    push: () => guarded(fate, () => push(fate, around)),
    fail: (why) => end(fate, 'failed', why),
    refusePlan: () => refusePlan(fate),
    document: () => resourceDocument(fate, itemLimit),
  }
}

async function guarded(fate: Fate, work: () => Promise<void>): Promise<void> {
  const { signal, resource } = fate.context
  try {
    signal.throwIfAborted()
    await work()
    fate.stages.rest()
  } catch (thrown) {
    fate.stages.rest()
    signal.throwIfAborted()
    end(fate, 'failed', toSyncError(thrown, EXIT.bug, 'bug', `${resource.name} failed`))
  }
}

async function plan(fate: Fate, around: Around): Promise<void> {
  const { context, requests } = fate
  const lacking = lackingBefore(fate, around)
  if (lacking !== undefined) return skip(fate, lacking)
  mkdirSync(context.folder, { recursive: true, mode: 0o700 })
  await warnOfOrphans(fate)
  const { client } = around.session
  const components = await findComponents(fate, {
    planned: ({ name }) => around.earlier.find((other) => other.context.resource.name === name)?.prepared,
    client,
  })
  fate.prepared = await prepare({ context, requests, client, ...(components === undefined ? {} : { components }) })
  fate.verdict = await judgeHold(context, fate.prepared.plan, fate.prepared.reasons)
  if (around.command !== 'plan') return
  if (!endIfStopped(fate)) end(fate, 'planned')
}

async function push(fate: Fate, around: Around): Promise<void> {
  const { context, requests, prepared } = fate
  if (fate.outcome !== undefined || prepared === undefined) return
  const lacking = lackingBefore(fate, around)
  if (lacking !== undefined) return skip(fate, lacking)
  const verdict = await settleHold(context, prepared.plan, prepared.reasons)
  fate.verdict = verdict
  if (endIfStopped(fate)) return
  const client = await around.session.client()
  const { baseline, earlier } = prepared
  const approved = verdict.kind === 'approved'
  const pushed = await pushPlan({ context, plan: prepared.plan, baseline, client, requests, approved, earlier })
  fate.pushed = pushed
  for (const { code, message } of pushed.warnings) warn(fate, code, message)
  if (pushed.complete && approved) await context.state.holds.save({ ...verdict.hold, status: 'used' })
  if (pushed.error === undefined) end(fate, 'pushed')
  else end(fate, 'failed', pushed.error)
}

/** Ends what the guard holds or its records block; true when it did. */
function endIfStopped(fate: Fate): boolean {
  const blocked = fate.prepared?.blocked
  if (fate.verdict?.kind === 'held') end(fate, 'held', blocked)
  else if (blocked !== undefined) end(fate, 'failed', blocked)
  else return false
  return true
}

/** What this resource refers to must be there before it. */
function lackingBefore({ context }: Fate, { earlier }: Around): Fate | undefined {
  const { pushAfter } = context.resource.type
  return earlier.find(
    (other) =>
      other.context.resource.type.name === pushAfter &&
      (other.outcome === 'failed' || other.outcome === 'held' || other.outcome === 'skipped'),
  )
}

function skip(fate: Fate, lacking: Fate): void {
  const [own, other] = [fate.context.resource.name, lacking.context.resource.name]
  const message = `${own} was skipped: it refers to ${other}, which is ${lacking.outcome ?? 'not there'}`
  end(fate, 'skipped', toSyncError(undefined, exitCodeAfter(lacking), 'skipped', message))
}

function exitCodeAfter(lacking: Fate): number {
  if (lacking.outcome === 'held') return EXIT.held
  return lacking.error === undefined ? EXIT.blocked : exitCodeOf(lacking)
}

async function warnOfOrphans(fate: Fate): Promise<void> {
  for (const head of await orphanedHeads(fate.context)) warn(fate, 'left-behind', sayLeftBehind(head))
}

function refusePlan(fate: Fate): void {
  if (fate.outcome !== undefined) return
  const message = `The plan of ${fate.context.resource.name} is not the one of --only-if: nothing was pushed`
  end(fate, 'held', toSyncError(undefined, EXIT.held, 'other-plan', message))
}
