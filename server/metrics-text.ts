/** How everything is, for Prometheus: gauges of a snapshot, and runs since the state was made. */
import { Counter, Gauge, Registry } from 'prom-client'
import { SECOND } from '../core/clock.ts'
import type { Health, ResourceStatus, StatusSnapshot } from '../core/health/status.ts'
import type { Runs } from '../core/state/state.ts'

export type RunTotals = Awaited<ReturnType<Runs['totals']>>

const HEALTHS: readonly Health[] = ['healthy', 'degraded', 'held', 'failing', 'stale', 'never run', 'disconnected']

/**
 * Labels are names of the configuration, never of people.
 * @param how `file`: it is read long after it was written, so nothing in it may count the time since
 */
export async function metricsText(
  snapshot: StatusSnapshot,
  totals: RunTotals,
  how: 'live' | 'file' = 'live',
): Promise<string> {
  const registry = new Registry()
  addTotals(registry, totals)
  addWhole(registry, snapshot)
  const gauges = resourceGauges(registry)
  for (const resource of snapshot.resources) setResource(gauges, resource)
  if (how === 'file') for (const name of MOVING) registry.removeSingleMetric(name)
  return registry.metrics()
}

const MOVING = [
  'vanta_sync_resource_last_success_age_seconds',
  'vanta_sync_runs_in_progress',
  'vanta_sync_resource_running',
]

function addTotals(registry: Registry, totals: RunTotals): void {
  const counter = new Counter({
    name: 'vanta_sync_resource_runs_total',
    help: 'Runs of a resource by outcome, since the state was made.',
    labelNames: ['resource', 'outcome'],
    registers: [registry],
  })
  for (const { resource, outcome, runs } of totals) counter.inc({ resource, outcome }, runs)
}

function addWhole(registry: Registry, { at, daemons, resources, runs }: StatusSnapshot): void {
  const gauge = createGauges(registry)
  gauge('status_timestamp_seconds', 'When these gauges were taken.').set(secondsOf(at))
  gauge('holds', 'Holds that wait for a decision, or for the run that follows it.').set(
    resources.filter(({ hold }) => hold !== undefined).length,
  )
  gauge('runs_in_progress', 'Runs that go on.').set(runs.length)
  const info = gauge('daemon_info', 'One for each daemon that is alive on this state.', ['version', 'host'])
  const problem = gauge('daemon_config_problem', '1 when a changed configuration was not taken.', ['host'])
  for (const { version, host, configProblem } of daemons) {
    info.set({ version, host }, 1)
    problem.set({ host }, configProblem === undefined ? 0 : 1)
  }
}

type ResourceGauges = ReturnType<typeof resourceGauges>

function resourceGauges(registry: Registry) {
  const gauge = createGauges(registry)
  const of = (name: string, help: string): Gauge => gauge(`resource_${name}`, help, ['resource'])
  return {
    success: of('last_success_timestamp_seconds', 'When the last run of the resource that succeeded ended.'),
    age: of('last_success_age_seconds', 'Time since the last success of the resource.'),
    maxAge: of('max_age_seconds', 'maxAge of the resource: an older success makes it stale.'),
    records: of('records', 'Records of the resource in Vanta, as last confirmed.'),
    failures: of('failures_in_row', 'Runs of the resource without a success since the last one.'),
    held: of('held', '1 when a plan of the resource is held.'),
    paused: of('paused', '1 while the resource is paused.'),
    running: of('running', '1 while a run of the resource goes on.'),
    next: of('next_slot_timestamp_seconds', 'When the schedule of the resource is due next.'),
    health: gauge('resource_health', '1 for the state that the resource is in, 0 for the others.', [
      'resource',
      'state',
    ]),
    login: gauge('login_expiry_timestamp_seconds', 'When the login that a source is read with expires.', [
      'resource',
      'source',
    ]),
  }
}

function setResource(gauges: ResourceGauges, status: ResourceStatus): void {
  const { name: resource, schedule, logins = [] } = status
  const set = (gauge: Gauge, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) gauge.set({ resource }, value)
  }
  set(gauges.success, secondsOf(status.lastSuccessAt))
  set(gauges.age, status.ageSeconds)
  set(gauges.maxAge, status.maxAgeSeconds)
  set(gauges.records, status.records)
  set(gauges.failures, status.failuresInRow)
  set(gauges.held, status.hold === undefined ? 0 : 1)
  set(gauges.paused, status.paused === undefined ? 0 : 1)
  set(gauges.running, status.running === undefined ? 0 : 1)
  set(gauges.next, secondsOf(schedule?.next))
  for (const state of HEALTHS) gauges.health.set({ resource, state }, state === status.health ? 1 : 0)
  for (const { source, expiresAt } of logins) {
    if (expiresAt !== undefined) gauges.login.set({ resource, source }, secondsOf(expiresAt))
  }
}

function createGauges(registry: Registry): (name: string, help: string, labelNames?: readonly string[]) => Gauge {
  return (name, help, labelNames = []) =>
    new Gauge({ name: `vanta_sync_${name}`, help, labelNames: [...labelNames], registers: [registry] })
}

function secondsOf(instant: string): number
function secondsOf(instant: string | undefined): number | undefined
function secondsOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant) / SECOND
}
