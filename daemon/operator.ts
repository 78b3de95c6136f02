/** What the page and the API may ask of the daemon. */
import { setTimeout as wait } from 'node:timers/promises'
import { type HoldDecisionAsked, decideHold, findHold, resourceOf } from '../core/decision/hold.ts'
import { pauseResource, refusePaused, resumeResource } from '../core/decision/pause.ts'
import type { Person } from '../core/decision/person.ts'
import { EXIT, SyncError, UsageError } from '../core/errors.ts'
import { takeSnapshot } from '../core/health/snapshot.ts'
import type { NetworkTransport } from '../core/network/transport.ts'
import type { ResourceSpec, Settings } from '../core/resource.ts'
import { checkConnector } from '../core/run/check-connector.ts'
import type { RunContext } from '../core/run/context.ts'
import type { RunEvent } from '../core/run/events.ts'
import type { RunCommand } from '../core/run/run-options.ts'
import type { CheckRow } from '../core/state/state.ts'
import type { HoldAsked, Operator } from '../server/operator.ts'
import type { Configuration } from './configuration.ts'
import type { RunAsked, Runner } from './runner.ts'

/** How long the state may take to answer. */
const READY_MS = 900

export interface OperatorParts extends Pick<RunContext, 'state' | 'clock' | 'log'> {
  readonly version: string
  readonly configuration: Configuration
  readonly runner: Runner
  /** Why the scheduler cannot work; undefined when it can. */
  stuck(): string | undefined
  openTransport(settings: Settings): Promise<NetworkTransport>
  listen(listener: (event: RunEvent) => void): () => void
  /** Something was decided or paused: whoever waits looks again. */
  changed(): void
}

export function createOperator(parts: OperatorParts): Operator {
  const { state, clock, log, version, configuration } = parts
  const context = (): Pick<RunContext, 'state' | 'clock' | 'log' | 'settings'> => ({
    state,
    clock,
    log,
    settings: configuration.current,
  })
  return {
    get settings() {
      return configuration.current
    },
    state,
    clock,
    log,
    version,
    snapshot: async () => takeSnapshot({ ...context(), live: parts.runner.live() }),
    ready: () => readiness(parts),
    async runNow(name, by) {
      const resource = resourceNamed(configuration.current, name)
      await refusePaused(context(), resource)
      return parts.runner.start(runOf(parts, { resource, command: 'run', by })).runId
    },
    decide: (asked) => decide(parts, asked),
    async pause({ resource, ...asked }) {
      await pauseResource(context(), { ...asked, resource: resourceNamed(configuration.current, resource) })
      parts.changed()
    },
    async resume({ resource, ...asked }) {
      await resumeResource(context(), { ...asked, resource: resourceNamed(configuration.current, resource) })
      parts.changed()
    },
    check: (name) => check(parts, name),
    listen: parts.listen,
  }
}

async function readiness(parts: OperatorParts): Promise<string | undefined> {
  const answered = parts.state.daemons.list().then(
    () => parts.stuck(),
    () => 'the state cannot be read',
  )
  return Promise.race([answered, wait(READY_MS, 'the state does not answer', { ref: false })])
}

interface Start {
  readonly resource: ResourceSpec
  readonly command: RunCommand
  readonly by: Person
}

function runOf({ configuration }: OperatorParts, { resource, command, by }: Start): RunAsked {
  const { current: settings } = configuration
  const { application } = resource
  return { command, settings, application, resources: [resource], startedBy: `${by.name} (${by.provenBy})` }
}

/** The decision is noted only when the run that an approval needs can start. */
async function decide(
  parts: OperatorParts,
  { hold: id, decision, by, reason }: HoldAsked,
): Promise<string | undefined> {
  const { state, clock, configuration, runner } = parts
  const context = { state, clock, settings: configuration.current }
  const hold = await findHold(context, id)
  const resource = resourceOf(context, hold)
  const asked: HoldDecisionAsked = { name: hold.id, decision, by, reason }
  if (decision === 'reject') {
    await decideHold(context, asked)
    parts.changed()
    return undefined
  }
  if (resource === undefined) throw gone(hold.resource)
  if (runner.isBusy(resource.application)) throw busy(resource)
  const place = runner.reserve(resource.application)
  try {
    await decideHold(context, asked)
    return place.start(runOf(parts, { resource, command: 'approve', by })).runId
  } finally {
    place.leave()
  }
}

async function check(parts: OperatorParts, name: string): Promise<CheckRow> {
  const { state, clock, log, configuration } = parts
  const settings = configuration.current
  const connector = settings.connectors.find((each) => each.name === name)
  if (connector === undefined) throw new UsageError('unknown-connector', `There is no connector "${name}"`)
  const transport = await parts.openTransport(settings)
  try {
    const found = await checkConnector(connector, { state, clock, log, settings, transport })
    await state.checks.save(found)
    return found
  } finally {
    await transport.close()
  }
}

function resourceNamed({ resources }: Settings, name: string): ResourceSpec {
  const found = resources.find((resource) => resource.name === name)
  if (found === undefined) throw new UsageError('unknown-resource', `There is no resource "${name}"`)
  return found
}

function gone(resource: string): SyncError {
  return new UsageError(
    'resource-gone',
    `${resource} is no longer in the configuration, so its hold cannot be approved`,
  )
}

function busy({ name, application }: ResourceSpec): SyncError {
  return new SyncError(
    EXIT.lease,
    'busy',
    `A run of application ${application.name} goes on, so ${name} cannot be read now`,
    {
      hint: 'The decision was not noted. Decide again when the run has ended.',
    },
  )
}
