/** The world as the options ask for it, and its return to the beginning. */
import { systemClock } from '../core/clock.ts'
import { nearestName } from '../core/text/nearest.ts'
import { resourceTypeNames } from '../schemas/resource-types.ts'
import { isObject } from './api-request.ts'
import { ASSUMED } from './assumptions.ts'
import { declareSet, isResourceId } from './declared-sets.ts'
import { emptyBook } from './faults/fault-book.ts'
import { type ApplicationOptions, BUILD_SCOPES, type DeclaredResource, LIMITS, type SandboxOptions } from './options.ts'
import { rateWindow } from './rate-limit.ts'
import { emptyLog } from './request-log.ts'
import { newClientId, newSecret } from './tokens.ts'
import type { Application, World } from './world.ts'

/** @throws RangeError when an option makes no sense: a scope or type that does not exist, a client id twice */
export function createWorld(options: SandboxOptions): World {
  const limits = { ...LIMITS, ...options.limits }
  const assumptions = { ...ASSUMED, ...options.assumptions }
  const applications = new Map<string, Application>()
  for (const given of options.applications ?? [{}]) {
    const application = createApplication(given)
    application.window = rateWindow(limits.resourceRequests, assumptions.rateWindow)
    if (applications.has(application.clientId)) throw new RangeError('two applications have one client id')
    applications.set(application.clientId, application)
  }
  return {
    clock: options.clock ?? systemClock,
    limits,
    assumptions,
    redirectTo: options.redirectTo,
    onRequest: options.onRequest,
    applications,
    tokenWindow: rateWindow(limits.tokenRequests, assumptions.rateWindow),
    tokensIssued: 0,
    faults: emptyBook(),
    log: emptyLog(),
    checkers: new Map(),
  }
}

function createApplication(options: ApplicationOptions): Application {
  const { scopes = BUILD_SCOPES, clientSecret = newSecret(), resources = [] } = options
  for (const scope of scopes) assertScope(scope)
  const application: Application = {
    clientId: options.clientId ?? newClientId(),
    clientSecret,
    firstSecret: clientSecret,
    kind: options.kind ?? 'private',
    scopes,
    declare: options.declare ?? (options.resources ? 'listed' : 'any'),
    sets: new Map(),
    declared: resources,
    token: undefined,
    deadTokens: new Map(),
    window: rateWindow(LIMITS.resourceRequests, 'sliding'),
  }
  declareAll(application)
  return application
}

function declareAll(application: Application): void {
  for (const resource of application.declared) {
    assertResource(resource)
    declareSet(application, resource)
  }
}

/** @throws RangeError */
export function assertResource(resource: DeclaredResource): void {
  if (!isResourceId(resource.resourceId)) throw new RangeError('a resource id must be 24 hex digits')
  assertKinds(resource.customProperties ?? {})
  if (resourceTypeNames.includes(resource.type)) return
  const near = nearestName(resource.type, resourceTypeNames)
  throw new RangeError(`no resource type is called ${resource.type}${near === undefined ? '' : `; nearest: ${near}`}`)
}

function assertKinds(customProperties: unknown): void {
  const known: readonly unknown[] = ['string', 'boolean', 'int32']
  if (isObject(customProperties) && Object.values(customProperties).every((kind) => known.includes(kind))) return
  throw new RangeError(`customProperties must be an object of names, each with one of ${known.join(', ')}`)
}

function assertScope(scope: string): void {
  const known: readonly string[] = BUILD_SCOPES
  if (known.includes(scope)) return
  throw new RangeError(`Build Integrations applications have no scope ${scope}; known are ${known.join(', ')}`)
}

/** Forgets what was pushed, requested and broken; applications have their first secrets and declarations again. */
export function resetWorld(world: World): void {
  for (const application of world.applications.values()) {
    application.clientSecret = application.firstSecret
    application.token = undefined
    application.deadTokens.clear()
    application.window.admitted = []
    application.sets.clear()
    declareAll(application)
  }
  world.tokenWindow.admitted = []
  world.tokensIssued = 0
  world.faults.faults = []
  world.log.entries = []
  world.log.total = 0
}
