/** What the sandbox holds and has seen, as a document: no secret, no token value. */
import { toInstant } from '../core/clock.ts'
import type { CustomProperties, ResourceTypeName } from '../schemas/resource-type.ts'
import type { Fault } from './faults/fault.ts'
import { publicEntry, type RequestEntry } from './request-log.ts'
import { countRows, type ResourceSet, rowJson } from './resource-set.ts'
import type { Application, World } from './world.ts'

export interface StateReport {
  readonly applications: readonly ApplicationReport[]
  readonly resources: readonly ResourceReport[]
  /** The latest 2,000; `requestsTotal` counts all. */
  readonly requests: readonly RequestEntry[]
  readonly requestsTotal: number
  readonly faults: readonly Fault[]
}

export interface ApplicationReport {
  readonly clientId: string
  readonly kind: 'private'
  readonly scopes: readonly string[]
  readonly declare: 'any' | 'listed'
  /** The live token, without its value; null when there is none or it has expired. */
  readonly token: { readonly id: string; readonly issuedAt: string; readonly expiresAt: string } | null
}

export interface ResourceReport {
  readonly clientId: string
  readonly type: ResourceTypeName
  readonly resourceId: string
  readonly customProperties: CustomProperties | null
  readonly live: number
  readonly deleted: number
  /** Accepted PUTs. */
  readonly puts: number
  readonly acceptedAt: string | null
  /** As GET answers them, deleted ones included. */
  readonly records: readonly Readonly<Record<string, unknown>>[]
}

export function reportState(world: World): StateReport {
  const applications = [...world.applications.values()]
  return {
    applications: applications.map((application) => reportApplication(world, application)),
    resources: applications.flatMap((application) => reportSets(application)),
    requests: reportRequests(world),
    requestsTotal: world.log.total,
    faults: reportFaults(world),
  }
}

export function reportRequests(world: World): readonly RequestEntry[] {
  return world.log.entries.map(publicEntry)
}

/** The faults that are set; a secret that one of them will set is not told. */
export function reportFaults(world: World): readonly Fault[] {
  return world.faults.faults.map((fault) => {
    const effect = 'rotateSecret' in fault.do ? { rotateSecret: true as const } : fault.do
    return { ...fault, do: effect }
  })
}

export function reportApplication(world: World, application: Application): ApplicationReport {
  const { clientId, kind, scopes, declare, token } = application
  const alive = token && world.clock.now() < token.expiresAt
  const report = alive
    ? { id: token.id, issuedAt: toInstant(token.issuedAt), expiresAt: toInstant(token.expiresAt) }
    : null
  return { clientId, kind, scopes, declare, token: report }
}

function reportSets(application: Application): ResourceReport[] {
  return [...application.sets.values()].map((set) => reportSet(application.clientId, set))
}

function reportSet(clientId: string, set: ResourceSet): ResourceReport {
  return {
    clientId,
    type: set.type,
    resourceId: set.resourceId,
    customProperties: set.customProperties ?? null,
    ...countRows(set),
    puts: set.puts,
    acceptedAt: set.acceptedAt ?? null,
    records: recordsOf(set),
  }
}

export function recordsOf(set: ResourceSet): Record<string, unknown>[] {
  return [...set.rows.values()].map((row) => JSON.parse(rowJson(row)) as Record<string, unknown>)
}
