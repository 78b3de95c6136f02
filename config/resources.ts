import type { ApplicationSpec, GuardSpec, ResourceSpec, ScheduleSpec, SourceSpec } from '../core/resource.ts'
import { parseDuration } from '../core/text/duration.ts'
import type { ResourceDraft } from './draft.ts'
import { parseDelay, parseLimit } from './formats.ts'
import { DEFAULT_GUARD, DEFAULT_JITTER, DEFAULT_KEEP_GONE, DEFAULT_POLICIES } from './schema-resource.ts'
import type { WrittenGuard, WrittenPolicies, WrittenSchedule } from './written-config.ts'

export interface ResourceParts {
  readonly applications: ReadonlyMap<string, ApplicationSpec>
  readonly sources: readonly SourceSpec[]
  readonly zone: string
}

/** The resource, or undefined when something of it was wrong. */
export function buildResource(
  draft: ResourceDraft,
  { applications, sources, zone }: ResourceParts,
): ResourceSpec | undefined {
  const application = draft.application === undefined ? undefined : applications.get(draft.application)
  if (application === undefined || draft.type === undefined) return undefined
  const { policies } = draft
  const optional = {
    keepGoneMs: milliseconds(keepGoneOf(policies.onGone)),
    maxDataAgeMs: milliseconds(policies.maxDataAge),
    maxAgeMs: milliseconds(policies.maxAge),
    schedule: scheduleOf(policies.schedule, zone),
  }
  return {
    name: draft.name,
    application,
    type: draft.type,
    resourceIds: draft.resourceIds,
    sources,
    merge: policies.merge ?? DEFAULT_POLICIES.merge,
    onInvalid: policies.onInvalid ?? DEFAULT_POLICIES.onInvalid,
    carryForMs: milliseconds(policies.carryFor) ?? 0,
    guard: guardOf(draft.guard),
    verify: policies.verify ?? DEFAULT_POLICIES.verify,
    timeoutMs: milliseconds(policies.timeout) ?? 0,
    ...withoutAbsent(optional),
  }
}

function guardOf(guard: WrittenGuard): GuardSpec {
  return {
    maxRemoved: parseLimit(guard.maxRemoved ?? DEFAULT_GUARD.maxRemoved),
    maxChanged: parseLimit(guard.maxChanged ?? DEFAULT_GUARD.maxChanged),
    maxAdded: parseLimit(guard.maxAdded ?? DEFAULT_GUARD.maxAdded),
    maxInvalid: parseLimit(guard.maxInvalid ?? DEFAULT_GUARD.maxInvalid),
    minRecords: guard.minRecords ?? DEFAULT_GUARD.minRecords,
    mustInclude: guard.mustInclude?.filter((id) => id !== undefined) ?? [],
    windowMs: milliseconds(guard.window ?? DEFAULT_GUARD.window) ?? 0,
    ...withoutAbsent({ groupBy: guard.groupBy }),
  }
}

function keepGoneOf(onGone: WrittenPolicies['onGone']): string | undefined {
  if (onGone === undefined || onGone === 'omit') return undefined
  return onGone === 'deactivate' ? DEFAULT_KEEP_GONE : onGone.deactivate
}

function scheduleOf(schedule: WrittenPolicies['schedule'], zone: string): ScheduleSpec | undefined {
  if (schedule === undefined) return undefined
  const written: WrittenSchedule = typeof schedule === 'string' ? { cron: schedule } : schedule
  if (written.cron === undefined) return undefined
  return { cron: written.cron, zone: written.zone ?? zone, jitterMs: parseDelay(written.jitter ?? DEFAULT_JITTER) }
}

function milliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration)
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutAbsent<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>
}
