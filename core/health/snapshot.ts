/** The one snapshot that page, API, metrics and `status` show, made of the state alone and of what runs in this process. */
import { type Clock, toInstant } from '../clock.ts'
import type { ResourceSpec, Settings } from '../resource.ts'
import { leftBehindRemedy, orphanedHeads, sayLeftBehind } from '../run/left-behind.ts'
import { scopeOf } from '../run/target.ts'
import { nextDue } from '../schedule/due.ts'
import type { DaemonRow, Pause, ResourceRunRow, RunRow, SlotClaim, State } from '../state/state.ts'
import { judge } from './judge.ts'
import { connectorOf, loginNotices } from './login.ts'
import type { DaemonStatus, LiveRun, LoginStatus, ResourceStatus, ScheduleStatus, StatusSnapshot } from './status.ts'

export interface SnapshotContext {
  readonly state: State
  readonly settings: Settings
  readonly clock: Clock
  /** Runs of this process, which knows more of them than the state does. */
  readonly live?: readonly LiveRun[]
}

/** What all resources share. */
interface Around {
  readonly now: number
  readonly daemons: readonly DaemonRow[]
  readonly runs: readonly LiveRun[]
  /** What checks of connectors found out about logins. */
  readonly checked: readonly LoginStatus[]
}

export async function takeSnapshot(context: SnapshotContext): Promise<StatusSnapshot> {
  const around = await lookAround(context)
  const resources: ResourceStatus[] = []
  for (const resource of context.settings.resources) resources.push(await statusIn(context, resource, around))
  return {
    at: toInstant(around.now),
    configHash: context.settings.hash,
    daemons: around.daemons.map(daemonStatus),
    resources,
    runs: around.runs,
  }
}

/** One of the resources of the settings. */
export async function statusOf(context: SnapshotContext, resource: ResourceSpec): Promise<ResourceStatus> {
  return statusIn(context, resource, await lookAround(context))
}

async function lookAround({ state, clock, live = [] }: SnapshotContext): Promise<Around> {
  const daemons = await state.daemons.list()
  const checks = await state.checks.list()
  // The state knows which runs go on; those who run them know how far they are. Ours first: it is not half a minute old.
  const known = new Map([...daemons.flatMap((daemon) => daemon.live), ...live].map((each) => [each.runId, each]))
  const running = await state.runs.list({ status: 'running' })
  const ids = new Set(running.map(({ id }) => id))
  return {
    now: clock.now(),
    daemons,
    // One of ours that has just begun is not in the state yet.
    runs: [...live.filter(({ runId }) => !ids.has(runId)), ...running.map((row) => known.get(row.id) ?? bareRun(row))],
    checked: checks.flatMap(({ login }) => login ?? []),
  }
}

function bareRun({ id, command, startedAt, startedBy }: RunRow): LiveRun {
  return { runId: id, command, startedAt: toInstant(startedAt), startedBy, resources: [] }
}

function daemonStatus({ startedAt, beatAt, live: _live, configHash: _hash, ...row }: DaemonRow): DaemonStatus {
  return { ...row, startedAt: toInstant(startedAt), beatAt: toInstant(beatAt) }
}

async function statusIn(context: SnapshotContext, resource: ResourceSpec, around: Around): Promise<ResourceStatus> {
  const { state, settings } = context
  const { now } = around
  const scope = scopeOf(settings, resource)
  const { last, success, firstAt } = (await state.runs.latest([scope])).get(scope) ?? {}
  const hold = await state.holds.live(scope)
  const pause = await state.pauses.live(scope, now)
  const failuresInRow = await countFailures(state, resource, scope)
  const claim = await state.slots.get(scope)
  const schedule = scheduleOf(resource, { scope, claim, around, pause })
  const logins = loginsOf(resource, { last, success, checked: around.checked })
  const { maxAgeMs } = resource
  const facts = {
    now,
    resource: resource.name,
    last,
    success,
    firstAt,
    hold,
    pause,
    maxAgeMs,
    failuresInRow,
    schedule,
    logins,
  }
  const notices = [...loginNotices(logins, now), ...(await leftBehindNotices(context, resource))]
  const running = runningIn(resource, around.runs)
  return {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: resource.resourceIds,
    ...judge(facts),
    ...lastOf(last),
    ...successOf(success, now),
    ...(maxAgeMs === undefined ? {} : { maxAgeSeconds: Math.round(maxAgeMs / 1000) }),
    failuresInRow,
    ...(hold === undefined ? {} : { hold: hold.id, ...holdUrl(settings, hold.id) }),
    ...(logins.length === 0 ? {} : { logins }),
    ...(notices.length === 0 ? {} : { notices }),
    ...(pause === undefined ? {} : { paused: pauseStatus(pause) }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(running === undefined ? {} : { running }),
  }
}

function holdUrl({ server }: Settings, id: string): Pick<ResourceStatus, 'holdUrl'> {
  return server.publicUrl === undefined ? {} : { holdUrl: `${server.publicUrl}/holds/${id}` }
}

function lastOf(last: ResourceRunRow | undefined): Partial<ResourceStatus> {
  if (last === undefined) return {}
  const { outcome, exitCode, at, runId, error } = last
  return {
    lastOutcome: outcome,
    lastExitCode: exitCode,
    lastRunAt: toInstant(at),
    lastRunId: runId,
    ...(error === undefined ? {} : { error }),
  }
}

function successOf(success: ResourceRunRow | undefined, now: number): Partial<ResourceStatus> {
  if (success === undefined) return {}
  return {
    lastSuccessAt: toInstant(success.at),
    ageSeconds: Math.round((now - success.at) / 1000),
    records: success.counts['pushed'] ?? 0,
  }
}

function pauseStatus({ at, until, by, reason }: Pause): NonNullable<ResourceStatus['paused']> {
  return { since: toInstant(at), until: toInstant(until), by, reason }
}

/** Beyond it nobody counts. */
const MOST_FAILURES = 100

/** What happened under another resource id or application is another story. */
async function countFailures(state: State, { name }: ResourceSpec, scope: string): Promise<number> {
  const rows = await state.runs.rows({ resource: name, limit: MOST_FAILURES })
  const own = rows.filter((row) => row.scope === scope)
  const end = own.findIndex(({ success }) => success)
  return own.slice(0, end === -1 ? undefined : end).filter(isFailure).length
}

function isFailure({ outcome }: ResourceRunRow): boolean {
  return outcome === 'failed' || outcome === 'skipped'
}

interface When {
  readonly scope: string
  readonly claim: SlotClaim | undefined
  readonly around: Around
  readonly pause: Pause | undefined
}

function scheduleOf(
  { schedule }: ResourceSpec,
  { scope, claim, around: { now, daemons }, pause }: When,
): ScheduleStatus | undefined {
  if (schedule === undefined) return undefined
  const { cron, zone } = schedule
  // Nothing of the time before its end is caught up: the pause was meant.
  const next = nextDue({ schedule, scope, claim, now: Math.max(now, pause?.until ?? 0) })
  return { cron, zone, ...(next === undefined ? {} : { next: toInstant(next) }), kept: daemons.length > 0 }
}

interface LoginSeen {
  readonly last: ResourceRunRow | undefined
  readonly success: ResourceRunRow | undefined
  readonly checked: readonly LoginStatus[]
}

/** What the latest read told, else the one before, else a check; a run that failed early tells nothing. */
function loginsOf({ sources }: ResourceSpec, { last, success, checked }: LoginSeen): readonly LoginStatus[] {
  const told = new Map<string, LoginStatus>()
  for (const login of [...checked, ...(success?.logins ?? []), ...(last?.logins ?? [])]) told.set(login.source, login)
  const names = sources.flatMap((source) => [source.name, ...(source.joins ?? []).map(({ name }) => name)])
  return names.flatMap((name) => told.get(name) ?? told.get(connectorOf(name)) ?? [])
}

async function leftBehindNotices(context: SnapshotContext, resource: ResourceSpec): Promise<string[]> {
  const heads = await orphanedHeads({ ...context, resource })
  return heads.map((head) => `${sayLeftBehind(head)}. ${leftBehindRemedy(head, resource)}`)
}

function runningIn({ name }: ResourceSpec, runs: readonly LiveRun[]): ResourceStatus['running'] {
  for (const { runId, resources } of runs) {
    const live = resources.find((each) => each.name === name)
    if (live !== undefined && live.stage !== 'done') return { ...live, runId }
  }
  return undefined
}
