/**
 * The health of the resources, for monitoring. Never for restarting: a new start heals neither Vanta nor a source.
 *
 * Red are stale, failing and disconnected resources, and those that never ran although their `maxAge` has passed since
 * the daemon started. A held one waits for a person who was told: it turns red when it grows older than its `maxAge`.
 * Paused ones do not count.
 */
import type { Context } from 'hono'
import { SECOND, toInstant } from '../core/clock.ts'
import type { Health, ResourceStatus, StatusSnapshot } from '../core/health/status.ts'

export interface HealthReport {
  readonly status: 'ok' | 'unhealthy'
  readonly at: string
  readonly resources: readonly ResourceHealth[]
}

export interface ResourceHealth {
  readonly name: string
  readonly health: Health
  /** Is it well enough? */
  readonly ok: boolean
  readonly paused: boolean
  readonly lastSuccessAt?: string
  readonly ageSeconds?: number
  readonly maxAgeSeconds?: number
}

const RED: ReadonlySet<Health> = new Set(['stale', 'failing', 'disconnected'])

/** @param startedAt when the daemon started */
export function healthReport({ at, resources }: StatusSnapshot, startedAt: number): HealthReport {
  const upSeconds = (Date.parse(at) - startedAt) / SECOND
  const reports = resources.map((resource) => resourceHealth(resource, upSeconds))
  return { status: reports.every(({ ok }) => ok) ? 'ok' : 'unhealthy', at, resources: reports }
}

function resourceHealth(resource: ResourceStatus, upSeconds: number): ResourceHealth {
  const { name, health, paused, lastSuccessAt, ageSeconds, maxAgeSeconds } = resource
  return {
    name,
    health,
    ok: paused !== undefined || !isRed(resource, upSeconds),
    paused: paused !== undefined,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    ...(ageSeconds === undefined ? {} : { ageSeconds }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  }
}

function isRed({ health, ageSeconds, maxAgeSeconds }: ResourceStatus, upSeconds: number): boolean {
  if (RED.has(health)) return true
  if (maxAgeSeconds === undefined) return false
  return (ageSeconds ?? upSeconds) > maxAgeSeconds
}

/** JSON to those who ask for it, else a line for each resource that is not well. */
export function healthAnswer(c: Context, report: HealthReport): Response {
  const status = report.status === 'ok' ? 200 : 503
  if (/\bjson\b/.test(c.req.header('accept') ?? '')) return c.json(report, status)
  return c.text(healthText(report), status)
}

function healthText({ status, resources, at }: HealthReport): string {
  const lines = resources
    .filter(({ ok }) => !ok)
    .map((resource) => `${resource.name}: ${resource.health}${since(resource)}`)
  return `${[`${status} at ${toInstant(Date.parse(at))}`, ...lines].join('\n')}\n`
}

function since({ lastSuccessAt }: ResourceHealth): string {
  return lastSuccessAt === undefined ? ', no success yet' : `, last success ${lastSuccessAt}`
}
