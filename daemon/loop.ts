/** Something that is done again and again until it is stopped; one failure does not end it. */
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { Handle } from '../core/handle.ts'
import type { Log } from '../core/log.ts'
import { createNudge } from './nudge.ts'

export interface LoopOptions {
  readonly what: string
  readonly clock: Clock
  readonly log: Log
  /** Gives how many milliseconds to wait until the next time. */
  turn(): Promise<number>
  /** After a turn that failed. */
  readonly afterFailureMs: number
}

export interface Loop extends Handle {
  /** Takes the next turn at once. */
  wake(): void
}

export function startLoop({ what, clock, log, turn, afterFailureMs }: LoopOptions): Loop {
  const end = new AbortController()
  const nudge = createNudge(clock)

  async function once(): Promise<number> {
    try {
      return await turn()
    } catch (error) {
      log.error(`${what} failed: ${messageOf(error)}`)
      return afterFailureMs
    }
  }

  async function go(): Promise<void> {
    while (!end.signal.aborted) {
      const waitMs = await once()
      if (!end.signal.aborted) await nudge.sleep(waitMs, end.signal)
    }
  }

  const promise = go()
  const stop = async (): Promise<void> => {
    end.abort()
    await promise
  }
  return { promise, wake: () => nudge.wake(), stop, kill: stop }
}
