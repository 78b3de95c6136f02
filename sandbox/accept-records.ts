/** A snapshot of records, taken as a whole or refused as a whole. */
import type { VantaRecord } from '../schemas/resource-type.ts'
import { resourceType } from '../schemas/resource-types.ts'
import { checkerOf, customPropertiesFor, keepSet } from './declared-sets.ts'
import type { Item, RecordChecker } from './record-checker.ts'
import { addAll, type Incoming, type ResourceSet, replaceAll } from './resource-set.ts'
import type { Application, World } from './world.ts'

export interface Snapshot {
  readonly application: Application
  readonly set: ResourceSet
  readonly records: readonly unknown[]
  /** `add` leaves the other rows alone, which no client of Vanta can. */
  readonly mode: 'replace' | 'add'
}

/** The refusal in the server's words, and nothing is changed; or undefined, and everything is taken. */
export function acceptRecords(world: World, snapshot: Snapshot): string | undefined {
  const { application, set, records } = snapshot
  const customProperties = customPropertiesFor(set, records)
  const checker = checkerOf(world, set.type, customProperties)
  const refusal = checker.refusal(records)
  if (refusal !== undefined) return refusal
  const items = records as readonly Item[]
  const problem = duplicateId(world, items) ?? missingComponent(world, application, set, items)
  if (problem !== undefined) return problem
  if (!set.declared && items.length > 0) {
    set.customProperties = customProperties
    set.declared = true
  }
  keepSet(application, set)
  store(world, snapshot, items, checker)
  return undefined
}

function store(world: World, snapshot: Snapshot, items: readonly Item[], checker: RecordChecker): void {
  const { set, mode } = snapshot
  const now = world.clock.now()
  const incoming = items.map((item): Incoming => {
    const stored = checker.stored(item)
    return { uniqueId: String(stored['uniqueId']), json: JSON.stringify(stored) }
  })
  if (mode === 'add') return addAll(set, incoming, now)
  const keepDeleted = set.type === 'user_account' || world.assumptions.softDeletes === 'all-types'
  replaceAll(set, incoming, now, keepDeleted)
}

function duplicateId(world: World, items: readonly VantaRecord[]): string | undefined {
  if (world.assumptions.duplicateIds === 'overwrite') return undefined
  const seen = new Set<unknown>()
  for (const [index, item] of items.entries()) {
    if (seen.has(item['uniqueId'])) return `/${index}/uniqueId: must be unique among the resources of one request`
    seen.add(item['uniqueId'])
  }
  return undefined
}

function missingComponent(
  world: World,
  application: Application,
  set: ResourceSet,
  items: readonly VantaRecord[],
): string | undefined {
  const refersTo = resourceType(set.type)?.pushAfter
  if (refersTo === undefined || world.assumptions.componentReferences === 'ignore') return undefined
  const held = liveIds(application, refersTo)
  const index = items.findIndex((item) => !held.has(item['vulnerableComponentUniqueId']))
  if (index < 0) return undefined
  return `/${index}/vulnerableComponentUniqueId: must reference the uniqueId of a synced VulnerableComponent`
}

function liveIds(application: Application, type: string): ReadonlySet<unknown> {
  const ids = new Set<unknown>()
  for (const set of application.sets.values()) {
    if (set.type !== type) continue
    for (const row of set.rows.values()) if (row.deletedAt === null) ids.add(row.uniqueId)
  }
  return ids
}
