/** Guessing gets slower with each wrong guess, for an address and for a name. Memory is bounded. */
import { type Clock, MINUTE, SECOND } from '../../core/clock.ts'
import { setNewest } from './bounded-map.ts'

/** So many failures are free. */
const FREE = 5
const WINDOW = 5 * MINUTE
const FIRST_WAIT = 30 * SECOND
const LONGEST_WAIT = 15 * MINUTE
const MOST_KEYS = 10_000

export interface Throttle {
  /** How long until another attempt is looked at; 0: now. */
  waitMs(keys: readonly string[]): number
  failed(keys: readonly string[]): void
}

interface Trouble {
  /** Of the failures that still count. */
  readonly times: readonly number[]
  /** Waits that were set so far. */
  readonly waits: number
  readonly until: number
}

export function createThrottle(clock: Clock): Throttle {
  const troubles = new Map<string, Trouble>()

  function troubleOf(key: string): Trouble {
    const now = clock.now()
    const found = troubles.get(key)
    if (found === undefined || isForgotten(found, now)) return { times: [], waits: 0, until: 0 }
    return { ...found, times: found.times.filter((at) => at > now - WINDOW) }
  }

  function note(key: string): void {
    const now = clock.now()
    const before = troubleOf(key)
    const times = [...before.times, now].slice(-FREE)
    const tooMany = before.waits > 0 || times.length >= FREE
    const waitMs = tooMany ? Math.min(FIRST_WAIT * 2 ** before.waits, LONGEST_WAIT) : 0
    const value = { times, waits: before.waits + (tooMany ? 1 : 0), until: now + waitMs }
    setNewest(troubles, { key, value }, MOST_KEYS)
  }

  return {
    waitMs: (keys) => Math.max(0, ...keys.map((key) => troubleOf(key).until - clock.now())),
    failed: (keys) => {
      for (const key of keys) note(key)
    },
  }
}

function isForgotten({ times, until }: Trouble, now: number): boolean {
  const last = times.at(-1) ?? 0
  return now >= Math.max(last + WINDOW, until + LONGEST_WAIT)
}
