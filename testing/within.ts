import { setTimeout as wait } from 'node:timers/promises'

/** What did not come in time. */
export const LATE = Symbol('late')

/** What the promise gives, or `LATE` after so many milliseconds. The promise itself goes on. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  const enough = new AbortController()
  const late = wait(Math.max(0, ms), LATE, { signal: enough.signal }).catch((): typeof LATE => LATE)
  try {
    return await Promise.race([promise, late])
  } finally {
    enough.abort()
  }
}

export async function pause(ms: number): Promise<void> {
  await wait(ms)
}
