import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isSyncError, messageOf } from '../../../core/errors.ts'
import type { VantaClient } from '../../../core/vanta/client.ts'
import { createVantaClient } from '../../../core/vanta/create-client.ts'
import { changedNothing } from '../../../core/vanta/outcome.ts'
import { createTransport, type TransportOptions } from '../../../core/network/transport.ts'
import {
  createAuthority,
  type LoopbackServer,
  listen,
  listenHttp,
  listenHttps,
  listenProxy,
  listenSilently,
  type TestAuthority,
} from '../../support/loopback.ts'
import { createTestContext, failureOf, type TestContext } from '../../support/vanta-client.ts'

const PATH = '/v1/resources/user_account'

interface Seen {
  readonly line: string
  readonly length: string | undefined
  readonly authorization: string | undefined
  readonly body: string
}

let authority: TestAuthority
let undo: (() => Promise<void>)[] = []
let seen: Seen[] = []

/** Vanta's three requests, over real sockets. */
const vanta: RequestListener = (request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { method, url, headers } = request
    const body = Buffer.concat(parts).toString()
    seen.push({
      line: `${method} ${url}`,
      length: headers['content-length'],
      authorization: headers.authorization,
      body,
    })
    response.setHeader('content-type', 'application/json')
    if (url === '/oauth/token') response.end('{"access_token":"vat_1","expires_in":3599}')
    else if (method === 'PUT') response.end('{"success":true}')
    else response.end('{"resources":[]}')
  })
}

function kept<T extends LoopbackServer>(server: T): T {
  undo.push(async () => server.close())
  return server
}

interface Opened {
  readonly client: VantaClient
  readonly context: TestContext
}

async function open(baseUrl: string, options: Partial<TransportOptions> = {}): Promise<Opened> {
  const transport = await createTransport({ env: {}, ...options })
  undo.push(async () => transport.close())
  const context = createTestContext({
    transport,
    vanta: { baseUrl, limits: { tokenRequests: 5, resourceRequests: 20 } },
  })
  return { client: createVantaClient(context), context }
}

function put(body = '{"resourceId":"r","resources":[]}') {
  return { path: PATH, resourceId: 'r', body: Buffer.from(body), records: 0, requests: { put: 0, get: 0 } }
}

beforeAll(async () => {
  authority = await createAuthority()
})

afterAll(async () => {
  await authority.remove()
})

afterEach(async () => {
  for (const step of undo.toReversed()) await step()
  undo = []
  seen = []
})

describe('the real way out', () => {
  test('carries token, PUT with its exact length, and GET without a body', async () => {
    const server = kept(await listenHttp(vanta))
    const { client } = await open(`http://127.0.0.1:${server.port}`)
    const body = JSON.stringify({ resourceId: 'r', resources: ['ü'.repeat(500_000)] })
    await client.putRecords(put(body))
    await client.fetchRecords(PATH, 'r', { put: 0, get: 0 })
    expect(seen.map(({ line, authorization }) => [line, authorization])).toEqual([
      ['POST /oauth/token', undefined],
      [`PUT ${PATH}`, 'Bearer vat_1'],
      [`GET ${PATH}?resourceId=r`, 'Bearer vat_1'],
    ])
    expect(seen[1]?.length).toBe(String(Buffer.byteLength(body)))
    expect(seen[1]?.body).toBe(body)
    expect(seen[2]).toMatchObject({ length: undefined, body: '' })
  })

  test('a redirect of a token request names the base URL to use', async () => {
    const server = kept(
      await listenHttp((_, response) =>
        response.writeHead(308, { location: 'https://api.vanta.com/oauth/token' }).end(),
      ),
    )
    const { client } = await open(`http://127.0.0.1:${server.port}`)
    expect(await failureOf(client.connect())).toMatchObject({
      code: 'wrong-base-url',
      hint: expect.stringContaining('https://api.vanta.com.'),
    })
  })

  test('a redirect of a PUT is refused: not followed, not retried, and nothing changed', async () => {
    const elsewhere = kept(await listenHttp(vanta))
    const server = kept(
      await listenHttp((request, response) => {
        if (request.url === '/oauth/token') vanta(request, response)
        else response.writeHead(308, { location: `http://127.0.0.1:${elsewhere.port}${PATH}` }).end()
      }),
    )
    const { client, context } = await open(`http://127.0.0.1:${server.port}`)
    const request = put()
    const error = await failureOf(client.putRecords(request))
    expect(error).toMatchObject({ code: 'wrong-base-url', exitCode: 20 })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(request.requests.put).toBe(1)
    expect(seen.map(({ line }) => line)).toEqual(['POST /oauth/token'])
  })

  test('an answer cut in its middle is retried as a lost connection', async () => {
    const server = kept(
      await listenHttp((request, response) => {
        if (request.url === '/oauth/token') return vanta(request, response)
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"succ', () => response.destroy())
      }),
    )
    const { client, context } = await open(`http://127.0.0.1:${server.port}`)
    const request = put()
    const error = await failureOf(client.putRecords(request))
    expect(error).toMatchObject({ code: 'outcome-unknown', cause: { code: 'connection-lost' } })
    expect(changedNothing(error, context.signal)).toBe(false)
    expect(request.requests.put).toBe(5)
  })

  test('a port that nobody listens on and a name that nobody knows are told apart, both never sent', async () => {
    const gone = await listenHttp(vanta)
    await gone.close()
    const refused = await open(`http://127.0.0.1:${gone.port}`)
    expect(await failureOf(refused.client.connect())).toMatchObject({
      code: 'connection-refused',
      exitCode: 21,
      message: expect.stringContaining(`127.0.0.1:${gone.port}`),
    })
    const unknown = await open('http://vanta.invalid')
    expect(await failureOf(unknown.client.connect())).toMatchObject({
      code: 'dns-failed',
      message: expect.stringContaining('vanta.invalid'),
    })
  })

  test('aborting ends a request that waits for its answer', async () => {
    const server = kept(await listenSilently())
    const transport = await createTransport({ env: {} })
    undo.push(async () => transport.close())
    const controller = new AbortController()
    const vantaSpec = { baseUrl: `http://127.0.0.1:${server.port}`, limits: { tokenRequests: 5, resourceRequests: 20 } }
    const context = createTestContext({ transport, vanta: vantaSpec, signal: controller.signal })
    const connecting = failureOf(createVantaClient(context).connect())
    await server.arrived
    const reason = new Error('stop')
    controller.abort(reason)
    expect(await connecting).toBe(reason)
  })

  test('close ends what somebody left behind', async () => {
    const server = kept(await listenSilently())
    const transport = await createTransport({ env: {} })
    const left = failureOf(transport.fetch(`http://127.0.0.1:${server.port}/`))
    await server.arrived
    await transport.close()
    expect(await left).toBeInstanceOf(TypeError)
  })
})

describe('certificates', () => {
  test('of a private authority are refused, with the way to name it', async () => {
    const server = kept(await listenHttps(authority, vanta))
    const { client, context } = await open(`https://localhost:${server.port}`)
    const request = put()
    const error = await failureOf(client.putRecords(request))
    expect(error).toMatchObject({ code: 'tls-failed', exitCode: 21, hint: expect.stringContaining('`ca`') })
    expect(changedNothing(error, context.signal)).toBe(true)
    expect(context.clock.slept).toEqual([])
    expect(seen).toEqual([])
  })

  test('are trusted when vanta.ca or NODE_EXTRA_CA_CERTS names the authority', async () => {
    const server = kept(await listenHttps(authority, vanta))
    const url = `https://localhost:${server.port}`
    await (await open(url, { ca: authority.ca })).client.connect()
    await (await open(url, { env: { NODE_EXTRA_CA_CERTS: authority.caFile } })).client.connect()
    expect(seen).toHaveLength(2)
  })

  test('for another name stay refused', async () => {
    const server = kept(await listenHttps(authority, vanta))
    const { client } = await open(`https://127.0.0.1:${server.port}`, { ca: authority.ca })
    expect(await failureOf(client.connect())).toMatchObject({
      code: 'tls-failed',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    })
    expect(seen).toEqual([])
  })

  test('a file that is missing, empty or damaged is a configuration error that names it', async () => {
    const missing = join(authority.folder, 'missing.pem')
    expect(await failureOf(createTransport({ env: { NODE_EXTRA_CA_CERTS: missing } }))).toMatchObject({
      code: 'ca-unreadable',
      exitCode: 78,
      message: expect.stringContaining(missing),
    })
    const empty = join(authority.folder, 'empty.pem')
    await writeFile(empty, 'nothing\n')
    expect(await failureOf(createTransport({ env: { NODE_EXTRA_CA_CERTS: empty } }))).toMatchObject({ code: 'bad-ca' })
    const damaged = `${authority.ca}\n${authority.ca.replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA')}`
    expect(await failureOf(createTransport({ ca: damaged, env: {} }))).toMatchObject({
      code: 'bad-ca',
      exitCode: 78,
      message: expect.stringContaining('Certificate 2 of 2 in vanta.ca'),
    })
  })

  test('a port that speaks no TLS is told from one that is not trusted', async () => {
    const server = kept(await listenHttp(vanta))
    const { client } = await open(`https://127.0.0.1:${server.port}`)
    expect(await failureOf(client.connect())).toMatchObject({
      code: 'tls-failed',
      hint: expect.stringContaining('https'),
    })
  })

  test('a connection cut in the handshake was certainly never used', async () => {
    const server = kept(await listen(createServer((socket) => socket.once('data', () => socket.destroy()))))
    const { client, context } = await open(`https://127.0.0.1:${server.port}`)
    const error = await failureOf(client.connect())
    expect(error).toMatchObject({ code: 'tls-failed', message: expect.stringContaining('5 attempts') })
    expect(changedNothing(error, context.signal)).toBe(true)
  })
})

describe('a proxy', () => {
  test('carries https to a private authority, with its credentials, and is named without them', async () => {
    const server = kept(await listenHttps(authority, vanta))
    const proxy = kept(await listenProxy())
    const env = { HTTPS_PROXY: `http://jo:p%40ss@127.0.0.1:${proxy.port}` }
    const { client, context } = await open(`https://localhost:${server.port}`, { ca: authority.ca, env })
    await client.putRecords(put())
    expect(seen).toHaveLength(2)
    const basic = `Basic ${Buffer.from('jo:p@ss').toString('base64')}`
    expect(proxy.asked[0]).toEqual({ target: `localhost:${server.port}`, authorization: basic })
    expect(context.transport.proxyFor?.(`https://localhost:${server.port}/x`)).toEqual({
      url: `http://127.0.0.1:${proxy.port}`,
      variable: 'HTTPS_PROXY',
    })
    expect(inspect(context.transport, { depth: 9 })).not.toContain('p%40ss')
  })

  test('is passed by for what NO_PROXY names', async () => {
    const server = kept(await listenHttp(vanta))
    const proxy = kept(await listenProxy())
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'localhost,127.0.0.1' }
    await (await open(`http://127.0.0.1:${server.port}`, { env })).client.connect()
    expect(proxy.asked).toEqual([])
    await (await open(`http://127.0.0.1:${server.port}`, { env: { ...env, NO_PROXY: 'elsewhere' } })).client.connect()
    expect(proxy.asked).toHaveLength(1)
  })

  test('does not hide an untrusted certificate behind it', async () => {
    const server = kept(await listenHttps(authority, vanta))
    const proxy = kept(await listenProxy())
    const { client } = await open(`https://localhost:${server.port}`, {
      env: { HTTPS_PROXY: `127.0.0.1:${proxy.port}` },
    })
    const error = await failureOf(client.connect())
    expect(error).toMatchObject({ code: 'tls-failed', message: expect.stringContaining('through the proxy') })
  })

  test.each([
    [407, 1],
    [403, 1],
    [502, 5],
  ])('that answers %i is blamed itself, after %i attempts', async (status, attempts) => {
    const proxy = kept(await listenProxy({ refuse: status }))
    const env = { HTTPS_PROXY: `http://jo:canary@127.0.0.1:${proxy.port}` }
    const { client, context } = await open('https://api.vanta.test', { env })
    const error = await failureOf(client.connect())
    expect(error).toMatchObject({ code: 'proxy-failed', exitCode: 21, message: expect.stringContaining(`(${status})`) })
    expect(proxy.asked).toHaveLength(attempts)
    expect(changedNothing(error, context.signal)).toBe(true)
    const shown = isSyncError(error) ? `${messageOf(error)} ${error.hint} ${inspect(error, { depth: 9 })}` : 'canary'
    expect(shown).not.toContain('canary')
    expect(shown).not.toContain(Buffer.from('jo:canary').toString('base64'))
  })

  test('that nobody listens on is blamed itself, and the way around it is named', async () => {
    const gone = await listenProxy()
    await gone.close()
    const { client } = await open('https://api.vanta.test', { env: { HTTPS_PROXY: `http://127.0.0.1:${gone.port}` } })
    expect(await failureOf(client.connect())).toMatchObject({
      code: 'proxy-failed',
      message: expect.stringContaining(`http://127.0.0.1:${gone.port} (HTTPS_PROXY)`),
      hint: expect.stringContaining('NO_PROXY'),
    })
  })
})

describe('fetch for connectors', () => {
  test('sends global forms and global requests as what they are', async () => {
    const server = kept(await listenHttp(vanta))
    const transport = await createTransport({ env: {} })
    undo.push(async () => transport.close())
    const url = `http://127.0.0.1:${server.port}/form`
    const form = new FormData()
    form.append('note', 'grüße')
    form.append('file', new Blob(['a,b\n']), 'people.csv')
    await transport.fetch(url, { method: 'POST', body: form })
    await transport.fetch(new Request(url, { method: 'POST', body: 'plain', headers: { authorization: 'Bearer x' } }))
    expect(seen[0]?.body).toContain('filename="people.csv"')
    expect(seen[0]?.body).toContain('grüße')
    expect(seen[1]).toMatchObject({ line: 'POST /form', body: 'plain', authorization: 'Bearer x' })
  })
})
