/** Requests that no browser sends: each is answered, briefly, with no secret, and the server lives on. */
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPages } from '../../server/pages/routes.ts'
import { ADA, type Desk, openDesk, VERA } from '../server/support.ts'

const RUNS = { numRuns: 100, seed: 13 }
const LONGEST = 100_000
const SECRETS = [ADA.password, ADA.token, VERA.password, VERA.token]

let desk: Desk
let proxied: Desk
beforeAll(async () => {
  desk = await openDesk({ pages: createPages })
  const proxyUser = { header: 'x-forwarded-user', from: ['127.0.0.1/32'], approvers: ['ada'] }
  proxied = await openDesk({
    pages: createPages,
    server: { behindProxy: true, publicUrl: 'https://sync.example.com', proxyUser },
  })
})
afterAll(() => Promise.all([desk.close(), proxied.close()]))

interface Request {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** By hand, since fetch would set Host and refuse the rest. */
async function send(
  { url }: Desk,
  { method, path, headers = {}, body }: Request,
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function judge(where: Desk, asked: Request): Promise<void> {
  const { status, text } = await send(where, asked)
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
  expect(text.length).toBeLessThan(LONGEST)
  for (const secret of SECRETS) expect(text.includes(secret)).toBe(false)
}

async function judgeLife(where: Desk): Promise<void> {
  expect((await send(where, { method: 'GET', path: '/livez' })).status).toBe(200)
  expect(where.said.filter(({ level }) => level === 'error')).toEqual([])
}

const bearer = { authorization: `Bearer ${ADA.token}` }
const API = [
  '/api/resources/people-x-accounts/pause',
  '/api/resources/none/pause',
  '/api/holds/hold-1/approve',
  '/api/holds/hold-1/reject',
  '/api/connectors/x/check',
  '/api/resources/%00/run',
  '/api/none',
]

describe('the API', () => {
  it('answers any JSON, and what is none, with less than a failure', async () => {
    const known = fc.record(
      { reason: fc.anything(), for: fc.anything(), until: fc.anything(), by: fc.anything() },
      { requiredKeys: [] },
    )
    const body = fc.oneof(
      known.map((value) =>
        JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)),
      ),
      fc.json(),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.nat({ max: 4000 }).map((depth) => '['.repeat(depth)),
      fc.constantFrom(
        '',
        'null',
        '{"__proto__":{"role":"approver"}}',
        '{"reason":"x","reason":"y"}',
        '"\\ud800"',
        '{"for":"1e9h","reason":"x"}',
      ),
    )
    const type = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'multipart/form-data',
      '',
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...API), body, type, (path, text, contentType) =>
        judge(desk, { method: 'POST', path, headers: { ...bearer, 'content-type': contentType }, body: text }),
      ),
      RUNS,
    )
    await judgeLife(desk)
  })

  it('answers any query', async () => {
    const query = fc.webQueryParameters()
    const path = fc.constantFrom(
      '/api/runs',
      '/api/history.jsonl',
      '/api/history.csv',
      '/runs',
      '/history',
      '/holds',
      '/login',
    )
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('limit', 'before', 'chain', 'next', 'all', 'reveal', 'resource'),
        query,
        (at, name, value) => judge(desk, { method: 'GET', path: `${at}?${name}=${value}`, headers: bearer }),
      ),
      RUNS,
    )
    await judgeLife(desk)
  })
})

describe('a form', () => {
  it('is answered whatever stands in it', async () => {
    const field = fc.tuple(
      fc.constantFrom('name', 'password', 'next', 'token', 'reason', 'for', 'hide', '__proto__'),
      fc.string({ maxLength: 40 }),
    )
    const body = fc.oneof(
      fc.array(field, { maxLength: 8 }).map((fields) => new URLSearchParams(fields).toString()),
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constantFrom('%', '%zz=%', '&&&&', '='.repeat(500), 'name=ada&name=vera', 'next=//evil.example'),
    )
    const path = fc.constantFrom(
      '/login',
      '/logout',
      '/reveal',
      '/resources/people-x-accounts/run',
      '/holds/hold-1/approve',
    )
    const type = fc.constantFrom(
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'text/plain',
    )
    const origin = fc.constantFrom('null', 'https://evil.example', desk.url)
    await fc.assert(
      fc.asyncProperty(path, body, type, origin, (at, text, contentType, from) =>
        judge(desk, { method: 'POST', path: at, headers: { 'content-type': contentType, origin: from }, body: text }),
      ),
      RUNS,
    )
    await judgeLife(desk)
  })
})

describe('headers', () => {
  const text = fc
    .string({ maxLength: 60, unit: fc.constantFrom(...'abz019.:,;[]/@%"= -_\\é'.split('')) })
    .map((value) => Buffer.from(value).toString('latin1').trim())
  const host = fc.oneof(
    text,
    fc.constantFrom(
      'localhost',
      '127.0.0.1',
      '[::1]:99999',
      'evil.example',
      'localhost.evil.example',
      '[',
      'a'.repeat(2000),
    ),
  )
  const address = fc.oneof(
    text,
    fc.constantFrom('1.2.3.4', '::ffff:127.0.0.1', '[::1]:80', '127.0.0.1, 10.0.0.1', ','.repeat(500), '999.1.1.1'),
  )

  it('of any kind open nothing that is closed', async () => {
    await fc.assert(
      fc.asyncProperty(host, address, text, text, async (name, forwarded, user, cookie) => {
        const headers = {
          host: name,
          'x-forwarded-for': forwarded,
          'x-forwarded-proto': user,
          cookie: `vanta-sync=${cookie}`,
          authorization: `Basic ${user}`,
        }
        const { status } = await send(desk, { method: 'GET', path: '/api/status', headers })
        expect([400, 401, 403, 421, 429]).toContain(status)
      }),
      RUNS,
    )
    await judgeLife(desk)
  })

  it('that a proxy would send are answered, and make nobody an approver that is none', async () => {
    await fc.assert(
      fc.asyncProperty(address, text, async (forwarded, user) => {
        const headers = {
          host: 'sync.example.com',
          'x-forwarded-for': forwarded,
          'x-forwarded-user': user,
          'content-type': 'application/json',
        }
        await judge(proxied, { method: 'GET', path: '/api/status', headers })
        const pause = {
          method: 'POST',
          path: '/api/resources/people-x-accounts/pause',
          headers,
          body: '{"reason":"x"}',
        }
        const { status } = await send(proxied, pause)
        if (user !== 'ada') expect(status).toBeGreaterThanOrEqual(400)
      }),
      RUNS,
    )
    await judgeLife(proxied)
  })
})
