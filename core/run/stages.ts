/** How long a resource took in each stage; what it waited for others in between does not count. */
import type { Clock } from '../clock.ts'
import type { Stage } from './events.ts'

export interface StageTime {
  readonly stage: Stage
  /** When it began for the first time. */
  readonly startedAt: number
  /** In all: a set of several parts is pushed and verified in turn. */
  readonly ms: number
}

export interface StageClock {
  begin(stage: Stage): void
  /** Nothing is under way until the next stage begins. */
  rest(): void
  /** In the order in which they began. */
  times(): readonly StageTime[]
}

export function createStageClock(clock: Clock): StageClock {
  const times = new Map<Stage, StageTime>()
  let running: { stage: Stage; since: number } | undefined

  function rest(): void {
    if (running === undefined) return
    const { stage, since } = running
    const before = times.get(stage) ?? { stage, startedAt: since, ms: 0 }
    times.set(stage, { ...before, ms: before.ms + clock.now() - since })
    running = undefined
  }

  return {
    begin(stage) {
      rest()
      running = { stage, since: clock.now() }
      if (!times.has(stage)) times.set(stage, { stage, startedAt: clock.now(), ms: 0 })
    },
    rest,
    times: () => [...times.values()],
  }
}
