/** Which resource ids an application has, and what its custom properties are. */
import type { CustomProperties, CustomPropertyKind, ResourceTypeName } from '../schemas/resource-type.ts'
import { resourceType } from '../schemas/resource-types.ts'
import { isObject } from './api-request.ts'
import type { DeclaredResource } from './options.ts'
import { type RecordChecker, recordChecker } from './record-checker.ts'
import { emptySet, type ResourceSet } from './resource-set.ts'
import type { Application, World } from './world.ts'

export function isResourceId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)
}

/** The set, empty when `any` declares it by this use; undefined when the application does not have it. */
export function findSet(application: Application, type: ResourceTypeName, resourceId: string): ResourceSet | undefined {
  const held = application.sets.get(setKey(type, resourceId))
  if (held || application.declare === 'listed') return held
  return emptySet(type, resourceId)
}

/** Declares as the Developer Console does; what the set holds stays. */
export function declareSet(application: Application, resource: DeclaredResource): ResourceSet {
  const key = setKey(resource.type, resource.resourceId)
  const set = application.sets.get(key) ?? emptySet(resource.type, resource.resourceId)
  set.customProperties = resource.customProperties
  set.declared = true
  application.sets.set(key, set)
  return set
}

/** Remembers a set that a first use declared. */
export function keepSet(application: Application, set: ResourceSet): void {
  application.sets.set(setKey(set.type, set.resourceId), set)
}

/** The custom properties that hold for these records: declared ones, or what the first records of a set carry. */
export function customPropertiesFor(set: ResourceSet, records: readonly unknown[]): CustomProperties | undefined {
  if (set.declared) return set.customProperties
  const first = records[0]
  const carried = isObject(first) ? first['customProperties'] : undefined
  if (!isObject(carried)) return undefined
  const kinds: Record<string, CustomPropertyKind> = {}
  for (const [name, value] of Object.entries(carried)) kinds[name] = kindOf(value)
  return kinds
}

function kindOf(value: unknown): CustomPropertyKind {
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' ? 'int32' : 'string'
}

/** The compiled check of a type, kept for the next use. */
export function checkerOf(
  world: World,
  type: ResourceTypeName,
  customProperties: CustomProperties | undefined,
): RecordChecker {
  const key = `${type} ${JSON.stringify(customProperties ?? null)}`
  const kept = world.checkers.get(key)
  if (kept) return kept
  const described = resourceType(type, customProperties)
  if (!described) throw new Error(`the sandbox does not know the resource type ${type}`)
  const checker = recordChecker(described)
  world.checkers.set(key, checker)
  return checker
}

function setKey(type: ResourceTypeName, resourceId: string): string {
  return `${type}/${resourceId.toLowerCase()}`
}
