import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { messageOf } from '../../../core/errors.ts'
import { Secret } from '../../../core/secret.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import type { Asked, Reply } from '../../support/scripted-api.ts'
import { api, check, failureOf, people, proofOf, read, replies, slice } from './fixture.ts'

const NONE = { paging: { none: {} } }
const KEY = new Secret('s3cret')

function secretFrom(text: string): Secret {
  return new Secret(text)
}

describe('credentials', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['a token', { bearer: KEY }, 'Bearer s3cret'],
    ['user and password', { basic: { user: 'svc', password: KEY } }, `Basic ${btoa('svc:s3cret')}`],
    ['a key as the user', { basic: { secretUser: KEY } }, `Basic ${btoa('s3cret:')}`],
    ['a key in Authorization', { apiKey: { header: 'Authorization', prefix: 'Token ', key: KEY } }, 'Token s3cret'],
  ])('are sent as %s', async (_, auth, expected) => {
    const server = await replies({ body: people(1) })
    expect((await proofOf(read(server, { ...NONE, auth }))).complete).toBe(true)
    expect(server.asked[0]?.headers.authorization).toBe(expected)
  })

  test.each([
    [{ exp: 1_800_000_000 }, new Date(1_800_000_000_000)],
    [{ sub: 'svc' }, undefined],
    ['no claims', undefined],
  ])('that are a token with %o tell when it ends', async (claims, expiresAt) => {
    const server = await replies({ body: people(1) })
    const bearer = new Secret(['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.'))
    expect((await read(server, { ...NONE, auth: { bearer } })).login?.expiresAt).toEqual(expiresAt)
    expect((await read(server, { ...NONE, auth: { bearer: KEY } })).login).toBeUndefined()
  })

  test('are sent in headers of their own, beside others, and in the query of each page', async () => {
    const server = await api(({ query }) => ({
      headers: query.has('from') ? {} : { link: '</v1/people?from=1>; rel=next' },
      body: people(1, query.has('from') ? 2 : 1),
    }))
    await read(server, {
      paging: { link: {} },
      query: { status: 'all' },
      headers: { Accept: 'application/vnd.hr.v2+json', 'X-Tenant': 'acme' },
      secretHeaders: { 'X-Second': secretFrom('zwei') },
      auth: { apiKey: { query: 'api_key', key: KEY } },
    })
    expect(server.asked.map(({ path }) => path)).toEqual([
      '/v1/people?status=all&api_key=s3cret',
      '/v1/people?from=1&api_key=s3cret',
    ])
    expect(server.asked[1]?.headers).toMatchObject({
      accept: 'application/vnd.hr.v2+json',
      'x-tenant': 'acme',
      'x-second': 'zwei',
    })
  })

  test('are in no error, however the server echoes them', async () => {
    const ways: Record<string, unknown>[] = [
      { auth: { bearer: KEY } },
      { auth: { basic: { user: 'svc', password: KEY } } },
      { auth: { apiKey: { query: 'api_key', key: KEY } } },
      { secretHeaders: { 'x-key': KEY } },
    ]
    for (const way of ways) {
      for (const status of [400, 401, 302, 200]) {
        const server = await api(({ headers, path }) => ({
          status,
          headers: { location: `/login${path}` },
          body: { errors: [{ message: `you sent ${headers.authorization} ${headers['x-key'] as string} to ${path}` }] },
        }))
        const error = await failureOf(read(server, { ...NONE, ...way }))
        const encoded = btoa('svc:s3cret')
        for (const text of [messageOf(error), error.hint ?? '', inspect(error)]) {
          expect(text).not.toContain('s3cret')
          expect(text).not.toContain(encoded)
        }
      }
    }
  })

  test('with a line break in them are refused without being shown', async () => {
    const server = await replies({ body: people(1) })
    const error = await failureOf(read(server, { ...NONE, auth: { bearer: secretFrom('s3cret\nx') } }))
    expect(error).toMatchObject({ code: 'bad-header', name: 'ConfigError', exitCode: 78 })
    expect(inspect(error)).not.toContain('s3cret')
    expect(server.asked).toEqual([])
  })
})

function oauth({ url }: { url: string }, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { oauth: { tokenUrl: `${url}/token`, clientId: 'my client', clientSecret: KEY, ...more } }
}

function paths(asked: readonly Asked[]): (string | undefined)[] {
  return asked.map(({ path }) => path.split('?')[0])
}

describe('a token server', () => {
  const all = people(25)
  /** Each token is good for so many requests. */
  function guarded({ uses = 100, expiresIn = '3600' } = {}) {
    let tokens = 0
    let used = 0
    return (asked: Asked): Reply => {
      if (asked.path === '/token') {
        tokens++
        used = 0
        return { body: { access_token: `t-${tokens}`, token_type: 'Bearer', expires_in: expiresIn } }
      }
      if (asked.headers.authorization !== `Bearer t-${tokens}` || ++used > uses) return { status: 401 }
      return { body: slice(all, asked, 10) }
    }
  }

  test('is asked once for a read, with a form', async () => {
    const server = await api(guarded())
    const options = oauth(server, { scope: 'people.read all', audience: 'https://hr', parameters: { resource: 'r1' } })
    expect(await proofOf(read(server, { paging: { page: {} }, auth: options }))).toMatchObject({
      rows: 25,
      complete: true,
    })
    expect(paths(server.asked)).toEqual(['/token', ...Array.from({ length: 4 }, () => '/v1/people')])
    const [first] = server.asked
    expect(first?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(first?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'my client',
      client_secret: 's3cret',
      scope: 'people.read all',
      audience: 'https://hr',
      resource: 'r1',
    })
  })

  test('is asked with JSON, and with the client in the header, where it wants that', async () => {
    const server = await api(guarded())
    await read(server, { paging: { page: {} }, auth: oauth(server, { format: 'json', clientIn: 'header' }) })
    const [first] = server.asked
    expect(first?.headers.authorization).toBe(`Basic ${btoa('my+client:s3cret')}`)
    expect(JSON.parse(first?.body ?? '')).toEqual({ grant_type: 'client_credentials' })
  })

  test('is asked again when a token ends in the middle of a read', async () => {
    const server = await api(guarded({ uses: 2 }))
    expect(await proofOf(read(server, { paging: { page: {} }, auth: oauth(server) }))).toMatchObject({
      rows: 25,
      complete: true,
    })
    const page = '/v1/people'
    expect(paths(server.asked)).toEqual(['/token', page, page, page, '/token', page, page])
  })

  test('is asked again before a token expires, by the time that it gave it', async () => {
    const clock = createAutoClock()
    const server = await api(guarded({ expiresIn: '30' }))
    const pace = { paging: { page: {} }, requestsPerMinute: 2, auth: oauth(server) }
    expect((await proofOf(read(server, pace, { clock }))).complete).toBe(true)
    const page = '/v1/people'
    expect(paths(server.asked)).toEqual(['/token', page, page, '/token', page, page])
  })

  test('is asked once more, and no more, when a new token is refused at once', async () => {
    const server = await api(({ path }) => (path === '/token' ? { body: { access_token: 't' } } : { status: 401 }))
    const error = await failureOf(read(server, { ...NONE, auth: oauth(server) }))
    expect(error).toMatchObject({ code: 'http-unauthorized', name: 'OperatorError' })
    expect(paths(server.asked)).toEqual(['/token', '/v1/people', '/token', '/v1/people'])
  })

  test.each<[string, Reply, string, string]>([
    [
      'refuses',
      { status: 400, body: { error: 'invalid_client', error_description: 's3cret is wrong' } },
      'rest-token',
      'OperatorError',
    ],
    ['shows a page', { headers: { 'content-type': 'text/html' }, body: '<html>Login' }, 'rest-token', 'OperatorError'],
    ['gives no token', { body: { token: 's3cret' } }, 'rest-token', 'OperatorError'],
    ['gives a token that no header can hold', { body: { access_token: 's3cret\n' } }, 'rest-token', 'OperatorError'],
    ['redirects', { status: 302, headers: { location: '/login' } }, 'rest-token', 'OperatorError'],
    ['fails', { status: 503 }, 'http-server-error', 'RetryLaterError'],
  ])('that %s ends the read', async (_, reply, code, name) => {
    const server = await api(() => reply)
    for (const work of [read, check]) {
      const error = await failureOf(work(server, { ...NONE, auth: oauth(server) }))
      expect(error).toMatchObject({ code, name, exitCode: 12 })
      expect(inspect(error)).not.toContain('s3cret')
    }
    expect(paths(server.asked)).not.toContain('/v1/people')
  })
})
