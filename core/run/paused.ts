/** A paused resource is left alone by every run, and the run's document says so. */
import { toInstant } from '../clock.ts'
import type { ResourceSpec } from '../resource.ts'
import type { Pause } from '../state/state.ts'
import { isClearing } from './clear-hold.ts'
import type { RunContext } from './context.ts'
import type { ResourceDocument } from './document.ts'
import type { RunOptions } from './run-options.ts'
import { scopeOf } from './target.ts'

/** A plan changes nothing, and what is cleared on purpose may well be paused so that it stays empty. */
export async function pausesOf(
  { state, settings, clock }: RunContext,
  { command, resources }: Pick<RunOptions, 'command' | 'resources'>,
): Promise<ReadonlyMap<ResourceSpec, Pause>> {
  const pauses = new Map<ResourceSpec, Pause>()
  if (command === 'plan' || command === 'clear') return pauses
  for (const resource of resources) {
    if (command === 'approve' && isClearing(await state.holds.live(scopeOf(settings, resource)))) continue
    const pause = await state.pauses.live(scopeOf(settings, resource), clock.now())
    if (pause !== undefined) pauses.set(resource, pause)
  }
  return pauses
}

export function pausedDocument(resource: ResourceSpec, { until, reason, by }: Pause): ResourceDocument {
  return {
    name: resource.name,
    type: resource.type.name,
    application: resource.application.name,
    resourceIds: resource.resourceIds,
    outcome: 'skipped',
    exitCode: 0,
    paused: { until: toInstant(until), by, reason },
  }
}
