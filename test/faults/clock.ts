/** Time of a scenario: it stands still while something goes on, and jumps to the next sleeper when nothing does. */
import type { Clock } from '../../core/clock.ts'

export interface ScenarioClock extends Clock {
  /** Lets time pass; sleepers wake in the order of their time. */
  pass(ms: number): Promise<void>
  /** The same time as a machine sees it whose clock is wrong by `by()` milliseconds. */
  wrongBy(by: () => number): Clock
}

interface Sleeper {
  readonly at: number
  wake(): void
}

const START = Date.UTC(2026, 0, 5, 6)

export function createScenarioClock(): ScenarioClock {
  let now = START
  const sleepers = new Set<Sleeper>()

  function next(until: number): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const sleeper of sleepers)
      if (sleeper.at <= until && (first === undefined || sleeper.at < first.at)) first = sleeper
    return first
  }

  function wake(sleeper: Sleeper): void {
    now = Math.max(now, sleeper.at)
    sleeper.wake()
  }

  /** Whoever still sleeps once everything else has come to rest is woken. */
  function onSleep(sleeper: Sleeper): void {
    setImmediate(() => {
      if (sleepers.has(sleeper)) wake(next(sleeper.at) ?? sleeper)
      if (sleepers.has(sleeper)) onSleep(sleeper)
    })
  }

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        sleepers.delete(sleeper)
        reject(signal?.reason as Error)
      }
      const sleeper: Sleeper = {
        at: now + ms,
        wake() {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', abort, { once: true })
      onSleep(sleeper)
    })
  }

  return {
    now: () => now,
    sleep,
    async pass(ms) {
      const until = now + ms
      for (let sleeper = next(until); sleeper !== undefined; sleeper = next(until)) {
        wake(sleeper)
        await turn()
      }
      now = Math.max(now, until)
    },
    wrongBy: (by) => ({ now: () => now + by(), sleep }),
  }
}

/** Once around the event loop. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}
