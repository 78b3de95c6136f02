/** One resource on its way through a run: planned, then held, pushed, skipped or failed. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, type SyncError, toSyncError } from '../errors.ts'
import { changedSince, madeOf } from '../history/made.ts'
import type { Reason } from '../plan/guard.ts'
import { missedIn } from '../plan/gone.ts'
import type { ResourceSpec } from '../resource.ts'
import { type ClearAsked, askedOf } from './clear-hold.ts'
import { clearTarget } from './clear-target.ts'
import type { ResourceContext } from './context.ts'
import type { ResourceDocument } from './document.ts'
import { createFate, end, exitCodeOf, type Fate, warn } from './fate.ts'
import { findComponents } from './find-components.ts'
import { judgeHold, settleHold, type Verdict } from './hold.ts'
import { orphanedHeads, sayLeftBehind } from './left-behind.ts'
import { prepare } from './prepare.ts'
import { prepareClear } from './prepare-clear.ts'
import { pushPlan } from './push.ts'
import { resourceDocument } from './resource-document.ts'
import type { RunCommand, RunOptions } from './run-options.ts'
import type { Session } from './session.ts'
import { scopeOf, targetOf } from './target.ts'

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
      const { command, toolVersion, clear } = shared.options
      return resources.map((resource) => {
        const around = { session: shared.session, command, toolVersion, earlier: [...fates], ...(clear && { clear }) }
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
  readonly toolVersion: string
  readonly clear?: ClearAsked
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
  const asked = await askedToClear(fate, around)
  if (asked !== undefined) return planClear(fate, around, asked)
  await warnOfOrphans(fate)
  await noteChanges(fate, around)
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

/** By the command itself, or, when that is approved, by the hold. */
async function askedToClear({ context }: Fate, { command, clear }: Around): Promise<ClearAsked | undefined> {
  if (command !== 'approve') return clear
  return askedOf(await context.state.holds.live(scopeOf(context.settings, context.resource)))
}

async function planClear(fate: Fate, { session }: Around, asked: ClearAsked): Promise<void> {
  const { context, requests } = fate
  const target = await clearTarget(context, asked.resourceId)
  fate.asked = asked
  fate.prepared = await prepareClear({ context, requests, client: session.client }, target)
  fate.verdict = await judgeHold(context, fate.prepared.plan, fate.prepared.reasons)
  if (target === context.resource) await warnOfNextRun(fate)
}

async function warnOfNextRun(fate: Fate): Promise<void> {
  const { settings, state, resource, clock } = fate.context
  const pause = await state.pauses.live(scopeOf(settings, resource), clock.now())
  if (pause !== undefined) return
  const message = `Once it is cleared, the next run of ${resource.name} pushes its whole set again: pause it, or take it out of the configuration`
  warn(fate, 'fills-again', message)
}

async function push(fate: Fate, around: Around): Promise<void> {
  const { context, requests, prepared } = fate
  if (fate.outcome !== undefined || prepared === undefined) return
  const lacking = lackingBefore(fate, around)
  if (lacking !== undefined) return skip(fate, lacking)
  const { reasons } = prepared
  const settled = await settleHold(context, prepared.plan, { reasons, ...(fate.asked && { asked: fate.asked }) })
  const verdict = around.command === 'clear' ? heldFirst(settled, reasons) : settled
  fate.verdict = verdict
  if (endIfStopped(fate)) return noteGone(fate)
  const client = await around.session.client()
  const { baseline, earlier } = prepared
  const approved = verdict.kind === 'approved'
  const target = { ...context, resource: prepared.cleared ?? context.resource }
  const { plan: planned } = prepared
  const pushed = await pushPlan({ context: target, plan: planned, baseline, client, requests, approved, earlier })
  fate.pushed = pushed
  for (const { code, message } of pushed.warnings) warn(fate, code, message)
  if (pushed.complete && approved) await context.state.holds.save({ ...verdict.hold, status: 'used' })
  if (pushed.error === undefined) end(fate, 'pushed')
  else end(fate, 'failed', pushed.error)
}

/** Asking once more is no approval, even where one is left that was not used up. */
function heldFirst(verdict: Verdict, reasons: readonly Reason[]): Verdict {
  return verdict.kind === 'approved' ? { kind: 'held', reasons, hold: verdict.hold, opened: false } : verdict
}

/** Whoever was missed now was missed first by this read, though nothing of it was pushed. */
async function noteGone({ context, prepared }: Fate): Promise<void> {
  const { state, settings, resource } = context
  if (prepared === undefined || prepared.cleared !== undefined || resource.keepGoneMs === undefined) return
  const { plan: planned, baseline } = prepared
  const targets = baseline.parts.map(({ resourceId }) => targetOf(settings, resource, resourceId))
  await state.baselines.noteGone(targets, missedIn(planned))
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

/** Whoever looks at a plan sees that the data need not be why it differs. */
async function noteChanges(fate: Fate, { toolVersion }: Around): Promise<void> {
  const { state, settings, resource } = fate.context
  const changes = await changedSince(state, scopeOf(settings, resource), madeOf(settings, resource, toolVersion))
  if (changes !== undefined) fate.changedSince = changes
}

function refusePlan(fate: Fate): void {
  if (fate.outcome !== undefined) return
  const message = `The plan of ${fate.context.resource.name} is not the one of --only-if: nothing was pushed`
  end(fate, 'held', toSyncError(undefined, EXIT.held, 'other-plan', message))
}
