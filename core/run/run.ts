/** One pass over the resources asked for: per application one lease and one token, every plan before the first push. */
import { createHash, randomUUID } from 'node:crypto'
import { toInstant } from '../clock.ts'
import { isSyncError, toSyncError, type SyncError, UsageError, worstExitCode } from '../errors.ts'
import type { ApplicationSpec, ResourceSpec } from '../resource.ts'
import type { RunContext } from './context.ts'
import type { ResourceDocument, RunDocument, RunOutcome } from './document.ts'
import { dependencyOrder } from './order.ts'
import type { RunCommand, RunOptions } from './run-options.ts'
import { endRun, startRun } from './record.ts'
import { createResourceRuns, type ResourceRun } from './resource-run.ts'
import { createSession, type Session } from './session.ts'

/** Never throws for what went wrong with a resource: that is in the document. @throws StateError, UsageError */
export async function run(options: RunOptions): Promise<RunDocument> {
  const { context, command } = options
  const applications = applicationsOf(options.resources)
  refuseSplitPlan(options, applications)
  const runId = `${toInstant(context.clock.now()).replaceAll(/[-:]/g, '')}-${randomUUID().slice(0, 8)}`
  const startedAt = context.clock.now()
  const scratch = await context.state.scratch(runId)
  context.emit({ kind: 'run-started', runId, command, resources: options.resources.length })
  const writes = command !== 'plan'
  if (writes) await startRun(options, runId, startedAt)
  const finished: ResourceDocument[] = []
  const tokens: { name: string; tokensMinted: number }[] = []
  const planHashes: string[] = []
  let document: RunDocument | undefined
  try {
    for (const application of applications) {
      const session = openSession(options, application)
      try {
        const runs = createResourceRuns({ options, session, runId, startedAt, folder: scratch.path })
        const ended = await runApplication(options, session, runs.of(resourcesOf(options, application)))
        finished.push(...ended.map((resourceRun) => resourceRun.document()))
        planHashes.push(...ended.flatMap(({ planHash }) => planHash ?? []))
      } finally {
        await session.close()
        tokens.push({ name: application.name, tokensMinted: session.tokensMinted })
      }
    }
    document = documentOf(options, { runId, startedAt, finished, tokens, planHashes })
    return document
  } finally {
    const interrupted = documentOf(options, { runId, startedAt, finished, tokens, planHashes })
    const end = document ?? { ...interrupted, outcome: 'failed', exitCode: exitCodeOf(context.signal) }
    try {
      if (writes) await endRun(options, end)
    } finally {
      // Last: a run without an end whose folder is gone counts as killed.
      await scratch.remove()
    }
    context.emit({ kind: 'run-finished', runId, outcome: end.outcome, exitCode: end.exitCode })
  }
}

function exitCodeOf(signal: AbortSignal): number {
  return signal.aborted && isSyncError(signal.reason) ? signal.reason.exitCode : 70
}

function openSession({ context, command, waitMs }: RunOptions, application: ApplicationSpec): Session {
  return createSession({ context, application, purpose: command, waitMs })
}

async function runApplication(
  { context, command, onlyIf }: RunOptions,
  session: Session,
  runs: readonly ResourceRun[],
): Promise<readonly ResourceRun[]> {
  // The token comes before the first read: wrong credentials are told at once, not after half an hour of reading.
  const refused = command === 'plan' ? undefined : await connectError(context, session)
  for (const resourceRun of runs) {
    if (refused === undefined) await resourceRun.plan()
    else resourceRun.fail(refused)
  }
  if (command === 'plan') return runs
  const mismatch = onlyIf !== undefined && combinedHash(runs.flatMap(({ planHash }) => planHash ?? [])) !== onlyIf
  for (const resourceRun of runs) {
    if (mismatch) resourceRun.refusePlan()
    else await resourceRun.push()
  }
  return runs
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

function resourcesOf({ resources }: RunOptions, application: ApplicationSpec): ResourceSpec[] {
  return dependencyOrder(resources.filter((resource) => resource.application === application))
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

interface Parts {
  readonly runId: string
  readonly startedAt: number
  readonly finished: readonly ResourceDocument[]
  readonly tokens: readonly { name: string; tokensMinted: number }[]
  readonly planHashes: readonly string[]
}

function documentOf(
  { context, command }: RunOptions,
  { runId, startedAt, finished, tokens, planHashes }: Parts,
): RunDocument {
  const exitCode = worstExitCode(finished.map((resource) => resource.exitCode))
  const hash = combinedHash(planHashes)
  const worst = finished.find((resource) => resource.exitCode === exitCode && resource.error !== undefined)
  return {
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
}

function outcomeOf(command: RunCommand, resources: readonly ResourceDocument[]): RunOutcome {
  const outcomes = new Set(resources.map(({ outcome }) => outcome))
  if (outcomes.has('failed')) return 'failed'
  if (outcomes.has('held')) return 'held'
  if (outcomes.has('skipped')) return 'failed'
  if (resources.some(({ degraded }) => degraded)) return 'degraded'
  return command === 'plan' ? 'planned' : 'succeeded'
}

/** One resource's plan hash as it is; of several, their sum. */
function combinedHash(hashes: readonly string[]): string | undefined {
  if (hashes.length <= 1) return hashes[0]
  return createHash('sha256').update(hashes.join('\n')).digest('hex')
}
