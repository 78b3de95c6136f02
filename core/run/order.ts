import type { ResourceSpec } from '../resource.ts'

/** What others refer to goes first; otherwise the order of the config. */
export function dependencyOrder(resources: readonly ResourceSpec[]): ResourceSpec[] {
  const referredTo = new Set(resources.map((resource) => resource.type.pushAfter))
  const rank = (resource: ResourceSpec): number => (referredTo.has(resource.type.name) ? 0 : 1)
  return [...resources].sort((a, b) => rank(a) - rank(b))
}
