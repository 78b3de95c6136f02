/** Leases against a model: whatever two processes' worth of handles do in whatever order, one alone holds each. */
import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import type { Lease } from '../../../core/state/lease.ts'
import type { State } from '../../../core/state/state.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const RUNS = { numRuns: 60, seed: 22 }

const states = createStateFolders()
afterEach(() => states.removeAll())

interface Step {
  readonly act: 'take' | 'release' | 'prove'
  readonly handle: number
  readonly connection: string
}

const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom('take', 'take', 'release', 'prove'),
    handle: fc.nat({ max: 2 }),
    connection: fc.constantFrom('c', 'd'),
  }),
  { maxLength: 14 },
)

it('a lease is given to one at a time, stays theirs until they release it, and a released one proves nothing', async () => {
  const path = states.folder()
  const handles = [await states.open(path), await states.open(path), await states.open(path)]
  const { signal } = new AbortController()
  const handleOf = (number: number): State => {
    const found = handles[number]
    if (found === undefined) throw new Error('a handle of the test is missing')
    return found
  }
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      /** By connection: who holds it. */
      const held = new Map<string, { readonly handle: number; readonly lease: Lease }>()
      const released: Lease[] = []
      try {
        for (const { act, handle, connection } of list) {
          const holder = held.get(connection)
          if (act === 'take') {
            const asked = handleOf(handle).lease({ baseUrl: 'http://x', connection, purpose: 'run', waitMs: 0, signal })
            if (holder !== undefined) await expect(asked).rejects.toMatchObject({ code: 'lease-held', exitCode: 30 })
            else held.set(connection, { handle, lease: await asked })
          } else if (holder?.handle === handle) {
            await holder.lease.prove()
            if (act === 'prove') continue
            await holder.lease.release()
            held.delete(connection)
            released.push(holder.lease)
          }
          for (const lease of released) await expect(lease.prove()).rejects.toMatchObject({ code: 'lease-lost' })
        }
        // Twice released is released; it takes nobody else's.
        for (const lease of released) await lease.release()
        for (const { lease } of held.values()) await lease.prove()
      } finally {
        for (const { lease } of held.values()) await lease.release()
      }
    }),
    RUNS,
  )
})
