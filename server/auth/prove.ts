/** Is it one of the users? Answers in the same time whether there is such a name or not. */
import { randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { messageOf } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { UserSpec } from '../../core/resource.ts'
import type { SecretRef } from '../../core/secret.ts'
import { setNewest } from './bounded-map.ts'
import { keyedDigest, sameText } from './digest.ts'
import type { Throttle } from './throttle.ts'

const MOST_PROVEN = 1000

export type Attempt =
  | { readonly kind: 'password'; readonly name: string; readonly secret: string; readonly address: string }
  | { readonly kind: 'token'; readonly secret: string; readonly address: string }

export type Proof =
  | { readonly kind: 'proven'; readonly user: UserSpec }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly waitMs: number }

export type Prove = (attempt: Attempt) => Promise<Proof>

export interface ProverOptions {
  /** As they are now. */
  readonly users: () => readonly UserSpec[]
  readonly throttle: Throttle
  readonly log: Log
}

export function createProver({ users, throttle, log }: ProverOptions): Prove {
  const key = randomBytes(32)
  const underWay = new Map<SecretRef, Promise<string>>()
  /** Names, and where each was proven before. */
  const provenAt = new Map<string, true>()

  /** Asked for at once by many, a reference is resolved once; it is never kept, so that a new secret counts at once. */
  async function resolved(ref: SecretRef): Promise<string> {
    const asked = underWay.get(ref)
    if (asked !== undefined) return asked
    const resolving = ref.resolve().then((secret) => secret.reveal())
    underWay.set(ref, resolving)
    try {
      return await resolving
    } finally {
      underWay.delete(ref)
    }
  }

  async function secretOf(user: UserSpec, kind: Attempt['kind']): Promise<string> {
    const ref = user[kind]
    // Nobody guesses it, and comparing takes as long as with a real one.
    if (ref === undefined) return randomBytes(32).toString('hex')
    try {
      return await resolved(ref)
    } catch (error) {
      log.error(`The ${kind} of ${user.name} cannot be had, so nobody can log in by it`, { problem: messageOf(error) })
      return randomBytes(32).toString('hex')
    }
  }

  /** A digest: names are as long as a stranger likes, and may be a password in the wrong field. */
  function nameKey(name: string): string {
    return `name ${keyedDigest(key, name).toString('base64')}`
  }

  /** Whoever guesses at a name from elsewhere must not keep its owner out: where it was proven, the address counts. */
  function keysOf(attempt: Attempt): string[] {
    const address = addressKey(attempt.address)
    if (attempt.kind === 'token') return [address]
    const name = nameKey(attempt.name)
    return provenAt.has(`${name} ${address}`) ? [address] : [address, name]
  }

  function noteProven({ address }: Attempt, { name }: UserSpec): void {
    setNewest(provenAt, { key: `${nameKey(name)} ${addressKey(address)}`, value: true }, MOST_PROVEN)
  }

  return async (attempt) => {
    const keys = keysOf(attempt)
    const early = throttle.waitMs(keys)
    if (early > 0) return { kind: 'throttled', waitMs: early }
    const known = users()
    const secrets = await Promise.all(known.map((user) => secretOf(user, attempt.kind)))
    // Once more, for many may have waited here at once. From here on nothing waits.
    const waitMs = throttle.waitMs(keys)
    if (waitMs > 0) return { kind: 'throttled', waitMs }
    const matching = known.filter((user, index) => {
      const named = attempt.kind === 'token' || sameText(key, user.name, attempt.name)
      const proven = sameText(key, secrets[index] ?? '', attempt.secret)
      return named && proven
    })
    const [user] = matching
    if (user !== undefined && attempt.secret !== '') {
      if (attempt.kind === 'password') noteProven(attempt, user)
      return { kind: 'proven', user }
    }
    throttle.failed(keys)
    const isKnown = attempt.kind === 'password' && known.some(({ name }) => name === attempt.name)
    log.warn('A login failed', {
      by: attempt.kind,
      from: attempt.address,
      ...(isKnown ? { name: attempt.name } : {}),
    })
    return { kind: 'wrong' }
  }
}

function addressKey(address: string): string {
  return `address ${neighbourhood(address)}`
}

/** Whoever has one address of IPv6 has all of its network. */
function neighbourhood(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  return [...front, ...zeros, ...back].slice(0, 4).join(':')
}
