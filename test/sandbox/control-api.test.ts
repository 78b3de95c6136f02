import { describe, expect, it } from 'vitest'
import type { StateReport } from '../../sandbox/state-report.ts'
import type { Sandbox } from '../../sandbox/start.ts'
import { askToken, get, mint, OTHER_ID, postJson, put, RESOURCE_ID, rows, sandboxFor, send, user } from './support.ts'

async function state(sandbox: Sandbox): Promise<StateReport> {
  return (await send(sandbox, 'GET', '/_sandbox/state')).json as StateReport
}

describe('the control API', () => {
  it('sets faults, counts how often they fired, and clears them', async () => {
    const sandbox = await sandboxFor()
    const fault = { on: { method: 'POST', path: '/oauth' }, do: { status: 503 } }
    const created = await postJson(sandbox, '/_sandbox/faults', fault)
    expect([created.status, created.json]).toEqual([201, { id: 1, ...fault, seen: 0, fired: 0 }])
    expect((await askToken(sandbox)).status).toBe(503)
    const listed = await send(sandbox, 'GET', '/_sandbox/faults')
    expect(listed.json).toEqual({ faults: [{ id: 1, ...fault, seen: 1, fired: 1 }] })
    expect((await send(sandbox, 'DELETE', '/_sandbox/faults')).json).toEqual({ faults: [] })
  })

  it('refuses a fault with a misspelt key and names the nearest', async () => {
    const sandbox = await sandboxFor()
    const reply = await postJson(sandbox, '/_sandbox/faults', { do: { statsu: 503 } })
    expect([reply.status, reply.json]).toEqual([400, { error: expect.stringContaining('did you mean "status"?') }])
    expect((await send(sandbox, 'POST', '/_sandbox/faults', { body: '{' })).status).toBe(400)
  })

  it('tells everything that is held and was asked, and neither a secret nor a token', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1'), user('E-2')])
    await put(sandbox, token, [user('E-2')])
    await get(sandbox, 'vat_unknown')
    sandbox.control.fail({ method: 'PATCH' }, { rotateSecret: 'vcs_to_come' })
    const report = await state(sandbox)
    expect(report.applications).toMatchObject([
      { clientId: sandbox.credentials.clientId, declare: 'any', token: { id: 'token-1' } },
    ])
    expect(report.resources).toMatchObject([
      {
        type: 'user_account',
        resourceId: RESOURCE_ID,
        live: 1,
        deleted: 1,
        puts: 2,
        records: [{ uniqueId: 'E-1' }, { uniqueId: 'E-2' }],
      },
    ])
    expect(report.requests.map(({ number, method, status, token: id }) => [number, method, status, id])).toEqual([
      [1, 'POST', 200, 'token-1'],
      [2, 'PUT', 200, 'token-1'],
      [3, 'PUT', 200, 'token-1'],
      [4, 'GET', 401, undefined],
    ])
    expect(report.requests[1]?.bytes).toBeGreaterThan(500)
    const text = JSON.stringify(report)
    expect(text).not.toContain(token)
    expect(text).not.toContain(sandbox.credentials.clientSecret)
    expect(text).not.toContain('vcs_to_come')
  })

  it('seeds records as another writer would, with the same checks', async () => {
    const sandbox = await sandboxFor()
    const path = '/_sandbox/resources/user_account'
    expect((await postJson(sandbox, path, { resourceId: RESOURCE_ID, resources: [user('E-1')] })).status).toBe(200)
    const more = { resourceId: RESOURCE_ID, resources: [user('E-2')], mode: 'add' }
    expect((await postJson(sandbox, path, more)).status).toBe(200)
    const token = await mint(sandbox)
    expect(await rows(sandbox, token)).toMatchObject([
      { uniqueId: 'E-1', deletedAt: null },
      { uniqueId: 'E-2', deletedAt: null },
    ])
    const refused = await postJson(sandbox, path, { resourceId: RESOURCE_ID, resources: [{}] })
    expect([refused.status, refused.json]).toEqual([400, { error: "/0: must have property 'displayName'" }])
    await postJson(sandbox, path, { resourceId: RESOURCE_ID, resources: [] })
    expect((await rows(sandbox, token)).every((row) => row.deletedAt !== null)).toBe(true)
  })

  it.each([
    ['/_sandbox/resources/user_acount', { resourceId: RESOURCE_ID, resources: [] }, 'nearest: user_account'],
    ['/_sandbox/resources/user_account', { resourceId: 'x', resources: [] }, '24 hex digits'],
    ['/_sandbox/resources/user_account', { resourceId: RESOURCE_ID }, 'resources must be a list'],
    ['/_sandbox/resources/user_account', { resourceId: RESOURCE_ID, resources: [], mode: 'x' }, 'mode must be'],
    ['/_sandbox/resources/user_account', { resourceId: RESOURCE_ID, records: [] }, 'the key "records" is not known'],
    ['/_sandbox/tokens/revoke', { clientId: 'vci_unknown' }, 'no application has this client id'],
    ['/_sandbox/tokens/expire', { clientId: 5 }, 'clientId must be text'],
    ['/_sandbox/reset/', [], 'no such path'],
  ])('says what is wrong with a request to %s', async (path, body, expected) => {
    const reply = await postJson(await sandboxFor(), path, body)
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.json).toEqual({ error: expect.stringContaining(expected) })
  })

  it('declares a resource with custom properties', async () => {
    const sandbox = await sandboxFor({ applications: [{ declare: 'listed' }] })
    const token = await mint(sandbox)
    expect((await put(sandbox, token, [])).status).toBe(404)
    const declaration = { type: 'user_account', resourceId: RESOURCE_ID, customProperties: { hostname: 'string' } }
    expect((await postJson(sandbox, '/_sandbox/declare', declaration)).status).toBe(201)
    expect((await put(sandbox, token, [user('E-1', { customProperties: { hostname: 'a' } })])).status).toBe(200)
    expect((await get(sandbox, token, { resourceId: OTHER_ID })).status).toBe(404)
    const odd = { ...declaration, customProperties: { hostname: 'text' } }
    expect((await postJson(sandbox, '/_sandbox/declare', odd)).status).toBe(400)
  })

  it('kills tokens and rotates secrets', async () => {
    const sandbox = await sandboxFor()
    for (const path of ['/_sandbox/tokens/revoke', '/_sandbox/tokens/expire', '/_sandbox/secrets/rotate']) {
      const token = await mint(sandbox)
      const reply = await send(sandbox, 'POST', path)
      expect(reply.status).toBe(200)
      expect((await get(sandbox, token)).status).toBe(401)
      if (path.endsWith('rotate'))
        expect(reply.json).toEqual({ clientId: expect.any(String), clientSecret: sandbox.credentials.clientSecret })
    }
  })

  it('resets everything to the beginning, the first secret and declarations too', async () => {
    const listed = { type: 'user_account', resourceId: RESOURCE_ID } as const
    const sandbox = await sandboxFor({ applications: [{ resources: [listed] }] })
    const { clientSecret } = sandbox.credentials
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    sandbox.control.fail({}, { status: 500 })
    sandbox.control.rotateSecret()
    expect((await send(sandbox, 'POST', '/_sandbox/reset')).json).toEqual({ success: true })
    expect(await state(sandbox)).toMatchObject({
      applications: [{ token: null }],
      resources: [{ ...listed, live: 0, deleted: 0 }],
      requests: [],
      requestsTotal: 0,
      faults: [],
    })
    for (let i = 0; i < 5; i++) expect((await askToken(sandbox, { client_secret: clientSecret })).status).toBe(200)
    expect((await get(sandbox, token)).status).toBe(401)
  })

  it('shows one record, whatever its id looks like', async () => {
    const sandbox = await sandboxFor()
    const uniqueId = 'a/b c?ü#%'
    sandbox.control.seed({ type: 'user_account', resourceId: RESOURCE_ID, resources: [user(uniqueId)] })
    const place = `/_sandbox/resources/${sandbox.credentials.clientId}/user_account/${RESOURCE_ID}`
    expect((await send(sandbox, 'GET', `${place}/${encodeURIComponent(uniqueId)}`)).json).toMatchObject({ uniqueId })
    expect((await send(sandbox, 'GET', `${place}/nobody`)).status).toBe(404)
  })

  it('is never struck by faults and takes part in no limit', async () => {
    const sandbox = await sandboxFor()
    sandbox.control.fail({ count: 'all' }, { status: 500 })
    for (let i = 0; i < 30; i++) expect((await send(sandbox, 'GET', '/_sandbox/faults')).status).toBe(200)
    expect(sandbox.control.requests()).toEqual([])
  })
})

describe('the control in process', () => {
  it('seeds without touching the objects it is given, and reads back what is held', async () => {
    const { control } = await sandboxFor()
    const mine = user('E-1', { createdTimestamp: '2024-01-02T03:04:05.678Z' })
    control.seed({ type: 'user_account', resourceId: RESOURCE_ID, resources: [mine] })
    expect(mine['createdTimestamp']).toBe('2024-01-02T03:04:05.678Z')
    const target = { type: 'user_account', resourceId: RESOURCE_ID } as const
    expect(control.records(target)).toMatchObject([{ createdTimestamp: '2024-01-02T03:04:05Z', deletedAt: null }])
    expect(control.records({ ...target, resourceId: OTHER_ID })).toEqual([])
  })

  it('hands out the token of the other process, which is the live one', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const theirs = sandbox.control.revokeToken()
    expect((await get(sandbox, token)).status).toBe(401)
    expect((await get(sandbox, theirs)).status).toBe(200)
  })
})
