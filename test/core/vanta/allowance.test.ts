import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../../core/clock.ts'
import { createVantaClient } from '../../../core/vanta/create-client.ts'
import type { Transport } from '../../../core/network/transport.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import { createMemoryRequestTimes } from '../../support/request-times.ts'
import { createTestContext } from '../../support/vanta-client.ts'

const MINUTE = 60_000

/** A token endpoint that notes when it counted each request, somewhere between its sending and its answer. */
function slowEndpoint(clock: Clock, delays: readonly number[], counted: number[]): Transport {
  let next = 0
  const delay = (): number => delays[next++ % delays.length] ?? 0
  return {
    async fetch() {
      await clock.sleep(delay())
      counted.push(clock.now())
      await clock.sleep(delay())
      return new Response(JSON.stringify({ access_token: 'vat_1', expires_in: 3599 }))
    },
  }
}

test('no sixth token request falls into any minute, whatever the timing and however many clients', async () => {
  const delay = fc.integer({ min: 0, max: 25_000 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 6, maxLength: 16 }),
      fc.array(delay, { minLength: 2, maxLength: 7 }),
      async (starts, delays) => {
        const clock = createAutoClock()
        const requests = createMemoryRequestTimes(clock)
        const counted: number[] = []
        const transport = slowEndpoint(clock, delays, counted)
        await Promise.all(
          starts.map(async (start) => {
            await clock.sleep(start)
            await createVantaClient(createTestContext({ clock, requests, transport })).connect()
          }),
        )
        counted.sort((a, b) => a - b)
        expect(counted).toHaveLength(starts.length)
        for (const [index, at] of counted.entries()) {
          const sixth = counted[index + 5]
          if (sixth !== undefined) expect(sixth - at).toBeGreaterThanOrEqual(MINUTE)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a place is settled exactly once for each request, also for one that got no answer', async () => {
  const clock = createAutoClock()
  const memory = createMemoryRequestTimes(clock)
  const settled: number[] = []
  const requests = {
    reserve: memory.reserve.bind(memory),
    async settle(ticket: number) {
      settled.push(ticket)
      await memory.settle(ticket)
    },
  }
  let count = 0
  const transport: Transport = {
    async fetch() {
      count++
      if (count < 3)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) })
      return new Response(JSON.stringify({ access_token: 'vat_1', expires_in: 3599 }))
    },
  }
  await createVantaClient(createTestContext({ clock, requests, transport })).connect()
  expect(settled).toEqual([1, 2, 3])
})

test('a mistake in the program is neither retried nor taken for the network', async () => {
  const transport: Transport = { fetch: async () => Promise.reject(new TypeError('x is not a function')) }
  const context = createTestContext({ transport })
  await expect(createVantaClient(context).connect()).rejects.toThrow('x is not a function')
  expect(context.clock.slept).toEqual([])
})
