/** What can go wrong on the way to Vanta and back: each with the request that it is for. */
import type { FaultEffect, FaultTarget } from '../../sandbox/faults/fault.ts'
import type { Random } from '../../testing/chaos/random.ts'

export interface VantaFault {
  /** What the tally counts it as. */
  readonly name: string
  readonly on: FaultTarget
  readonly do: FaultEffect
}

const EFFECTS: readonly (readonly [string, FaultEffect])[] = [
  ['400', { status: 400 }],
  ['403', { status: 403 }],
  ['403 html', { status: 403, body: '<html>forbidden</html>', headers: { 'content-type': 'text/html' } }],
  ['404', { status: 404 }],
  ['408', { status: 408 }],
  ['409', { status: 409 }],
  ['413', { status: 413 }],
  ['429', { status: 429 }],
  ['429 retry-after', { status: 429, headers: { 'retry-after': '7' } }],
  ['500', { status: 500 }],
  ['500 after commit', { status: 500, commit: true }],
  ['502', { status: 502 }],
  ['502 after commit', { status: 502, commit: true }],
  ['503 retry-after too long', { status: 503, headers: { 'retry-after': '900' } }],
  ['504 after commit', { status: 504, commit: true }],
  ['302', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['200 empty', { status: 200, body: '' }],
  ['200 not a word of success', { status: 200, body: {} }],
  ['200 success false', { status: 200, body: { success: false, message: 'no' } }],
  ['200 partly', { status: 200, body: { results: { accepted: 1, rejected: 1 } } }],
  ['204', { status: 204 }],
  ['reset before body', { reset: 'before-body' }],
  ['reset after body', { reset: 'after-body' }],
  ['reset after commit', { reset: 'after-commit' }],
  ['lost answer', { loseAnswer: true }],
  ['truncated', { truncate: true }],
  ['html', { html: true }],
  ['slow', { delay: 4000 }],
  ['too slow', { delay: 31_000 }],
  ['token revoked', { revokeToken: true }],
  ['token expired', { expireToken: true }],
  ['secret rotated', { rotateSecret: true }],
]

/** Vanta says that it took the set, and did not. Only reading back finds out. */
export const LIE = '200 success without commit'
const LYING: FaultEffect = { status: 200, body: { success: true } }

const METHODS = ['POST', 'PUT', 'PUT', 'PUT', 'GET'] as const

export function drawVantaFault(random: Random): VantaFault {
  const method = random.pick(METHODS)
  const lies = method === 'PUT' && random.chance(0.04)
  const [what, effect] = lies ? ([LIE, LYING] as const) : random.pick(EFFECTS)
  const nth = random.chance(0.8) ? 1 : 1 + random.below(3)
  const count = random.chance(0.6) ? 1 : random.chance(0.5) ? 1 + random.below(6) : ('all' as const)
  return { name: `${method} ${what}`, on: { method, nth, count }, do: effect }
}
