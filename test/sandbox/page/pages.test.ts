import { describe, expect, it } from 'vitest'
import { mint, put, RESOURCE_ID, sandboxFor, send, user } from '../support.ts'

describe('the page', () => {
  it('says so when nothing was pushed yet', async () => {
    const reply = await send(await sandboxFor(), 'GET', '/')
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('Nothing has been pushed yet')
    expect(reply.text).toContain('No requests yet')
  })

  it('shows applications, counts, records with their state and requests, and no secret', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1'), user('E-2')])
    await put(sandbox, token, [user('E-2')])
    const { text } = await send(sandbox, 'GET', '/')
    const { clientId, clientSecret } = sandbox.credentials
    expect(text).toContain(clientId)
    expect(text).toContain(RESOURCE_ID)
    expect(text).toMatch(/1 live/)
    expect(text).toMatch(/1 deleted/)
    expect(text).toContain(`/_sandbox/resources/${clientId}/user_account/${RESOURCE_ID}/E-1`)
    expect(text).toContain('PUT /v1/resources/user_account')
    expect(text).not.toContain(clientSecret)
    expect(text).not.toContain(token)
  })

  it('escapes what was pushed, in text and in attributes', async () => {
    const sandbox = await sandboxFor()
    const attack = `"><script>alert('x')</script>`
    await put(sandbox, await mint(sandbox), [user(attack, { displayName: attack }), user('a/b?c')])
    const { text } = await send(sandbox, 'GET', '/')
    expect(text).toContain(`/user_account/${RESOURCE_ID}/a%2Fb%3Fc"`)
    expect(text).not.toContain('<script')
    expect(text).toContain('&lt;script&gt;')
  })

  it('uses no script and no inline style, and its policy forbids both', async () => {
    const sandbox = await sandboxFor()
    await put(sandbox, await mint(sandbox), [user('E-1')])
    sandbox.control.fail({ method: 'GET' }, { status: 503 })
    const { text, headers } = await send(sandbox, 'GET', '/')
    expect(text).not.toMatch(/<script|\sstyle=|\son\w+=/i)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'")
    for (const [path, type] of [
      ['/_sandbox/style.css', /^text\/css/],
      ['/_sandbox/icon.svg', /^image\/svg/],
    ] as const) {
      expect(text).toContain(path)
      expect((await send(sandbox, 'GET', path)).headers.get('content-type')).toMatch(type)
    }
  })

  it('shows 200 of many records and says how many more there are', async () => {
    const sandbox = await sandboxFor()
    const people = Array.from({ length: 250 }, (_, i) => user(`E-${i}`))
    await put(sandbox, await mint(sandbox), people)
    const { text } = await send(sandbox, 'GET', '/')
    expect(text.match(/<tr class="held">/g)).toHaveLength(200)
    expect(text).toContain('50 more, not shown here')
  })

  it('shows custom properties as columns, and the faults that are set', async () => {
    const sandbox = await sandboxFor()
    await put(sandbox, await mint(sandbox), [user('E-1', { customProperties: { badgeColour: 'green' } })])
    sandbox.control.fail({ method: 'PUT', path: '/v1' }, { status: 503 })
    const { text } = await send(sandbox, 'GET', '/')
    expect(text).toContain('badge colour')
    expect(text).toContain('green')
    expect(text).toContain('PUT /v1')
  })

  it('reloads itself when asked for it, and not otherwise', async () => {
    const sandbox = await sandboxFor()
    expect((await send(sandbox, 'GET', '/')).text).not.toContain('http-equiv="refresh"')
    expect((await send(sandbox, 'GET', '/?refresh=5')).text).toContain('<meta http-equiv="refresh" content="5">')
    expect((await send(sandbox, 'GET', '/?refresh=0;url=x')).text).not.toContain('http-equiv="refresh"')
  })
})
