/** The hand on the sandbox: faults, other writers, other processes, administrators. */
import { acceptRecords } from './accept-records.ts'
import { assertResource, resetWorld } from './create-world.ts'
import { declareSet, findSet } from './declared-sets.ts'
import type { Fault, FaultEffect, FaultTarget } from './faults/fault.ts'
import { addFault, removeFault } from './faults/fault-book.ts'
import { parseFault } from './faults/parse-fault.ts'
import type { DeclaredResource } from './options.ts'
import type { RequestEntry } from './request-log.ts'
import { emptySet } from './resource-set.ts'
import { reportFaults, recordsOf, reportRequests, reportState, type StateReport } from './state-report.ts'
import { issueToken, killToken, rotateSecret } from './tokens.ts'
import type { Application, World } from './world.ts'

export interface Control {
  /**
   * Makes matching requests go wrong. Requests to `/` and `/_sandbox/` never do.
   * @throws RangeError when target or effect make no sense
   */
  fail(on: FaultTarget, effect: FaultEffect): Fault
  faults(): readonly Fault[]
  /** All faults, or the one with this id. */
  clearFaults(id?: number): void
  /** Another process mints a token with the same credentials: the live one is dead. @returns the new token */
  revokeToken(clientId?: string): string
  expireToken(clientId?: string): void
  /** @returns the new secret; the live token is dead */
  rotateSecret(clientId?: string, secret?: string): string
  /** Declares a resource, as the Developer Console does. */
  declare(resource: DeclaredResource, clientId?: string): void
  /**
   * Writes records as another client with the same application would: checked like a PUT, without token and limits.
   * @throws RangeError with the server's message when they are refused
   */
  seed(seed: Seed): void
  /** What is held, deleted rows included, as GET answers it; empty when the resource id was never used. */
  records(target: ResourceTarget): readonly Readonly<Record<string, unknown>>[]
  requests(): readonly RequestEntry[]
  state(): StateReport
  /** Forgets everything; the credentials are the first ones again. */
  reset(): void
}

export interface ResourceTarget extends DeclaredResource {
  /** Default: the first application. */
  readonly clientId?: string
}

export interface Seed extends ResourceTarget {
  readonly resources: readonly unknown[]
  /** `add` leaves the other records alone. Default `replace`, as a PUT. */
  readonly mode?: 'replace' | 'add'
}

export function createControl(world: World): Control {
  return {
    fail: (on, effect) => setFault(world, on, effect),
    faults: () => reportFaults(world),
    clearFaults: (id) => clearFaults(world, id),
    revokeToken: (clientId) => mintElsewhere(world, applicationOf(world, clientId)),
    expireToken: (clientId) => killToken(applicationOf(world, clientId), 'the token expired'),
    rotateSecret: (clientId, secret) => rotateSecret(applicationOf(world, clientId), secret),
    declare: (resource, clientId) => declareOn(applicationOf(world, clientId), resource),
    seed: (seed) => seedRecords(world, seed),
    records: (target) => heldRecords(world, target),
    requests: () => reportRequests(world),
    state: () => reportState(world),
    reset: () => resetWorld(world),
  }
}

function setFault(world: World, on: FaultTarget, effect: FaultEffect): Fault {
  const checked = parseFault({ on, do: effect })
  if (typeof checked === 'string') throw new RangeError(checked)
  return addFault(world.faults, on, effect)
}

function clearFaults(world: World, id: number | undefined): void {
  if (id === undefined) world.faults.faults = []
  else removeFault(world.faults, id)
}

/** @throws RangeError when no application has the client id */
export function applicationOf(world: World, clientId: string | undefined): Application {
  const first = world.applications.values().next().value
  const found = clientId === undefined ? first : world.applications.get(clientId)
  if (!found) throw new RangeError('no application has this client id')
  return found
}

function mintElsewhere(world: World, application: Application): string {
  return issueToken(world, application, application.scopes).value
}

function declareOn(application: Application, resource: DeclaredResource): void {
  assertResource(resource)
  declareSet(application, resource)
}

function seedRecords(world: World, seed: Seed): void {
  assertResource(seed)
  const application = applicationOf(world, seed.clientId)
  if (seed.customProperties) declareSet(application, seed)
  const set = findSet(application, seed.type, seed.resourceId) ?? emptySet(seed.type, seed.resourceId)
  // What is stored must not be the caller's own objects: storing drops fractional seconds in place.
  const records = structuredClone(seed.resources)
  const refusal = acceptRecords(world, { application, set, records, mode: seed.mode ?? 'replace' })
  if (refusal !== undefined) throw new RangeError(refusal)
}

function heldRecords(world: World, target: ResourceTarget): Record<string, unknown>[] {
  const set = findSet(applicationOf(world, target.clientId), target.type, target.resourceId)
  return set ? recordsOf(set) : []
}
