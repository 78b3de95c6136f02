/** What goes on in runs, as their events tell it. */
import { type Clock, toInstant } from '../core/clock.ts'
import type { LiveResource, LiveRun } from '../core/health/status.ts'
import type { RunEvent } from '../core/run/events.ts'

export interface LiveRuns {
  /** Notes the event of one run. */
  hear(runId: string, event: RunEvent): void
  begin(run: { runId: string; command: string; startedBy: string; resources: readonly string[] }): void
  end(runId: string): void
  list(): readonly LiveRun[]
}

interface Live {
  readonly head: Omit<LiveRun, 'resources'>
  readonly resources: Map<string, LiveResource>
}

export function createLiveRuns(clock: Clock): LiveRuns {
  const runs = new Map<string, Live>()

  function change(runId: string, name: string, next: Omit<LiveResource, 'name'>): void {
    runs.get(runId)?.resources.set(name, { name, ...next })
  }

  return {
    begin({ runId, command, startedBy, resources }) {
      const head = { runId, command, startedBy, startedAt: toInstant(clock.now()) }
      const waiting = resources.map((name) => [name, { name, stage: 'waiting' }] as const)
      runs.set(runId, { head, resources: new Map(waiting) })
    },
    hear(runId, event) {
      if (event.kind === 'stage') change(runId, event.resource, { stage: event.stage })
      if (event.kind === 'resource-finished') change(runId, event.resource, { stage: 'done' })
      if (event.kind !== 'progress') return
      const { resource, stage, done, unit, total } = event
      change(runId, resource, { stage, done, unit, ...(total === undefined ? {} : { total }) })
    },
    end: (runId) => void runs.delete(runId),
    list: () => [...runs.values()].map(({ head, resources }) => ({ ...head, resources: [...resources.values()] })),
  }
}
