/** The one token under any life span, any passing of time and any number of callers. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenSource, type Token } from '../../../core/vanta/token.ts'
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts'
import { createTestContext, failureOf } from '../../support/vanta-client.ts'

const RUNS = { numRuns: 200, seed: 21 }

type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask'; readonly callers: number }
  /** After a 401 with the token that was given so many tokens ago. */
  | { readonly kind: 'refused'; readonly ago: number; readonly callers: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 5_000_000 }) }),
  fc.record({ kind: fc.constant('ask' as const), callers: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    kind: fc.constant('refused' as const),
    ago: fc.nat({ max: 2 }),
    callers: fc.integer({ min: 1, max: 4 }),
  }),
)

/** An endpoint that takes its time, and grants a new token each time. */
function endpoint(
  clock: FakeClock,
  lifetimes: readonly number[],
  tookMs: number,
): { granted: string[]; fetch: typeof fetch } {
  const granted: string[] = []
  return {
    granted,
    async fetch() {
      const token = `vat_${granted.length}`
      const expiresIn = lifetimes[granted.length % lifetimes.length]
      granted.push(token)
      await clock.advance(tookMs)
      return Response.json({ access_token: token, expires_in: expiresIn, token_type: 'Bearer' })
    },
  }
}

test('a token is live when it is given, minted once for all who ask, and after a 401 once more and never again', async () => {
  const lifetimes = fc.array(fc.integer({ min: 120, max: 4000 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      lifetimes,
      fc.nat({ max: 30_000 }),
      fc.array(step, { maxLength: 20 }),
      async (lives, tookMs, steps) => {
        const clock = createFakeClock()
        const { granted, fetch } = endpoint(clock, lives, tookMs)
        const limits = { tokenRequests: 1000, resourceRequests: 1000 }
        const context = createTestContext({ clock, transport: { fetch }, vanta: { baseUrl: 'https://x.test', limits } })
        const tokens = createTokenSource(context)
        const given: Token[] = []
        let renewals = 0
        for (const each of steps) {
          if (each.kind === 'wait') await clock.advance(each.ms)
          const before = granted.length
          if (each.kind === 'ask') {
            const all = await Promise.all(Array.from({ length: each.callers }, () => tokens.current()))
            expect(new Set(all).size).toBe(1)
            expect(granted.length - before).toBeLessThanOrEqual(1)
            given.push(...all.slice(0, 1))
            expect(given.at(-1)?.value.reveal()).toBe(granted.at(-1))
            // By our clock, counted from before the request.
            expect((given.at(-1)?.expiresAt ?? 0) + tookMs).toBeGreaterThan(clock.now())
          }
          const stale = each.kind === 'refused' ? given.at(-1 - each.ago) : undefined
          if (each.kind !== 'refused' || stale === undefined) continue
          const isLive = stale.value.reveal() === granted.at(-1)
          if (isLive && renewals === 1) {
            expect(await failureOf(tokens.renew(stale))).toMatchObject({ code: 'token-revoked' })
            expect(granted.length).toBe(before)
          } else {
            await Promise.all(Array.from({ length: each.callers }, () => tokens.renew(stale)))
            expect(granted.length - before).toBe(isLive ? 1 : 0)
            renewals += isLive ? 1 : 0
          }
        }
        expect(tokens.minted).toBe(granted.length)
        expect(context.calls.filter((call) => call === 'prove')).toHaveLength(granted.length)
      },
    ),
    RUNS,
  )
})
