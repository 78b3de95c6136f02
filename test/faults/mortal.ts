/** A process that can die: what it touches, state and network, goes through here, and nothing gets through after its end. */
import type { Transport } from '../../core/network/transport.ts'
import type { Lease } from '../../core/state/lease.ts'
import type { State } from '../../core/state/state.ts'

/** One call to the state or one request, before or after it had its effect. */
export interface Touch {
  readonly count: number
  readonly what: string
  readonly when: 'before' | 'after'
}

export interface Mortal {
  readonly state: State
  readonly transport: Transport
  /** From here on every call hangs, as if nobody were there to make it. */
  die(): void
}

/** @param onTouch may call `die`, and is awaited */
export function createMortal(
  living: { readonly state: State; readonly transport: Transport },
  onTouch: (touch: Touch) => Promise<void>,
): Mortal {
  let dead = false
  let count = 0
  const never = new Promise<never>(() => undefined)

  async function gate<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (dead) return never
    const own = ++count
    await onTouch({ count: own, what, when: 'before' })
    if (dead) return never
    const result = await work()
    if (dead) return never
    await onTouch({ count: own, what, when: 'after' })
    return dead ? never : result
  }

  function guarded<T extends object>(target: T, path: string): T {
    return new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name) as unknown
        const what = path === '' ? String(name) : `${path}.${String(name)}`
        if (typeof value === 'function') return SYNC.has(what) ? value.bind(object) : call(object, value as Call, what)
        return typeof value === 'object' && value !== null ? guarded(value, what) : value
      },
    })
  }

  function call(object: object, value: Call, what: string): Call {
    const work = async (...values: unknown[]): Promise<unknown> => value.apply(object, values)
    if (what !== 'lease') return (...values) => gate(what, () => work(...values))
    return async (...values) => leaseOf((await gate(what, () => work(...values))) as Lease)
  }

  /** Its proofs are no touches: between a proof and the request that it is for, nobody can do anything about a loss. */
  function leaseOf(lease: Lease): Lease {
    return {
      connection: lease.connection,
      prove: async () => (dead ? never : lease.prove()),
      release: async () => (dead ? never : lease.release()),
    }
  }

  return {
    state: guarded(living.state, ''),
    transport: {
      ...living.transport,
      fetch: async (input, init) =>
        gate('fetch', async () => {
          const response = await living.transport.fetch(input, init)
          return response
        }),
    },
    die() {
      dead = true
    },
  }
}

type Call = (...values: unknown[]) => unknown

/** What answers at once, or has an end of its own. */
const SYNC: ReadonlySet<string> = new Set(['digest', 'daemons.isAlive', 'baselines.records', 'close'])
