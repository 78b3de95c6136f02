/** Which vulnerable components Vanta will hold once this run's components are pushed. */
import type { Baseline } from '../plan/baseline.ts'
import { baselineEntries } from '../plan/baseline.ts'
import type { Plan } from '../plan/plan.ts'

export interface ComponentIndex {
  /** For messages: `this run's hosts`, `Vanta's last accepted set of hosts`. */
  readonly where: string
  has(uniqueId: string): boolean
}

/** Ids of the components that a plan of this run leads to. */
export function componentsOfPlan(plan: Plan): Set<string> {
  const ids = new Set<string>()
  for (const part of plan.parts) for (const { uniqueId } of part.records) ids.add(uniqueId)
  return ids
}

/** Ids of the components that Vanta holds already. */
export async function componentsOfBaseline(baseline: Baseline): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const entries of baselineEntries(baseline.parts)) for (const { uniqueId } of entries) ids.add(uniqueId)
  return ids
}
