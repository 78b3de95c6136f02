import { describe, expect, it } from 'vitest'
import type { FaultEffect } from '../../sandbox/faults/fault.ts'
import type { Sandbox } from '../../sandbox/start.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { askToken, get, mint, put, rows, sandboxFor, user } from './support.ts'

const PUTS = { method: 'PUT' } as const

async function failing(effect: FaultEffect): Promise<{ sandbox: Sandbox; token: string }> {
  const sandbox = await sandboxFor()
  const token = await mint(sandbox)
  sandbox.control.fail(PUTS, effect)
  return { sandbox, token }
}

describe('a fault', () => {
  it('answers with a status in place of the API, once, and nothing is changed', async () => {
    const { sandbox, token } = await failing({ status: 503 })
    expect((await put(sandbox, token, [user('E-1')])).status).toBe(503)
    expect(await rows(sandbox, token)).toEqual([])
    expect((await put(sandbox, token, [user('E-1')])).status).toBe(200)
  })

  it('answers with the body and headers that it was given', async () => {
    const { sandbox, token } = await failing({
      status: 429,
      body: { error: 'slow down' },
      headers: { 'Retry-After': '7' },
    })
    const reply = await put(sandbox, token, [])
    expect([reply.status, reply.json, reply.headers.get('retry-after')]).toEqual([429, { error: 'slow down' }, '7'])
    sandbox.control.fail(PUTS, { status: 200, body: 'fine', headers: { 'Content-Type': 'text/html' } })
    const page = await put(sandbox, token, [])
    expect([page.text, page.headers.get('content-type')]).toEqual(['fine', 'text/html'])
    sandbox.control.fail(PUTS, { status: 204 })
    expect((await put(sandbox, token, [])).status).toBe(204)
  })

  it('answers with a status after the commit when told so', async () => {
    const { sandbox, token } = await failing({ status: 504, commit: true })
    expect((await put(sandbox, token, [user('E-1')])).status).toBe(504)
    expect(await rows(sandbox, token)).toHaveLength(1)
  })

  it.each([
    ['before-body', 0],
    ['after-body', 0],
    ['after-commit', 1],
  ] as const)('resets the connection %s', async (reset, held) => {
    const { sandbox, token } = await failing({ reset })
    await expect(put(sandbox, token, [user('E-1')])).rejects.toThrow('fetch failed')
    expect(await rows(sandbox, token)).toHaveLength(held)
    expect(sandbox.control.requests().find((entry) => entry.method === 'PUT')).toMatchObject({ status: null })
  })

  it('loses the answer after the commit', async () => {
    const { sandbox, token } = await failing({ loseAnswer: true })
    await expect(put(sandbox, token, [user('E-1')])).rejects.toMatchObject({ cause: { code: 'UND_ERR_SOCKET' } })
    expect(await rows(sandbox, token)).toHaveLength(1)
  })

  it('breaks the answer off half-way after the commit, of a PUT and of a GET', async () => {
    const { sandbox, token } = await failing({ truncate: true })
    await expect(put(sandbox, token, [user('E-1')])).rejects.toThrow('terminated')
    sandbox.control.fail({ method: 'GET' }, { truncate: true })
    await expect(get(sandbox, token)).rejects.toThrow('terminated')
    expect(await rows(sandbox, token)).toHaveLength(1)
  })

  it('puts a page of HTML in the way, and nothing is changed', async () => {
    const { sandbox, token } = await failing({ html: true })
    const reply = await put(sandbox, token, [user('E-1')])
    expect([reply.status, reply.json]).toEqual([200, undefined])
    expect(reply.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await rows(sandbox, token)).toEqual([])
  })

  it.each([{ revokeToken: true }, { expireToken: true }] as const)(
    'kills the token before the request: %j',
    async (effect) => {
      const { sandbox, token } = await failing(effect)
      expect((await put(sandbox, token, [user('E-1')])).status).toBe(401)
      expect((await put(sandbox, await mint(sandbox), [user('E-1')])).status).toBe(200)
    },
  )

  it('rotates the secret before the request, to the one it was given', async () => {
    const { sandbox, token } = await failing({ rotateSecret: 'vcs_new' })
    const before = sandbox.credentials.clientSecret
    expect((await put(sandbox, token, [])).status).toBe(401)
    expect((await askToken(sandbox, { client_secret: before })).status).toBe(401)
    expect((await askToken(sandbox, { client_secret: 'vcs_new' })).status).toBe(200)
  })

  it('delays a request, which then goes its way', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const token = await mint(sandbox)
    sandbox.control.fail(PUTS, { delay: 20_000 })
    const waiting = put(sandbox, token, [user('E-1')])
    await expect.poll(() => clock.sleeping).toBe(1)
    expect(await rows(sandbox, token)).toEqual([])
    await clock.advance(20_000)
    expect((await waiting).status).toBe(200)
    expect(sandbox.control.requests().find((entry) => entry.method === 'PUT')).toMatchObject({ durationMs: 20_000 })
  })

  it.each([
    [30_000, {}],
    [5000, { gatewayTimeoutMs: 5000 }],
  ])(
    'that delays beyond %d ms is a 504 of the gateway, and the request has its effect later',
    async (ms, assumptions) => {
      const clock = createFakeClock()
      const sandbox = await sandboxFor({ clock, assumptions })
      const token = await mint(sandbox)
      sandbox.control.fail(PUTS, { delay: ms + 1000 })
      const waiting = put(sandbox, token, [user('E-1')])
      await expect.poll(() => clock.sleeping).toBe(1)
      await clock.advance(ms)
      expect((await waiting).status).toBe(504)
      expect(await rows(sandbox, token)).toEqual([])
      await clock.advance(1000)
      expect(await rows(sandbox, token)).toHaveLength(1)
    },
  )

  it('strikes the nth matching request and as many as it counts', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    sandbox.control.fail({ path: '/v1/resources/user_account', nth: 2, count: 2 }, { status: 500 })
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) statuses.push((await get(sandbox, token)).status)
    expect(statuses).toEqual([200, 500, 500, 200, 200])
    expect(sandbox.control.faults()).toMatchObject([{ seen: 5, fired: 2 }])
  })

  it('strikes for ever when its count is all, until it is cleared', async () => {
    const sandbox = await sandboxFor()
    const fault = sandbox.control.fail({ path: '/oauth' }, { status: 503 })
    sandbox.control.fail({ path: '/oauth', count: 'all' }, { status: 502 })
    sandbox.control.clearFaults(fault.id)
    for (let i = 0; i < 7; i++) expect((await askToken(sandbox)).status).toBe(502)
    sandbox.control.clearFaults()
    expect((await askToken(sandbox)).status).toBe(200)
  })

  it('waits for its turn behind one that was set before', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    sandbox.control.fail(PUTS, { status: 500 })
    sandbox.control.fail(PUTS, { status: 502 })
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await put(sandbox, token, [])).status)
    expect(statuses).toEqual([500, 502, 200])
  })

  it('of a kind that comes before the request goes together with one that ends it', async () => {
    const { sandbox, token } = await failing({ revokeToken: true })
    sandbox.control.fail(PUTS, { status: 500 })
    expect((await put(sandbox, token, [])).status).toBe(500)
    expect((await put(sandbox, token, [])).status).toBe(401)
  })

  it('for another method or path strikes nothing', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    sandbox.control.fail({ method: 'DELETE' }, { status: 500 })
    sandbox.control.fail({ path: '/v1/resources/secret' }, { status: 500 })
    expect((await put(sandbox, token, [])).status).toBe(200)
    expect(sandbox.control.faults()).toMatchObject([{ seen: 0 }, { seen: 0 }])
  })

  it('that makes no sense is refused when it is set', async () => {
    const sandbox = await sandboxFor()
    expect(() => sandbox.control.fail({ nth: 0 }, { status: 503 })).toThrow('"on.nth" must be a whole number from 1')
  })
})
