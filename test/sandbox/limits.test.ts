import { describe, expect, it } from 'vitest'
import { createFakeClock, START } from '../support/fake-clock.ts'
import { askToken, get, mint, put, sandboxFor } from './support.ts'

const FULL_MINUTE = START - (START % 60_000)

describe('limits', () => {
  it('let five token requests a minute through over all applications, refused ones counted', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock, applications: [{}, {}] })
    const [first, second] = sandbox.applications
    const statuses: number[] = []
    for (const [credentials, secret] of [
      [first, first?.clientSecret],
      [second, second?.clientSecret],
      [first, 'wrong'],
      [second, 'wrong'],
      [first, first?.clientSecret],
      [second, second?.clientSecret],
    ] as const) {
      statuses.push((await askToken(sandbox, { client_id: credentials?.clientId, client_secret: secret })).status)
    }
    expect(statuses).toEqual([200, 200, 401, 401, 200, 429])
    await clock.advance(59_999)
    expect((await askToken(sandbox)).status).toBe(429)
    await clock.advance(1)
    expect((await askToken(sandbox)).status).toBe(200)
  })

  it('let twenty resource requests a minute through per application', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock, applications: [{}, {}] })
    const [, second] = sandbox.applications
    const token = await mint(sandbox)
    const other = await mint(sandbox, { client_id: second?.clientId, client_secret: second?.clientSecret })
    for (let i = 0; i < 19; i++) expect((await get(sandbox, token)).status).toBe(200)
    expect((await put(sandbox, token, [])).status).toBe(200)
    const beyond = await get(sandbox, token)
    expect([beyond.status, beyond.headers.get('retry-after')]).toEqual([429, null])
    expect((await get(sandbox, other)).status).toBe(200)
    await clock.advance(60_000)
    expect((await get(sandbox, token)).status).toBe(200)
  })

  it('can be raised', async () => {
    const sandbox = await sandboxFor({ limits: { tokenRequests: 6, resourceRequests: 1 } })
    for (let i = 0; i < 6; i++) expect((await askToken(sandbox)).status).toBe(200)
    const refused = await askToken(sandbox)
    expect(refused.status).toBe(429)
    sandbox.control.reset()
    const token = await mint(sandbox)
    expect((await get(sandbox, token)).status).toBe(200)
    expect((await get(sandbox, token)).status).toBe(429)
  })

  it.each([
    ['none', null],
    ['exact', '50'],
    [7, '7'],
  ] as const)('answer Retry-After as assumed: %s', async (retryAfter, expected) => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock, limits: { tokenRequests: 1 }, assumptions: { retryAfter } })
    await askToken(sandbox)
    await clock.advance(10_000)
    expect((await askToken(sandbox)).headers.get('retry-after')).toBe(expected)
  })

  it.each([
    ['sliding', 429],
    ['calendar', 200],
  ] as const)('count a minute as assumed: %s', async (rateWindow, expected) => {
    const clock = createFakeClock(FULL_MINUTE + 50_000)
    const sandbox = await sandboxFor({ clock, limits: { tokenRequests: 1 }, assumptions: { rateWindow } })
    await askToken(sandbox)
    await clock.advance(10_000)
    expect((await askToken(sandbox)).status).toBe(expected)
  })
})
