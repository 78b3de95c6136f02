/** An operator over a real state, whose runs end when the test says so, or at once. */
import { HOUR, MINUTE, type Clock, toInstant } from '../../core/clock.ts'
import { decideHold } from '../../core/decision/hold.ts'
import { pauseResource, resumeResource } from '../../core/decision/pause.ts'
import { SyncError, UsageError } from '../../core/errors.ts'
import type { LiveRun, ResourceStatus, StatusSnapshot } from '../../core/health/status.ts'
import type { Log } from '../../core/log.ts'
import type { ResourceSpec, Settings } from '../../core/resource.ts'
import type { ResourceDocument } from '../../core/run/document.ts'
import type { Emit, RunEvent } from '../../core/run/events.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { State } from '../../core/state/state.ts'
import type { Operator } from '../../server/operator.ts'
import { SEEDED, seedRun } from './seed.ts'

export interface FakeOperatorOptions {
  readonly state: State
  readonly clock: Clock
  readonly log: Log
  readonly settings: Settings
  /** Runs go on until `finish`. */
  readonly slowRuns: boolean
}

export interface FakeOperator extends Operator {
  settings: Settings
  /** What `ready` answers. */
  trouble: string | undefined
  /** Laid over the status of a resource, from now on. */
  setStatus(resource: string, change: Partial<ResourceStatus>): void
  /** What listeners hear. */
  emit: Emit
  /** Ends a run that `runNow` started. */
  finish(runId: string): Promise<void>
}

export function createFakeOperator(options: FakeOperatorOptions): FakeOperator {
  const { state, clock, log, slowRuns } = options
  const startedAt = clock.now()
  const changes = new Map<string, Partial<ResourceStatus>>()
  const listeners = new Set<(event: RunEvent) => void>()
  const live = new Map<string, LiveRun>()
  const ended = new Set<string>()
  let runs = 0

  async function statusOf(resource: ResourceSpec): Promise<ResourceStatus> {
    const scope = scopeOf(operator.settings, resource)
    const seed = SEEDED.find(({ name }) => name === resource.name)
    const hold = await state.holds.live(scope)
    const pause = await state.pauses.live(scope, clock.now())
    const { last, success } = (await state.runs.latest([scope])).get(scope) ?? {}
    const running = [...live.values()].find((run) => run.resources.some(({ name }) => name === resource.name))
    const freshly = ended.has(resource.name)
    const lastSuccessAt = seed?.health === 'stale' && !freshly ? clock.now() - 76 * HOUR : success?.at
    const health = freshly ? 'healthy' : (seed?.health ?? 'never run')
    return {
      name: resource.name,
      type: resource.type.name,
      application: resource.application.name,
      resourceIds: resource.resourceIds,
      health: hold === undefined && health === 'held' ? 'healthy' : health,
      failuresInRow: 0,
      maxAgeSeconds: 86_400,
      schedule: { cron: '17 * * * *', zone: 'Europe/Berlin', next: toInstant(clock.now() + 7 * MINUTE), kept: true },
      ...(health === 'healthy' || seed?.wrong === undefined ? {} : { wrong: seed.wrong }),
      ...(health === 'healthy' || seed?.remedy === undefined ? {} : { remedy: seed.remedy }),
      ...(last === undefined
        ? {}
        : { lastOutcome: last.outcome, lastRunAt: toInstant(last.at), lastRunId: last.runId, records: 149 }),
      ...(last?.error === undefined ? {} : { error: last.error }),
      ...(lastSuccessAt === undefined
        ? {}
        : {
            lastSuccessAt: toInstant(lastSuccessAt),
            ageSeconds: Math.round((clock.now() - lastSuccessAt) / 1000),
          }),
      ...(hold === undefined ? {} : { hold: hold.id }),
      ...(pause === undefined
        ? {}
        : {
            paused: { since: toInstant(pause.at), until: toInstant(pause.until), by: pause.by, reason: pause.reason },
          }),
      ...(running === undefined
        ? {}
        : {
            running: {
              name: resource.name,
              stage: 'read',
              done: 4200,
              total: 12_000,
              unit: 'rows',
              runId: running.runId,
            },
          }),
      ...(freshly ? {} : seed?.more),
      ...changes.get(resource.name),
    }
  }

  function resourceNamed(name: string): ResourceSpec {
    const found = operator.settings.resources.find((each) => each.name === name)
    if (found === undefined)
      throw new UsageError('unknown-resource', `There is no resource "${name}"`, {
        hint: 'vanta-sync status lists them.',
      })
    return found
  }

  function begin(resource: ResourceSpec, by: string): string {
    runs += 1
    const runId = `run-asked-${runs}`
    live.set(runId, {
      runId,
      command: 'run',
      startedAt: toInstant(clock.now()),
      startedBy: by,
      resources: [{ name: resource.name, stage: 'read', done: 4200, total: 12_000, unit: 'rows' }],
    })
    operator.emit({ kind: 'run-started', runId, command: 'run', resources: 1, names: [resource.name] })
    operator.emit({ kind: 'stage', resource: resource.name, stage: 'read' })
    return runId
  }

  async function start(resource: ResourceSpec, by: string): Promise<string> {
    if (live.size > 0)
      throw new SyncError(30, 'busy', `A run of ${resource.application.name} goes on`, { hint: 'Wait for its end.' })
    const runId = begin(resource, by)
    if (!slowRuns) await operator.finish(runId)
    return runId
  }

  const operator: FakeOperator = {
    settings: options.settings,
    state,
    clock,
    log,
    version: '0.1.0-test',
    trouble: undefined,
    setStatus: (resource, change) => void changes.set(resource, { ...changes.get(resource), ...change }),
    emit: (event) => {
      for (const each of listeners) each(event)
    },
    async snapshot(): Promise<StatusSnapshot> {
      return {
        at: toInstant(clock.now()),
        configHash: operator.settings.hash,
        daemons: [
          {
            id: 'daemon-1',
            pid: process.pid,
            host: 'sync-1',
            startedAt: toInstant(startedAt),
            beatAt: toInstant(clock.now()),
            version: operator.version,
          },
        ],
        resources: await Promise.all(operator.settings.resources.map(statusOf)),
        runs: [...live.values()],
      }
    },
    ready: async () => operator.trouble,
    runNow: async (name, by) => start(resourceNamed(name), by.name),
    async decide({ hold, decision, by, reason }) {
      const context = { state, clock, settings: operator.settings }
      const decided = await decideHold(context, { name: hold, decision, by, reason })
      if (decision === 'reject') return undefined
      const runId = await start(resourceNamed(decided.resource), by.name)
      if (!slowRuns) await state.holds.save({ ...decided, status: 'used' })
      return runId
    },
    async pause({ resource, ...asked }) {
      await pauseResource(
        { state, clock, settings: operator.settings },
        { resource: resourceNamed(resource), ...asked },
      )
    },
    async resume({ resource, ...asked }) {
      await resumeResource(
        { state, clock, settings: operator.settings },
        { resource: resourceNamed(resource), ...asked },
      )
    },
    async check(connector) {
      const known = operator.settings.connectors.some(({ name }) => name === connector)
      if (!known) throw new UsageError('unknown-connector', `There is no connector "${connector}"`)
      const check = { connector, at: clock.now(), ok: true, says: 'Reachable and permitted.' }
      await state.checks.save(check)
      return check
    },
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async finish(runId) {
      const run = live.get(runId)
      const name = run?.resources[0]?.name
      if (run === undefined || name === undefined) throw new Error(`No run ${runId} goes on`)
      const resource = resourceNamed(name)
      live.delete(runId)
      ended.add(name)
      await seedRun(state, operator.settings, {
        id: runId,
        at: clock.now(),
        outcome: 'succeeded',
        resources: [pushedDocument(resource)],
      })
      for (const event of endEvents(runId, name)) operator.emit(event)
    },
  }
  return operator
}

function endEvents(runId: string, resource: string): RunEvent[] {
  return [
    {
      kind: 'resource-finished',
      resource,
      outcome: 'pushed',
      exitCode: 0,
      degraded: false,
      ms: 42_000,
      records: { read: 150, valid: 150, invalid: 0, carriedForward: 0, dropped: 0, pushed: 150 },
      changes: { added: 1, changed: 2, removed: 3, unchanged: 144 },
      requests: { put: 1, get: 2 },
    },
    { kind: 'run-finished', runId, command: 'run', outcome: 'succeeded', exitCode: 0 },
  ]
}

function pushedDocument(resource: ResourceSpec): ResourceDocument {
  return {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: resource.resourceIds,
    outcome: 'pushed',
    exitCode: 0,
    baseline: 'state',
    planHash: 'cd'.repeat(32),
    records: { read: 150, valid: 150, invalid: 0, carriedForward: 0, dropped: 0, pushed: 150 },
    changes: { added: 1, changed: 2, removed: 3, unchanged: 144 },
    items: [],
    problems: [],
    requests: { put: 1, get: 2 },
    verified: true,
  }
}
