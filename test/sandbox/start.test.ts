import { createConnection, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { RequestEntry } from '../../sandbox/request-log.ts'
import { startSandbox } from '../../sandbox/start.ts'
import { askToken, mint, put, RESOURCE_ID, sandboxFor, send, user, USERS } from './support.ts'

describe('startSandbox', () => {
  it('listens on the loopback interface at a free port, and twice at once', async () => {
    const [one, two] = [await sandboxFor(), await sandboxFor()]
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(two.url).not.toBe(one.url)
    expect((await askToken(one)).status).toBe(200)
  })

  it('takes the credentials that it is given', async () => {
    const sandbox = await sandboxFor({
      applications: [{ clientId: 'vci_a', clientSecret: 'vcs_a' }, { clientId: 'vci_b' }],
    })
    expect(sandbox.credentials).toMatchObject({ clientId: 'vci_a', clientSecret: 'vcs_a' })
    expect(sandbox.applications.map((application) => application.clientId)).toEqual(['vci_a', 'vci_b'])
    expect((await askToken(sandbox, { client_id: 'vci_a', client_secret: 'vcs_a' })).status).toBe(200)
  })

  it.each([
    ['an unknown scope', [{ scopes: ['connectors.self:read'] }], 'known are connectors.self:read-resource'],
    ['a client id twice', [{ clientId: 'vci_a' }, { clientId: 'vci_a' }], 'one client id'],
    ['a malformed resource id', [{ resources: [{ type: 'secret', resourceId: '1' }] }], '24 hex digits'],
  ] as const)('refuses %s', async (_, applications, expected) => {
    await expect(startSandbox({ applications })).rejects.toThrow(expected)
  })

  it('rejects when the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    try {
      const { port } = blocker.address() as AddressInfo
      await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    } finally {
      blocker.close()
    }
  })

  it('stops at once, with connections open and requests waiting, and settles its promise', async () => {
    const sandbox = await startSandbox()
    const idle = createConnection(Number(new URL(sandbox.url).port), '127.0.0.1')
    await once(idle, 'connect')
    sandbox.control.fail({ method: 'PUT' }, { delay: 20_000 })
    const waiting = Promise.allSettled([put(sandbox, await mint(sandbox), [])])
    await expect.poll(() => sandbox.control.requests().length).toBe(2)
    const closed = once(idle, 'close')
    await Promise.all([sandbox.stop(), sandbox.stop()])
    await Promise.all([sandbox.promise, closed])
    expect(await waiting).toMatchObject([{ status: 'rejected' }])
    expect(sandbox.control.requests()[1]).toMatchObject({ status: null, note: 'the sandbox was stopped' })
    await expect(send(sandbox, 'GET', '/')).rejects.toThrow('fetch failed')
  })

  it('tells each request when it is over, broken ones too', async () => {
    const told: RequestEntry[] = []
    const sandbox = await sandboxFor({ onRequest: (entry) => told.push(entry) })
    const token = await mint(sandbox)
    sandbox.control.fail({ method: 'PUT' }, { reset: 'after-body' })
    await expect(put(sandbox, token, [user('E-1')])).rejects.toThrow('fetch failed')
    await send(sandbox, 'GET', '/')
    await expect.poll(() => told.length).toBe(2)
    expect(told).toMatchObject([
      { number: 1, method: 'POST', path: '/oauth/token', status: 200, token: 'token-1' },
      { number: 2, method: 'PUT', path: USERS, status: null, note: 'reset after the body was read' },
    ])
  })

  it('keeps the former state when a client dies in the middle of a PUT', async () => {
    const sandbox = await sandboxFor()
    const token = await mint(sandbox)
    await put(sandbox, token, [user('E-1')])
    const socket = createConnection(Number(new URL(sandbox.url).port), '127.0.0.1')
    await once(socket, 'connect')
    const head = `PUT ${USERS} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json`
    socket.write(`${head}\r\ncontent-length: 1000\r\n\r\n{"resourceId":"${RESOURCE_ID}","resources":[]}`)
    await expect.poll(() => sandbox.control.requests().length).toBe(3)
    socket.destroy()
    await expect.poll(() => sandbox.control.requests()[2]?.note).toBe('the client went away')
    expect(sandbox.control.records({ type: 'user_account', resourceId: RESOURCE_ID })).toMatchObject([
      { deletedAt: null },
    ])
  })

  it('leaves the global Request and Response alone', async () => {
    const before = [globalThis.Request, globalThis.Response]
    await sandboxFor()
    expect([globalThis.Request, globalThis.Response]).toEqual(before)
  })
})
