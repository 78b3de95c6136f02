/** One pass over the resources asked for: per application one lease and one token, every plan before the first push. */
import { createHash, randomUUID } from 'node:crypto'
import { type Clock, toInstant } from '../clock.ts'
import { isSyncError, toSyncError, type SyncError, UsageError, worstExitCode } from '../errors.ts'
import type { ApplicationSpec, ResourceSpec } from '../resource.ts'
import type { ScratchFolder } from '../state/state.ts'
import { clearTarget } from './clear-target.ts'
import type { RunContext } from './context.ts'
import type { ResourceDocument, RunDocument, RunOutcome } from './document.ts'
import { dependencyOrder } from './order.ts'
import { pausedDocument, pausesOf } from './paused.ts'
import type { RunCommand, RunOptions } from './run-options.ts'
import { endRun, startRun } from './record.ts'
import { createResourceRuns, type ResourceRun } from './resource-run.ts'
import { createSession, type Session } from './session.ts'

/** Never throws for what went wrong with a resource: that is in the document. @throws StateError, UsageError */
export async function run(given: RunOptions): Promise<RunDocument> {
  const options = scrubbedOptions(given)
  const { context, command, runId = newRunId(context.clock) } = options
  refuseSplitPlan(options, applicationsOf(options.resources))
  await refuseUnclearable(options)
  const pauses = await pausesOf(context, options)
  const begun: Begun = {
    runId,
    startedAt: context.clock.now(),
    scratch: await context.state.scratch(runId),
    active: options.resources.filter((resource) => !pauses.has(resource)),
    finished: [...pauses].map(([resource, pause]) => pausedDocument(resource, pause)),
    tokens: [],
    planHashes: [],
  }
  const names = options.resources.map(({ name }) => name)
  context.emit({ kind: 'run-started', runId, command, resources: names.length, names })
  const writes = command !== 'plan'
  if (writes) await startRun(options, runId, begun.startedAt)
  let document: RunDocument | undefined
  try {
    for (const application of applicationsOf(begun.active)) await runApplication(options, begun, application)
    document = documentOf(options, begun)
    return document
  } finally {
    const end = document ?? { ...documentOf(options, begun), outcome: 'failed', exitCode: exitCodeOf(context.signal) }
    try {
      if (writes) await endRun(options, end)
    } finally {
      // Last: a run without an end whose folder is gone counts as killed.
      await begun.scratch.remove()
    }
    context.emit({ kind: 'run-finished', runId, command, outcome: end.outcome, exitCode: end.exitCode })
  }
}

/** Who listens hears no secret that a source or Vanta has told. */
function scrubbedOptions(options: RunOptions): RunOptions {
  const { emit, settings } = options.context
  return { ...options, context: { ...options.context, emit: (event) => emit(settings.secrets.scrubDocument(event)) } }
}

/** A mistake of whoever asked is told at once, and is no run. */
async function refuseUnclearable({ context, resources, clear }: RunOptions): Promise<void> {
  if (clear === undefined) return
  for (const resource of resources) await clearTarget({ ...context, resource }, clear.resourceId)
}

/** A run on its way. */
interface Begun {
  readonly runId: string
  readonly startedAt: number
  readonly scratch: ScratchFolder
  readonly active: readonly ResourceSpec[]
  readonly finished: ResourceDocument[]
  readonly tokens: { name: string; tokensMinted: number }[]
  readonly planHashes: string[]
}

async function runApplication(options: RunOptions, begun: Begun, application: ApplicationSpec): Promise<void> {
  const { runId, startedAt, scratch, finished, tokens, planHashes } = begun
  const session = openSession(options, application)
  const resources = dependencyOrder(begun.active.filter((resource) => resource.application === application))
  const runs = createResourceRuns({ options, session, runId, startedAt, folder: scratch.path }).of(resources)
  try {
    await planAndPush(options, session, runs)
  } finally {
    // What ended before an interruption is told, too: Vanta holds it.
    const ended = runs.filter(({ ended: hasEnded }) => hasEnded)
    finished.push(...ended.map((resourceRun) => resourceRun.document()))
    planHashes.push(...ended.flatMap(({ planHash }) => planHash ?? []))
    await session.close()
    tokens.push({ name: application.name, tokensMinted: session.tokensMinted })
  }
}

/** Sorts by time, and stands in file names. */
export function newRunId(clock: Clock): string {
  return `${toInstant(clock.now()).replaceAll(/[-:]/g, '')}-${randomUUID().slice(0, 8)}`
}

function exitCodeOf(signal: AbortSignal): number {
  return signal.aborted && isSyncError(signal.reason) ? signal.reason.exitCode : 70
}

function openSession({ context, command, waitMs }: RunOptions, application: ApplicationSpec): Session {
  return createSession({ context, application, purpose: command, waitMs })
}

async function planAndPush(
  { context, command, onlyIf }: RunOptions,
  session: Session,
  runs: readonly ResourceRun[],
): Promise<void> {
  // The token comes before the first read: wrong credentials are told at once, not after half an hour of reading.
  const refused = command === 'plan' ? undefined : await connectError(context, session)
  for (const resourceRun of runs) {
    if (refused === undefined) await resourceRun.plan()
    else resourceRun.fail(refused)
  }
  if (command === 'plan') return
  const mismatch = onlyIf !== undefined && combinedHash(runs.flatMap(({ planHash }) => planHash ?? [])) !== onlyIf
  for (const resourceRun of runs) {
    if (mismatch) resourceRun.refusePlan()
    else await resourceRun.push()
  }
}

async function connectError(context: RunContext, session: Session): Promise<SyncError | undefined> {
  try {
    await session.client()
    return undefined
  } catch (error) {
    context.signal.throwIfAborted()
    return toSyncError(error, 70, 'bug', 'Connecting to Vanta failed')
  }
}

function applicationsOf(resources: readonly ResourceSpec[]): ApplicationSpec[] {
  return [...new Set(resources.map(({ application }) => application))]
}

/** All plans are looked at before the first push; over several applications that would hold every lease at once. */
function refuseSplitPlan({ onlyIf }: RunOptions, applications: readonly ApplicationSpec[]): void {
  if (onlyIf === undefined || applications.length <= 1) return
  throw new UsageError(
    'only-if',
    `--only-if covers the plan of one application, and these resources belong to ${applications.length}`,
    {
      hint: 'Name the resources of one application.',
    },
  )
}

function documentOf(
  { context, command }: RunOptions,
  { runId, startedAt, finished, tokens, planHashes }: Begun,
): RunDocument {
  const exitCode = worstExitCode(finished.map((resource) => resource.exitCode))
  const hash = combinedHash(planHashes)
  const worst = finished.find((resource) => resource.exitCode === exitCode && resource.error !== undefined)
  const document: RunDocument = {
    command,
    runId,
    outcome: outcomeOf(command, finished),
    exitCode,
    startedAt: toInstant(startedAt),
    finishedAt: toInstant(context.clock.now()),
    ...(hash === undefined ? {} : { planHash: hash }),
    applications: tokens,
    resources: finished,
    ...(exitCode === 0 || worst?.error === undefined ? {} : { error: worst.error }),
  }
  return context.settings.secrets.scrubDocument(document)
}

function outcomeOf(command: RunCommand, resources: readonly ResourceDocument[]): RunOutcome {
  const outcomes = new Set(resources.map((resource) => resource.outcome))
  if (outcomes.has('failed')) return 'failed'
  if (outcomes.has('held')) return 'held'
  if (resources.some(({ outcome, exitCode }) => outcome === 'skipped' && exitCode !== 0)) return 'failed'
  if (resources.some(({ degraded }) => degraded)) return 'degraded'
  return command === 'plan' ? 'planned' : 'succeeded'
}

/** One resource's plan hash as it is; of several, their sum. */
function combinedHash(hashes: readonly string[]): string | undefined {
  if (hashes.length <= 1) return hashes[0]
  return createHash('sha256').update(hashes.join('\n')).digest('hex')
}
