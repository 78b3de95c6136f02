/** What runs did since the daemon started, counted from their events; and how everything is now. */
import { Counter, Histogram, Registry } from 'prom-client'
import { SECOND } from '../core/clock.ts'
import type { RunEvent } from '../core/run/events.ts'
import { metricsText } from './metrics-text.ts'
import type { Operator } from './operator.ts'

export interface Metrics {
  readonly contentType: string
  /** Counters, and gauges of this moment. */
  text(): Promise<string>
  stop(): void
}

export function createMetrics(operator: Operator): Metrics {
  const registry = new Registry()
  const counters = createCounters(registry)
  const stop = operator.listen((event) => count(counters, event))
  return {
    contentType: registry.contentType,
    async text() {
      const now = await metricsText(await operator.snapshot(), await operator.state.runs.totals())
      return `${await registry.metrics()}\n${now}`
    },
    stop,
  }
}

/** From a small set to a full read of a slow source. */
const SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600]

type Counters = ReturnType<typeof createCounters>

function createCounters(registry: Registry) {
  const counter = (name: string, help: string, labelNames: readonly string[]): Counter =>
    new Counter({ name: `vanta_sync_${name}_total`, help, labelNames: [...labelNames], registers: [registry] })
  return {
    runs: counter('runs', 'Runs that ended.', ['command', 'outcome']),
    records: counter('records', 'Records by what became of them.', ['resource', 'kind']),
    changes: counter('changes', 'Changes of plans by kind.', ['resource', 'kind']),
    requests: counter('requests', 'Attempts of requests to Vanta for records.', ['resource', 'kind']),
    failed: counter('request_attempts_failed', 'Attempts of requests to Vanta that failed.', ['application', 'kind']),
    tokens: counter('tokens_minted', 'Tokens that Vanta gave.', ['application']),
    waits: counter('rate_limit_waits', "Waits for the minute's allowance of requests.", ['application', 'limit']),
    waited: counter('rate_limit_wait_seconds', "Time spent on waiting for the minute's allowance.", [
      'application',
      'limit',
    ]),
    leases: counter('lease_waits', 'Waits for another process that uses the application.', ['application']),
    duration: new Histogram({
      name: 'vanta_sync_resource_run_duration_seconds',
      help: 'Time that a run spent on a resource, without waiting for others.',
      labelNames: ['resource'],
      buckets: SECONDS,
      registers: [registry],
    }),
  }
}

function count(counters: Counters, event: RunEvent): void {
  switch (event.kind) {
    case 'run-finished':
      return counters.runs.inc({ command: event.command, outcome: event.outcome })
    case 'resource-finished':
      return countResource(counters, event)
    case 'token-minted':
      return counters.tokens.inc({ application: event.application })
    case 'attempt-failed':
      return counters.failed.inc({ application: event.application, kind: kindOf(event.what) })
    case 'waiting': {
      const labels = { application: event.application, limit: event.why }
      counters.waits.inc(labels)
      return counters.waited.inc(labels, event.ms / SECOND)
    }
    case 'lease-waiting':
      return counters.leases.inc({ application: event.application })
    default:
      return undefined
  }
}

function countResource(counters: Counters, event: Extract<RunEvent, { kind: 'resource-finished' }>): void {
  const { resource, ms, records, changes, requests } = event
  counters.duration.observe({ resource }, ms / SECOND)
  for (const [kind, number] of Object.entries(records))
    counters.records.inc({ resource, kind: snakeCase(kind) }, number)
  for (const [kind, number] of Object.entries(changes))
    counters.changes.inc({ resource, kind: snakeCase(kind) }, number)
  counters.requests.inc({ resource, kind: 'put' }, requests.put)
  counters.requests.inc({ resource, kind: 'get' }, requests.get)
}

/** `put: Vanta answered 503`: what stands before the colon; the rest would be a label without end. */
function kindOf(what: string): string {
  return /^(token|put|get)\b/.exec(what)?.[1] ?? 'other'
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
