/** What a daemon does now, and when it looks again: pure, and all that its loop needs to know. */
import { MINUTE } from '../clock.ts'
import type { ScheduleSpec } from '../resource.ts'
import type { SlotClaim } from '../state/state.ts'
import { type DueSlot, type Judgement, joinsRun, judgeDue } from './due.ts'
import { jitterOf } from './jitter.ts'
import { nextSlot } from './slots.ts'

export interface ScheduledResource {
  /** Resources of one application that are due together share a run. */
  readonly application: string
  readonly scope: string
  readonly schedule: ScheduleSpec
  readonly claim?: SlotClaim | undefined
}

export interface DueResource<Resource> {
  readonly resource: Resource
  readonly due: DueSlot
}

/** One run. */
export interface DueGroup<Resource> {
  readonly application: string
  /** At least one, in the order in which they were given. */
  readonly resources: readonly DueResource<Resource>[]
}

export interface Next<Resource> {
  readonly due: readonly DueGroup<Resource>[]
  /** When to ask again, at the latest: after `now`, and within the longest sleep. */
  readonly wakeAt: number
}

export interface Agenda<Resource> {
  readonly resources: readonly Resource[]
  readonly now: number
  readonly isOwnerAlive: (daemon: string) => boolean
  /** Who asks; it leaves out what it runs itself. */
  readonly daemon?: string
  /** Default: `LONGEST_SLEEP_MS`. */
  readonly longestSleepMs?: number
}

/** A clock that was set, a machine that slept and the end of another daemon are noticed after so long. */
export const LONGEST_SLEEP_MS = MINUTE

/**
 * A run of an application starts when the first of its resources is due, and takes along all whose slot has come.
 * Resources are given in one order by every daemon: then two that wake together do not split a run.
 */
export function planNext<Resource extends ScheduledResource>({
  resources,
  now,
  isOwnerAlive,
  daemon,
  longestSleepMs = LONGEST_SLEEP_MS,
}: Agenda<Resource>): Next<Resource> {
  const judged = resources.map((resource) => ({
    resource,
    judgement: judgeDue({ ...resource, now, isOwnerAlive, daemon }),
  }))
  const starting = new Set(judged.filter(({ judgement }) => judgement.kind === 'due').map(applicationOf))
  const due = [...starting].map((application) => ({
    application,
    resources: judged.filter((each) => applicationOf(each) === application).flatMap(taken),
  }))
  const times = judged.flatMap((each) => timeAfter(each) ?? [])
  return { due, wakeAt: Math.max(now + 1, Math.min(now + longestSleepMs, ...times)) }
}

interface Judged<Resource> {
  readonly resource: Resource
  readonly judgement: Judgement
}

function applicationOf({ resource }: Judged<ScheduledResource>): string {
  return resource.application
}

function taken<Resource>({ resource, judgement }: Judged<Resource>): DueResource<Resource>[] {
  const due = joinsRun(judgement)
  return due === undefined ? [] : [{ resource, due }]
}

/** When it is due next; what is due now counts as taken. */
function timeAfter({ resource: { schedule, scope }, judgement }: Judged<ScheduledResource>): number | undefined {
  if (judgement.kind === 'wait') return judgement.at
  const next = nextSlot(schedule, judgement.slotAt)
  return next === undefined ? undefined : next + jitterOf(scope, schedule.jitterMs)
}
