import type { Clock } from '../../core/clock.ts'

export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in the order of their time, and lets what they start come to rest in between. */
  advance(ms: number): Promise<void>
  /** Sleepers at this moment. */
  readonly sleeping: number
  /** What was asked of `sleep`, in order. */
  readonly slept: readonly number[]
}

interface Sleeper {
  readonly at: number
  wake(): void
}

export const START = Date.UTC(2026, 10, 23, 9, 30)

/** A clock that stands still until `advance`. */
export function createFakeClock(start = START): FakeClock {
  return createClock(start, () => undefined)
}

/** A clock that moves on by itself as soon as somebody sleeps: waits cost no time, and `now` shows them. */
export function createAutoClock(start = START): FakeClock {
  const clock = createClock(start, (at) => {
    setImmediate(() => void clock.advance(Math.max(0, at - clock.now())))
  })
  return clock
}

function createClock(start: number, onSleep: (at: number) => void): FakeClock {
  let now = start
  const sleepers = new Set<Sleeper>()
  const slept: number[] = []

  function earliest(until: number): Sleeper | undefined {
    const due = [...sleepers].filter((sleeper) => sleeper.at <= until)
    return due.sort((a, b) => a.at - b.at)[0]
  }

  return {
    now: () => now,
    slept,
    get sleeping() {
      return sleepers.size
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      slept.push(ms)
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
        onSleep(sleeper.at)
      })
    },
    async advance(ms) {
      const until = now + ms
      for (let sleeper = earliest(until); sleeper !== undefined; sleeper = earliest(until)) {
        now = Math.max(now, sleeper.at)
        sleeper.wake()
        await settled()
      }
      now = Math.max(now, until)
    },
  }
}

/** After all that can go on without time passing went on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}
