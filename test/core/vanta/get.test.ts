import nock from 'nock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { READ_SCOPE, WRITE_SCOPE } from '../../../core/resource.ts'
import { createVantaClient } from '../../../core/vanta/create-client.ts'
import { BASE_URL, createTestContext, failureOf } from '../../support/vanta-client.ts'

const PATH = '/v1/resources/user_account'

function records(): nock.Interceptor {
  return nock(BASE_URL).get(PATH).query({ resourceId: 'r 1' })
}

async function failure(context = createTestContext()): Promise<unknown> {
  return failureOf(createVantaClient(context).fetchRecords(PATH, 'r 1', { put: 0, get: 0 }))
}

beforeEach(() => {
  nock.disableNetConnect()
  nock(BASE_URL).post('/oauth/token').reply(200, { access_token: 'vat_1', expires_in: 3599 })
})

afterEach(() => {
  const pending = nock.pendingMocks()
  nock.cleanAll()
  nock.enableNetConnect()
  expect(pending).toEqual([])
})

test('a GET has the token, no body and no content type, and yields all rows', async () => {
  const rows = [{ uniqueId: 'a' }, { uniqueId: 'b', deletedAt: '2026-11-23T00:00:00Z' }]
  nock(BASE_URL, { reqheaders: { authorization: 'Bearer vat_1' }, badheaders: ['content-type', 'content-length'] })
    .get(PATH)
    .query({ resourceId: 'r 1' })
    .reply(200, { resources: rows })
  const requests = { put: 0, get: 0 }
  await expect(createVantaClient(createTestContext()).fetchRecords(PATH, 'r 1', requests)).resolves.toEqual(rows)
  expect(requests).toEqual({ put: 0, get: 1 })
})

describe('an answer that is not a list of records', () => {
  test.each([
    ['a page', 200, '<html>login</html>'],
    ['nothing', 204, ''],
    ['an empty body', 200, ''],
    ['JSON without the list', 200, { items: [] }],
    ['a bare list', 200, []],
    ['a list of texts', 200, { resources: ['a'] }],
    ['a part of the content', 206, { resources: [] }],
    ['a changed answer', 203, { resources: [] }],
    ['JSON that was cut', 200, '{"resources":[{"uniqueId":"a"}'],
  ])('%s is refused, never taken for an empty set', async (_, status, body) => {
    records().reply(status, body)
    expect(await failure()).toMatchObject({ code: 'unexpected-answer', exitCode: 20 })
  })
})

test('an empty list is an answer', async () => {
  records().reply(200, { resources: [] })
  await expect(createVantaClient(createTestContext()).fetchRecords(PATH, 'r 1', { put: 0, get: 0 })).resolves.toEqual(
    [],
  )
})

test('five times 502 end as unavailable', async () => {
  records().times(5).reply(502, '<html>Bad gateway</html>')
  const requests = { put: 0, get: 0 }
  const error = await failureOf(createVantaClient(createTestContext()).fetchRecords(PATH, 'r 1', requests))
  expect(error).toMatchObject({ code: 'server-error', exitCode: 21 })
  expect(requests.get).toBe(5)
})

test('403 names the read scope when the application has none', async () => {
  records().reply(403, { error: 'forbidden' })
  const context = createTestContext()
  const application = { ...context.application, scopes: [WRITE_SCOPE] }
  expect(await failure(createTestContext({ application }))).toMatchObject({
    code: 'missing-scope',
    hint: expect.stringContaining(READ_SCOPE),
  })
})

test('400 on a GET is a plain refusal that names the request', async () => {
  records().reply(400, { error: 'resourceId is malformed' })
  expect(await failure()).toMatchObject({ code: 'refused', message: expect.stringContaining(`GET ${PATH}`) })
})

test('a path that leaves the base URL never gets the token', async () => {
  const client = createVantaClient(createTestContext())
  await expect(client.fetchRecords('@evil.test/v1', 'r', { put: 0, get: 0 })).rejects.toThrow(TypeError)
})

test('the 21st request in a minute waits for the first to leave it', async () => {
  records().times(21).reply(200, { resources: [] })
  const context = createTestContext()
  const client = createVantaClient(context)
  for (let count = 0; count < 21; count++) await client.fetchRecords(PATH, 'r 1', { put: 0, get: 0 })
  expect(context.events.filter((event) => event.kind === 'waiting')).toEqual([
    { kind: 'waiting', why: 'resource-limit', ms: 60_000 },
  ])
})

test('an abort while the minute is full ends the wait with its reason', async () => {
  records().times(20).reply(200, { resources: [] })
  const controller = new AbortController()
  const reason = new Error('stop')
  const context = createTestContext({
    signal: controller.signal,
    onEvent: (event) => {
      if (event.kind === 'waiting') controller.abort(reason)
    },
  })
  const client = createVantaClient(context)
  for (let count = 0; count < 20; count++) await client.fetchRecords(PATH, 'r 1', { put: 0, get: 0 })
  expect(await failureOf(client.fetchRecords(PATH, 'r 1', { put: 0, get: 0 }))).toBe(reason)
})
