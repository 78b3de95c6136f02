/** What Vanta holds of a resource, as far as we know: from the state, else read back, else unknown. */
import type { Baseline, BaselinePart } from '../plan/baseline.ts'
import type { BaselineOrigin } from '../plan/plan.ts'
import { READ_SCOPE, type ResourceSpec, type Settings } from '../resource.ts'
import type { BaselineHead, State, Target } from '../state/state.ts'
import type { RequestCounter, VantaClient } from '../vanta/client.ts'
import { inBatches, readBack, spoolBaseline } from './read-back.ts'
import { targetOf } from './target.ts'

const MEMORY = 16 << 20

export interface LoadBaseline {
  readonly settings: Settings
  readonly state: State
  readonly resource: ResourceSpec
  readonly folder: string
  readonly now: number
  readonly requests: RequestCounter
  /** What Vanta holds is asked of it wherever the scope allows, whatever the state knows. */
  readonly isFresh?: true
  /** Resource ids that left the list are let be. */
  readonly isAlone?: true
  /** Connected when it is first needed. */
  client(): Promise<VantaClient>
}

export async function loadBaseline(load: LoadBaseline): Promise<Baseline> {
  const { settings, resource } = load
  const leftBehind = load.isAlone === true ? [] : await idsThatLeftTheList(load)
  const ids = [
    ...resource.resourceIds.map((resourceId) => ({ resourceId, current: true })),
    ...leftBehind.map((resourceId) => ({ resourceId, current: false })),
  ]
  const parts: BaselinePart[] = []
  for (const { resourceId, current } of ids) {
    parts.push(await loadPart(load, targetOf(settings, resource, resourceId), { current, share: MEMORY / ids.length }))
  }
  return { origin: worstOrigin(parts), parts }
}

function worstOrigin(parts: readonly BaselinePart[]): BaselineOrigin {
  const origins = new Set(parts.map((part) => part.origin))
  if (origins.has('unknown')) return 'unknown'
  return origins.has('read') ? 'read' : 'state'
}

async function loadPart(
  load: LoadBaseline,
  target: Target,
  { current, share }: { current: boolean; share: number },
): Promise<BaselinePart> {
  const { state, resource } = load
  const { resourceId } = target
  const head = await state.baselines.head(target)
  // A PUT that may have arrived unanswered makes what the state knows a guess: only reading back settles it.
  const pending = await state.pushes.pending(target)
  const mayRead = resource.application.scopes.includes(READ_SCOPE)
  if (head !== undefined && pending === undefined && !(load.isFresh === true && mayRead)) {
    return {
      resourceId,
      current,
      origin: 'state',
      confirmedAt: head.confirmedAt,
      records: () => state.baselines.records(target),
    }
  }
  if (!mayRead) {
    return { resourceId, current, origin: 'unknown', records: () => inBatches([]) }
  }
  const held = await readBack(await load.client(), resource, resourceId, load.requests)
  const spool = spoolBaseline(held, {
    folder: load.folder,
    name: `held-${resourceId}`,
    memory: share,
    acceptedAt: load.now,
    ...(head === undefined ? {} : { gone: await goneInState(state, target) }),
  })
  return { resourceId, current, origin: 'read', records: () => inBatches(spool) }
}

async function goneInState(state: State, target: Target): Promise<ReadonlyMap<string, number>> {
  const gone = new Map<string, number>()
  for await (const batch of state.baselines.records(target))
    for (const { uniqueId, goneAt } of batch) if (goneAt !== undefined) gone.set(uniqueId, goneAt)
  return gone
}

/** Resource ids that the set was once partitioned over, that hold records and that no resource of the config names. */
async function idsThatLeftTheList(load: LoadBaseline): Promise<string[]> {
  const { settings, resource } = load
  const configured = configuredIds(settings)
  const own = new Set(resource.resourceIds)
  const heads = await headsOf(load)
  return heads
    .filter((head) => head.records > 0 && !configured.has(head.target.resourceId))
    .filter((head) => head.siblings.some((sibling) => own.has(sibling)))
    .map((head) => head.target.resourceId)
    .filter((resourceId, index, all) => all.indexOf(resourceId) === index)
}

function configuredIds(settings: Settings): Set<string> {
  return new Set(settings.resources.flatMap((resource) => resource.resourceIds))
}

async function headsOf({
  settings,
  state,
  resource,
}: Pick<LoadBaseline, 'settings' | 'state' | 'resource'>): Promise<readonly BaselineHead[]> {
  const { baseUrl, connection, type } = targetOf(settings, resource, resource.resourceIds[0] ?? '')
  return state.baselines.heads({ baseUrl, connection, type })
}
