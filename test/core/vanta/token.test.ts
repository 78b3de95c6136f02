import { inspect } from 'node:util'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, isSyncError, LeaseError } from '../../../core/errors.ts'
import { Secret } from '../../../core/secret.ts'
import { createVantaClient } from '../../../core/vanta/create-client.ts'
import { BASE_URL, CLIENT_SECRET, createTestContext, failureOf } from '../../support/vanta-client.ts'

const GRANT = { access_token: 'vat_1', expires_in: 3599, token_type: 'Bearer' }

function tokenEndpoint(): nock.Interceptor {
  return nock(BASE_URL).post('/oauth/token')
}

async function connectFailure(context = createTestContext()): Promise<unknown> {
  return failureOf(createVantaClient(context).connect())
}

beforeEach(() => {
  nock.disableNetConnect()
})

afterEach(() => {
  const pending = nock.pendingMocks()
  nock.cleanAll()
  nock.enableNetConnect()
  expect(pending).toEqual([])
})

describe('minting', () => {
  test('sends one JSON request with id, secret, scopes and grant type', async () => {
    nock(BASE_URL, { reqheaders: { 'content-type': 'application/json' } })
      .post('/oauth/token', {
        client_id: 'vci_people_x',
        client_secret: CLIENT_SECRET,
        scope: 'connectors.self:read-resource connectors.self:write-resource',
        grant_type: 'client_credentials',
      })
      .reply(200, GRANT)
    const context = createTestContext()
    const client = createVantaClient(context)
    await client.connect()
    await client.connect()
    expect(client.tokensMinted).toBe(1)
    expect(context.events).toContainEqual({ kind: 'token-minted', application: 'people-x', expiresInMs: 3_599_000 })
  })

  test('resolves the secret and proves the lease anew at each request', async () => {
    tokenEndpoint().twice().reply(503)
    tokenEndpoint().reply(200, GRANT)
    const context = createTestContext()
    const client = createVantaClient(context)
    await client.connect()
    expect(context.calls).toEqual(['secret', 'prove', 'secret', 'prove', 'secret', 'prove'])
    expect(context.clock.slept).toEqual([1000, 2000])
    expect(client.tokensMinted).toBe(1)
  })

  test('callers at the same time share one request', async () => {
    tokenEndpoint().reply(200, GRANT)
    const client = createVantaClient(createTestContext())
    await Promise.all([client.connect(), client.connect(), client.connect()])
    expect(client.tokensMinted).toBe(1)
  })

  test('takes an hour when the answer does not say how long the token lives', async () => {
    tokenEndpoint().reply(200, { access_token: 'vat_1' })
    const context = createTestContext()
    await createVantaClient(context).connect()
    expect(context.events).toContainEqual(expect.objectContaining({ kind: 'token-minted', expiresInMs: 3_600_000 }))
  })

  test('sends nothing when the lease is lost or the secret is missing', async () => {
    const lost = new LeaseError('lease-lost', 'gone')
    const lease = { connection: 'c', prove: async () => Promise.reject(lost), release: async () => undefined }
    expect(await connectFailure(createTestContext({ lease }))).toBe(lost)
    const missing = new ConfigError('missing-secret', 'not set')
    const context = createTestContext()
    const clientSecret = { describe: '{ env: X }', resolve: async (): Promise<Secret> => Promise.reject(missing) }
    const application = { ...context.application, clientSecret }
    expect(await connectFailure(createTestContext({ application }))).toBe(missing)
  })

  test('a failed mint is not remembered: the next call tries again', async () => {
    tokenEndpoint().reply(401, { error: 'invalid_client' })
    tokenEndpoint().reply(200, GRANT)
    const client = createVantaClient(createTestContext())
    await failureOf(client.connect())
    await client.connect()
    expect(client.tokensMinted).toBe(1)
  })
})

describe('a refused token request', () => {
  test.each([
    [401, { error: 'invalid_client' }, 'invalid-client', 'PEOPLE_X_CLIENT_SECRET'],
    [400, { error: 'invalid_scope' }, 'invalid-scope', 'Build Integrations'],
    [400, { error: 'invalid_request' }, 'invalid-request', 'base URL'],
    [403, '<html>', 'turned-away', 'base URL'],
    [404, '<html>', 'unknown-path', 'vanta.baseUrl'],
    [200, '<html>login</html>', 'unexpected-answer', 'base URL'],
    [200, { access_token: 'two\nlines' }, 'unexpected-answer', 'base URL'],
    [204, '', 'unexpected-answer', 'base URL'],
  ])('%i %j is %s with a remedy, after one request', async (status, body, code, remedy) => {
    tokenEndpoint().reply(status, body)
    const error = await connectFailure()
    expect(error).toMatchObject({ code, exitCode: 20, hint: expect.stringContaining(remedy) })
  })

  test('an unknown refusal carries the text of the server', async () => {
    tokenEndpoint().reply(418, { error: 'teapot', error_description: 'short and stout' })
    expect(await connectFailure()).toMatchObject({
      code: 'token-refused',
      message: expect.stringContaining('teapot: short'),
    })
  })

  test('a redirect is not followed, and names the base URL to use', async () => {
    tokenEndpoint().reply(308, '', { location: 'https://api.vanta.com/oauth/token' })
    const error = await connectFailure()
    expect(error).toMatchObject({ code: 'wrong-base-url', exitCode: 20 })
    expect(error).toMatchObject({ hint: expect.stringContaining('https://api.vanta.com.') })
  })

  test.each([{}, { location: '/login' }, { location: 'javascript:1' }])(
    'a redirect to %j names the known base URLs',
    async (headers) => {
      tokenEndpoint().reply(302, '', headers)
      expect(await connectFailure()).toMatchObject({
        code: 'wrong-base-url',
        hint: expect.stringContaining('api.vanta-gov.com'),
      })
    },
  )

  test('five times 429 end as unavailable, after a minute each', async () => {
    tokenEndpoint().times(5).reply(429)
    const context = createTestContext()
    const error = await connectFailure(context)
    expect(error).toMatchObject({ code: 'rate-limited', exitCode: 21, message: expect.stringContaining('5 attempts') })
    expect(context.clock.slept).toEqual([60_500, 60_500, 60_500, 60_500])
  })

  test('503 asked to wait for an hour ends at once', async () => {
    tokenEndpoint().reply(503, '', { 'retry-after': '3600' })
    const context = createTestContext()
    expect(await connectFailure(context)).toMatchObject({
      code: 'server-error',
      message: expect.stringContaining('1 h'),
    })
    expect(context.clock.slept).toEqual([])
  })

  test('the secret is in no message, event or inspection, however the server echoes it', async () => {
    const echoes = [
      CLIENT_SECRET,
      JSON.stringify(CLIENT_SECRET),
      encodeURIComponent(CLIENT_SECRET),
      Buffer.from(CLIENT_SECRET).toString('base64'),
    ]
    for (const echo of echoes) {
      for (const status of [401, 418]) {
        tokenEndpoint().reply(status, { error_description: `you sent ${echo}` })
        const context = createTestContext()
        const error = await connectFailure(context)
        const shown = isSyncError(error)
          ? `${error.message} ${error.hint} ${inspect(error)} ${inspect(context.events)}`
          : ''
        expect(shown).toContain('[secret]')
        for (const form of echoes) expect(shown).not.toContain(form)
      }
    }
  })
})

test('the token is not found by inspecting the client', async () => {
  tokenEndpoint().reply(200, { ...GRANT, access_token: 'vat_canary' })
  const client = createVantaClient(createTestContext())
  await client.connect()
  expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).not.toContain('vat_canary')
})
