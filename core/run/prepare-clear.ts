/** An empty set, planned on purpose: no source is read, and what Vanta really holds is asked of it where that is allowed. */
import { buildPlan } from '../plan/build.ts'
import { clearReason } from './clear-hold.ts'
import { loadBaseline } from './load-baseline.ts'
import type { Prepared, PrepareOptions } from './prepare.ts'
import type { ResourceSpec } from '../resource.ts'

/** @param target the resource itself, or the stand-in for a set that was left behind */
export async function prepareClear(options: PrepareOptions, target: ResourceSpec): Promise<Prepared> {
  const { context, requests, client } = options
  const { resource, folder, startedAt, signal } = context
  const leftBehind = target === resource ? undefined : target.resourceIds[0]
  context.emit({ kind: 'stage', resource: resource.name, stage: 'plan' })
  const baseline = await loadBaseline({
    ...context,
    resource: target,
    now: startedAt,
    requests,
    client,
    isFresh: true,
    ...(leftBehind === undefined ? {} : { isAlone: true }),
  })
  const plan = await buildPlan({
    folder,
    candidates: [],
    baseline,
    onInvalid: target.onInvalid,
    carryForMs: target.carryForMs,
    now: startedAt,
    mustInclude: [],
    hasStatus: false,
    rows: { read: 0, blank: 0 },
    withoutId: [],
    emptySources: [],
    signal,
  })
  const reasons = [clearReason(plan, leftBehind)]
  return { plan, baseline, sources: [], asOf: startedAt, reasons, earlier: new Set(), cleared: target }
}
