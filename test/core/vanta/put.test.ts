import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LeaseError, RefusedError, UnavailableError } from '../../../core/errors.ts'
import type { PutRequest } from '../../../core/vanta/client.ts'
import { createVantaClient } from '../../../core/vanta/create-client.ts'
import { changedNothing, OutcomeUnknownError, refusedAt } from '../../../core/vanta/outcome.ts'
import { BASE_URL, createTestContext, failureOf } from '../../support/vanta-client.ts'

const PATH = '/v1/resources/user_account'
const CONFIRMED = { success: true }

function put(records = 2): PutRequest {
  const body = Buffer.from(JSON.stringify({ resourceId: 'r', resources: Array.from({ length: records }, () => ({})) }))
  return { path: PATH, resourceId: 'r', body, records, requests: { put: 0, get: 0 } }
}

function tokens(...values: readonly string[]): void {
  for (const value of values) {
    nock(BASE_URL).post('/oauth/token').reply(200, { access_token: value, expires_in: 3599, token_type: 'Bearer' })
  }
}

async function pushed(
  request = put(),
): Promise<{ error: unknown; request: PutRequest; context: ReturnType<typeof createTestContext> }> {
  const context = createTestContext()
  const error = await failureOf(createVantaClient(context).putRecords(request))
  return { error, request, context }
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

describe('a confirmed PUT', () => {
  test('sends the body as it is, with the token, and resolves to the raw answer', async () => {
    tokens('vat_1')
    const request = put(1)
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_1', 'content-type': 'application/json' } })
      .put(PATH, { resourceId: 'r', resources: [{}] })
      .reply(200, CONFIRMED)
    const client = createVantaClient(createTestContext())
    await expect(client.putRecords(request)).resolves.toEqual({ status: 200, text: '{"success":true}' })
    expect(request.requests).toEqual({ put: 1, get: 0 })
    expect(client.tokensMinted).toBe(1)
  })

  test('is also one whose counts equal what was sent', async () => {
    tokens('vat_1')
    nock(BASE_URL)
      .put(PATH)
      .reply(200, { results: { accepted: 2, rejected: 0 } })
    await expect(createVantaClient(createTestContext()).putRecords(put(2))).resolves.toMatchObject({ status: 200 })
  })

  test('keeps at most 2,000 characters of the answer', async () => {
    tokens('vat_1')
    nock(BASE_URL)
      .put(PATH)
      .reply(200, { success: true, note: 'x'.repeat(5000) })
    const answer = await createVantaClient(createTestContext()).putRecords(put())
    expect(answer.text).toHaveLength(2000)
  })

  test('proves the lease right before each attempt', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).twice().reply(503)
    nock(BASE_URL).put(PATH).reply(200, CONFIRMED)
    const context = createTestContext()
    await createVantaClient(context).putRecords(put())
    expect(context.calls).toEqual(['secret', 'prove', 'prove', 'prove', 'prove'])
  })
})

describe('an answer of 2xx that does not confirm', () => {
  test.each([
    ['a page', '<html>welcome</html>'],
    ['an empty body', ''],
    ['counts below what was sent', { results: { accepted: 1, rejected: 0 } }],
    ['success as a text', { success: 'true' }],
    ['a list', [true]],
  ])('%s leaves the outcome unknown, after one request', async (_, body) => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(200, body)
    const { error, request, context } = await pushed()
    expect(error).toBeInstanceOf(OutcomeUnknownError)
    expect(error).toMatchObject({ code: 'outcome-unknown', exitCode: 21 })
    expect(changedNothing(error, context.signal)).toBe(false)
    expect(request.requests.put).toBe(1)
  })

  test('success: false is a refusal that changed nothing', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(200, { success: false, error: 'no' })
    const { error, context } = await pushed()
    expect(error).toMatchObject({ code: 'not-accepted', exitCode: 20 })
    expect(changedNothing(error, context.signal)).toBe(true)
  })

  test('rejected records are a refusal, and one that took a part proves nothing', async () => {
    tokens('vat_1')
    nock(BASE_URL)
      .put(PATH)
      .reply(200, { success: true, results: { accepted: 1, rejected: 1 } })
    const { error, context } = await pushed()
    expect(error).toMatchObject({ code: 'partly-refused', exitCode: 20 })
    expect(changedNothing(error, context.signal)).toBe(false)
  })
})

describe('a refused PUT', () => {
  test('400 is sent once, names record and field, and shows no id', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(400, { error: "/17/users/2: must have property 'username'" })
    const { error, request, context } = await pushed()
    expect(error).toBeInstanceOf(RefusedError)
    expect(error).toMatchObject({ code: 'records-refused', exitCode: 20 })
    expect(refusedAt(error)).toEqual({ index: 17, field: 'users[2].username', text: "must have property 'username'" })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(request.requests.put).toBe(1)
  })

  test('extra keys are found by their element, without the unique id', async () => {
    tokens('vat_1')
    const text = 'Too many fields on resource with uniqueId jane@example.com (element 3). Extra keys: A, B'
    nock(BASE_URL).put(PATH).reply(400, { error: text })
    const { error } = await pushed()
    expect(refusedAt(error)).toEqual({ index: 3, text: 'Too many fields on resource. Extra keys: A, B' })
    expect(String(error)).not.toContain('jane')
  })

  test('404 tells a type that nobody declared from a path that is wrong', async () => {
    tokens('vat_1', 'vat_2')
    nock(BASE_URL).put(PATH).reply(404, { error: 'not found' })
    const undeclared = await pushed()
    expect(undeclared.error).toMatchObject({ code: 'type-not-declared', hint: expect.stringContaining('Resources') })
    nock(BASE_URL).put(PATH).reply(404, '<html>Cannot PUT</html>', { 'content-type': 'text/html' })
    const unknown = await pushed()
    expect(unknown.error).toMatchObject({ code: 'unknown-path', hint: expect.stringContaining('baseUrl') })
  })

  test.each([
    [403, { error: 'insufficient scope' }, 'missing-scope'],
    [403, { error: 'no' }, 'forbidden'],
    [403, '<html>', 'turned-away'],
    [413, 'HTTP content length exceeded 10485760 bytes.', 'too-large'],
    [409, 'conflict', 'refused'],
  ])('%i with %j is %s, after one request', async (status, body, code) => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(status, body)
    const { error, request, context } = await pushed()
    expect(error).toMatchObject({ code, exitCode: 20 })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(request.requests.put).toBe(1)
  })
})

describe('a PUT that meets trouble', () => {
  test('503 twice is pushed by the third attempt, after 1 and 2 s', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).twice().reply(503)
    nock(BASE_URL).put(PATH).reply(200, CONFIRMED)
    const context = createTestContext()
    const request = put()
    await createVantaClient(context).putRecords(request)
    expect(context.clock.slept).toEqual([1000, 2000])
    expect(request.requests.put).toBe(3)
    const failed = context.events.filter((event) => event.kind === 'attempt-failed')
    expect(failed).toMatchObject([
      { what: 'put', attempt: 1, waitMs: 1000 },
      { what: 'put', attempt: 2, waitMs: 2000 },
    ])
  })

  test('five resets leave the outcome unknown', async () => {
    tokens('vat_1')
    nock(BASE_URL)
      .put(PATH)
      .times(5)
      .replyWithError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
    const { error, request, context } = await pushed()
    expect(error).toMatchObject({ code: 'outcome-unknown', exitCode: 21 })
    expect(request.requests.put).toBe(5)
    expect(context.clock.slept).toEqual([1000, 2000, 4000, 8000])
  })

  test('five connections refused prove that nothing arrived', async () => {
    tokens('vat_1')
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
    nock(BASE_URL).put(PATH).times(5).replyWithError(refused)
    const { error, context } = await pushed()
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ code: 'connection-refused', exitCode: 21 })
    expect(String(error)).toContain('api.vanta.test')
    expect(String(error)).toContain('5 attempts')
    expect(changedNothing(error, context.signal)).toBe(true)
  })

  test('a refusal after a lost answer stays unknown, and still names the record', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(504)
    nock(BASE_URL).put(PATH).reply(400, { error: "/0: must have property 'email'" })
    const { error, context } = await pushed()
    expect(error).toMatchObject({ code: 'outcome-unknown', exitCode: 21 })
    expect(refusedAt(error)).toMatchObject({ index: 0, field: 'email' })
    expect(changedNothing(error, context.signal)).toBe(false)
  })

  test('429 changes nothing and waits for the minute', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(429)
    nock(BASE_URL).put(PATH).reply(200, CONFIRMED)
    const context = createTestContext()
    await createVantaClient(context).putRecords(put())
    expect(context.clock.slept).toEqual([60_500])
  })

  test('Retry-After is honoured up to two minutes, and a longer one is said', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(429, '', { 'retry-after': '7' })
    nock(BASE_URL).put(PATH).reply(429, '', { 'retry-after': '600' })
    const { error, request, context } = await pushed()
    expect(error).toMatchObject({ code: 'rate-limited', exitCode: 21, message: expect.stringContaining('10 min') })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(context.clock.slept).toEqual([7125])
    expect(request.requests.put).toBe(2)
  })

  test('a lease lost before the first attempt sends nothing', async () => {
    tokens('vat_1')
    let proofs = 0
    const lease = {
      connection: 'c0ffee',
      async prove() {
        proofs++
        if (proofs > 1) throw new LeaseError('lease-lost', 'The lease was lost.')
      },
      async release() {},
    }
    const context = createTestContext({ lease })
    const request = put()
    const error = await failureOf(createVantaClient(context).putRecords(request))
    expect(error).toMatchObject({ code: 'lease-lost', exitCode: 30 })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(request.requests.put).toBe(0)
  })

  test('an abort ends the wait at once with its reason, and proves nothing', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(503)
    const controller = new AbortController()
    const reason = new LeaseError('lease-lost', 'gone')
    const context = createTestContext({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'attempt-failed') controller.abort(reason)
      },
    })
    const error = await failureOf(createVantaClient(context).putRecords(put()))
    expect(error).toBe(reason)
    expect(changedNothing(error, controller.signal)).toBe(false)
  })

  test('an abort ends a request that is under way', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).delay(20_000).reply(200, CONFIRMED)
    const controller = new AbortController()
    const context = createTestContext({ signal: controller.signal })
    const request = put()
    const pushing = failureOf(createVantaClient(context).putRecords(request))
    while (request.requests.put === 0) await new Promise((resolve) => setImmediate(resolve))
    const reason = new Error('stop')
    controller.abort(reason)
    expect(await pushing).toBe(reason)
    nock.abortPendingRequests()
  })
})

describe('a token that Vanta no longer takes', () => {
  test('is replaced once after a proof of the lease, and the PUT is repeated', async () => {
    tokens('vat_1', 'vat_2')
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_1' } })
      .put(PATH)
      .reply(401)
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_2' } })
      .put(PATH)
      .reply(200, CONFIRMED)
    const context = createTestContext()
    const client = createVantaClient(context)
    const request = put()
    await client.putRecords(request)
    expect(client.tokensMinted).toBe(2)
    expect(request.requests.put).toBe(2)
    expect(context.calls).toEqual(['secret', 'prove', 'prove', 'secret', 'prove', 'prove'])
  })

  test('a second 401 says that another process mints', async () => {
    tokens('vat_1', 'vat_2')
    nock(BASE_URL).put(PATH).twice().reply(401)
    const { error, context } = await pushed()
    expect(error).toMatchObject({
      code: 'token-revoked',
      exitCode: 20,
      hint: expect.stringContaining('another process'),
    })
    expect(changedNothing(error, context.signal)).toBe(true)
  })

  test('a client that lost its lease mints no second token', async () => {
    tokens('vat_1')
    nock(BASE_URL).put(PATH).reply(401)
    let proofs = 0
    const lease = {
      connection: 'c0ffee',
      async prove() {
        proofs++
        if (proofs > 2) throw new LeaseError('lease-lost', 'The lease was lost.')
      },
      async release() {},
    }
    const client = createVantaClient(createTestContext({ lease }))
    expect(await failureOf(client.putRecords(put()))).toMatchObject({ code: 'lease-lost' })
    expect(client.tokensMinted).toBe(1)
  })

  test('requests at the same time share the one re-mint', async () => {
    tokens('vat_1', 'vat_2')
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_1' } })
      .put(PATH)
      .twice()
      .reply(401)
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_2' } })
      .put(PATH)
      .twice()
      .reply(200, CONFIRMED)
    const client = createVantaClient(createTestContext())
    await client.connect()
    await Promise.all([client.putRecords(put()), client.putRecords(put())])
    expect(client.tokensMinted).toBe(2)
  })

  test('one whose own time has passed is replaced before the request, and that is not the one re-mint', async () => {
    nock(BASE_URL).post('/oauth/token').reply(200, { access_token: 'vat_1', expires_in: 60 })
    tokens('vat_2', 'vat_3')
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_2' } })
      .put(PATH)
      .reply(401)
    nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_3' } })
      .put(PATH)
      .reply(200, CONFIRMED)
    const context = createTestContext()
    const client = createVantaClient(context)
    await client.connect()
    await context.clock.advance(60_000)
    await client.putRecords(put())
    expect(client.tokensMinted).toBe(3)
  })
})
