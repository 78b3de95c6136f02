import { SECOND } from '../core/clock.ts'
import { type Answer, json } from './answer.ts'
import type { World } from './world.ts'

/** The answer to a request beyond the limit. @param waitMs until a slot is free */
export function tooMany(world: World, waitMs: number): Answer {
  const { retryAfter } = world.assumptions
  const body = { error: 'Too many requests' }
  if (retryAfter === 'none') return json(429, body)
  const seconds = retryAfter === 'exact' ? Math.ceil(waitMs / SECOND) : retryAfter
  return json(429, body, { 'retry-after': String(seconds) })
}
