import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../support/fake-clock.ts'
import { askToken, get, mint, put, READ, rows, sandboxFor, send, user } from './support.ts'

describe('tokens', () => {
  it('are issued for JSON credentials, with prefix, lifetime and type', async () => {
    const sandbox = await sandboxFor()
    const reply = await askToken(sandbox)
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      access_token: expect.stringMatching(/^vat_[0-9a-f]{48}$/),
      expires_in: 3599,
      token_type: 'Bearer',
    })
    expect(sandbox.credentials.clientId).toMatch(/^vci_/)
    expect(sandbox.credentials.clientSecret).toMatch(/^vcs_/)
  })

  it('are refused with invalid_request when the body is form-encoded', async () => {
    const sandbox = await sandboxFor()
    const { clientId, clientSecret } = sandbox.credentials
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: READ,
    })
    const reply = await send(sandbox, 'POST', '/oauth/token', { body: form })
    expect([reply.status, reply.json]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })])
    const body = JSON.stringify(Object.fromEntries(form))
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await send(sandbox, 'POST', '/oauth/token', { body, headers })).status).toBe(400)
    headers['content-type'] = 'application/json; charset=utf-8'
    expect((await send(sandbox, 'POST', '/oauth/token', { body, headers })).status).toBe(200)
  })

  it.each([
    ['a wrong secret', { client_secret: 'vcs_wrong' }, 401, 'invalid_client'],
    ['an unknown client id', { client_id: 'vci_unknown' }, 401, 'invalid_client'],
    ['a scope of Manage Vanta', { scope: 'vanta-api.all:read' }, 400, 'invalid_scope'],
    ['one wrong scope among right ones', { scope: `${READ} auditor-api.audit:read` }, 400, 'invalid_scope'],
    ['a blank scope', { scope: ' ' }, 400, 'invalid_scope'],
    ['a refresh grant', { grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
    ['a missing field', { client_secret: undefined }, 400, 'invalid_request'],
  ])('are refused for %s', async (_, changes, status, error) => {
    const sandbox = await sandboxFor()
    const reply = await askToken(sandbox, changes)
    expect([reply.status, reply.json]).toEqual([status, expect.objectContaining({ error })])
  })

  it('are refused for a scope that this application was not given', async () => {
    const sandbox = await sandboxFor({ applications: [{ scopes: [READ] }] })
    expect((await askToken(sandbox)).json).toMatchObject({ error: 'invalid_scope' })
    expect((await askToken(sandbox, { scope: READ })).status).toBe(200)
  })

  it('die at once when a second one is issued', async () => {
    const sandbox = await sandboxFor()
    const first = await mint(sandbox)
    const second = await mint(sandbox)
    const dead = await put(sandbox, first, [user('E-1')])
    expect([dead.status, dead.json]).toEqual([
      401,
      { error: 'invalid_token', error_description: 'a newer token of this application has replaced it' },
    ])
    expect(sandbox.control.requests().at(-1)).toMatchObject({ status: 401, token: 'token-1' })
    expect((await put(sandbox, second, [user('E-1')])).status).toBe(200)
  })

  it('die under a request in flight when a second one is issued', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const first = await mint(sandbox)
    sandbox.control.fail({ method: 'PUT' }, { delay: 1000 })
    const inFlight = put(sandbox, first, [user('E-1')])
    await expect.poll(() => clock.sleeping).toBe(1)
    const second = await mint(sandbox)
    await clock.advance(1000)
    expect((await inFlight).status).toBe(401)
    expect(await rows(sandbox, second)).toEqual([])
  })

  it('of one application outlive a new one of another', async () => {
    const sandbox = await sandboxFor({ applications: [{}, {}] })
    const [, other] = sandbox.applications
    const first = await mint(sandbox)
    await mint(sandbox, { client_id: other?.clientId, client_secret: other?.clientSecret })
    expect((await get(sandbox, first)).status).toBe(200)
  })

  it('live for their lifetime and not a second longer', async () => {
    const clock = createFakeClock()
    const sandbox = await sandboxFor({ clock })
    const token = await mint(sandbox)
    await clock.advance(3_598_000)
    expect((await get(sandbox, token)).status).toBe(200)
    await clock.advance(1000)
    const reply = await get(sandbox, token)
    expect([reply.status, reply.json]).toEqual([401, expect.objectContaining({ error: 'invalid_token' })])
  })

  it('live as long as the assumption says', async () => {
    const sandbox = await sandboxFor({ assumptions: { expiresIn: 3600 } })
    expect((await askToken(sandbox)).json).toMatchObject({ expires_in: 3600 })
  })

  it('die when the secret is rotated, while what was pushed stays', async () => {
    const sandbox = await sandboxFor()
    const before = sandbox.credentials.clientSecret
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    const after = sandbox.control.rotateSecret()
    expect((await get(sandbox, token)).status).toBe(401)
    expect((await askToken(sandbox, { client_secret: before })).json).toMatchObject({ error: 'invalid_client' })
    expect(sandbox.credentials.clientSecret).toBe(after)
    expect(await rows(sandbox, await mint(sandbox))).toHaveLength(1)
  })

  it.each([
    ['nothing', undefined],
    ['basic credentials', 'Basic dmNpOnZjcw=='],
    ['an API key', 'vat_key'],
    ['an unknown token', 'Bearer vat_unknown'],
  ])('cannot be replaced by %s', async (_, authorization) => {
    const sandbox = await sandboxFor()
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    expect((await send(sandbox, 'GET', '/v1/resources/user_account', { headers })).status).toBe(401)
  })

  it('of a Build application get 403 on a Manage endpoint, dead ones 401', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const people = async (value: string): Promise<number> =>
      (await send(sandbox, 'GET', '/v1/people', { headers: { authorization: `Bearer ${value}` } })).status
    expect(await people(token)).toBe(403)
    expect(await people('vat_dead')).toBe(401)
  })

  it('open only what their scopes allow', async () => {
    const sandbox = await sandboxFor()
    const reader = await mint(sandbox, { scope: READ })
    expect((await put(sandbox, reader, [])).status).toBe(403)
    expect((await get(sandbox, reader)).status).toBe(200)
    const writer = await mint(sandbox, { scope: 'connectors.self:write-resource' })
    expect((await get(sandbox, writer)).status).toBe(403)
    expect((await put(sandbox, writer, [])).status).toBe(200)
  })
})
