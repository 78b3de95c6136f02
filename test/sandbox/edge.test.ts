import { describe, expect, it } from 'vitest'
import { BODY_LIMIT } from '../../sandbox/body.ts'
import { askToken, get, mint, put, RESOURCE_ID, rows, sandboxFor, send, sendRaw, user, USERS } from './support.ts'

function bodyWith(filler: string): string {
  return JSON.stringify({ resourceId: RESOURCE_ID, resources: [user('E-1', { roleDescription: filler })] })
}

/** A PUT body of exactly so many bytes. */
function bodyOf(bytes: number): Buffer {
  return Buffer.from(bodyWith('x'.repeat(bytes - bodyWith('').length)))
}

describe('paths', () => {
  it.each([
    ['PUT', '/v1/resources/nothing'],
    ['PUT', '/v1/v1/resources/user_account'],
    ['POST', '/v1/resources/user_account'],
    ['DELETE', '/v1/resources/user_account'],
    ['GET', '/v1/resources'],
    ['GET', '/oauth/token'],
    ['PUT', '/v1/<b>'],
  ])('that are unknown answer 404 in HTML: %s %s', async (method, path) => {
    const sandbox = await sandboxFor()
    const reply = await send(sandbox, method, path)
    const shown = path.replace('<b>', '%3Cb%3E')
    expect(reply.status).toBe(404)
    expect(reply.headers.get('content-type')).toMatch(/^text\/html/)
    expect(reply.text).toContain(`<pre>Cannot ${method} ${shown}</pre>`)
  })
})

describe('the body limit', () => {
  it('lets 10,485,760 bytes through', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = bodyOf(BODY_LIMIT)
    expect(body.length).toBe(10_485_760)
    expect((await send(sandbox, 'PUT', USERS, { body, headers })).status).toBe(200)
  })

  it.each(['with its length', 'in chunks'])('answers one byte more with 413 in plain text, sent %s', async (how) => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    const body = bodyOf(BODY_LIMIT + 1)
    const reply = await sendRaw(sandbox, {
      method: 'PUT',
      path: USERS,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(how === 'in chunks' ? {} : { 'content-length': String(body.length) }),
      },
      pieces: [body.subarray(0, 6_000_000), body.subarray(6_000_000)],
    })
    expect(reply).toEqual({ status: 413, text: 'HTTP content length exceeded 10485760 bytes.' })
    expect(await rows(sandbox, token)).toEqual([])
  })
})

describe('a GET with a body', () => {
  it.each([
    ['of known length', { 'content-length': '2' }],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('%s gets 403 in HTML from the edge', async (_, framing) => {
    const sandbox = await sandboxFor()
    const reply = await sendRaw(sandbox, {
      method: 'GET',
      path: `${USERS}?resourceId=${RESOURCE_ID}`,
      headers: { authorization: `Bearer ${await mint(sandbox)}`, ...(framing as Record<string, string>) },
      pieces: ['{}'],
    })
    expect(reply.status).toBe(403)
    expect(reply.text).toMatch(/^<!DOCTYPE html>/)
  })
})

describe('a HEAD', () => {
  it('is answered like a GET, without the body', async () => {
    const sandbox = await sandboxFor()
    const headers = { authorization: `Bearer ${await mint(sandbox)}` }
    const reply = await send(sandbox, 'HEAD', `${USERS}?resourceId=${RESOURCE_ID}`, { headers })
    expect([reply.status, reply.text]).toEqual([200, ''])
  })
})

describe('the host of another region', () => {
  it('answers every request with 308 and where to go', async () => {
    const sandbox = await sandboxFor({ redirectTo: 'https://api.vanta.com/' })
    for (const reply of [
      await askToken(sandbox),
      await get(sandbox, 'vat_any'),
      await put(sandbox, 'vat_any', [user('E-1')]),
    ]) {
      expect(reply.status).toBe(308)
      expect(reply.headers.get('location')).toMatch(/^https:\/\/api\.vanta\.com\/(oauth|v1)\//)
    }
  })
})
