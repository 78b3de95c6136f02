import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithService, programs } from '../support/service.ts'
import { bearer, createBrowser } from './browser.ts'
import { plainPages } from './plain-pages.ts'
import { ADA, type Desk, openDesk } from './support.ts'
import { startServer } from '../../server/start.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk({ runs: 1, server: { probe: { host: '127.0.0.1', port: 0 } } })
})
afterAll(() => desk.close())

describe('the probe address', () => {
  test('says that the process works, and that it can work, without a login', async () => {
    for (const path of ['/livez', '/readyz']) {
      const response = await askProbe(path)
      expect([response.status, await response.text()]).toEqual([200, 'ok'])
    }
  })

  test('says that it cannot work, and not why; the log does', async () => {
    desk.operator.trouble = 'the state at /var/lib/secret-place cannot be written'
    const response = await askProbe('/readyz')
    expect([response.status, await response.text()]).toEqual([503, 'not ready'])
    expect((await askProbe('/livez')).status).toBe(200)
    expect(desk.said.at(-1)).toMatchObject({ message: 'Not ready', facts: { why: desk.operator.trouble } })
    desk.operator.trouble = undefined
  })

  test('is not ready when the operator does not answer within a second', async () => {
    const { ready } = desk.operator
    desk.operator.ready = () => new Promise(() => undefined)
    expect((await askProbe('/readyz')).status).toBe(503)
    desk.operator.ready = async () => Promise.reject(new Error('broken'))
    expect((await askProbe('/readyz')).status).toBe(503)
    desk.operator.ready = ready
  })

  test.each(['/', '/metrics', '/healthz', '/api/status', '/login', '/livez/x'])(
    'has nothing else: %s',
    async (path) => {
      const response = await askProbe(path, { headers: bearer(ADA.token) })
      expect([response.status, await response.text()]).toEqual([404, 'not found'])
    },
  )

  test('is on the main address, too', async () => {
    expect(await (await fetch(`${desk.url}/livez`)).text()).toBe('ok')
    expect(await (await fetch(`${desk.url}/readyz`)).text()).toBe('ok')
  })
})

describe('every answer', () => {
  test.each(['/', '/login', '/api/status', '/api/nothing', '/nothing', '/metrics', '/livez'])(
    'has the headers that keep a browser from harm: %s',
    async (path) => {
      const { headers } = await fetch(`${desk.url}${path}`, { headers: bearer(ADA.token), redirect: 'manual' })
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('server')).toBeNull()
      expect(headers.get('x-powered-by')).toBeNull()
    },
  )

  test('of an asset may be kept, and is asked for again', async () => {
    const first = await fetch(`${desk.url}/assets/style.css`)
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'private, no-cache'])
    const etag = first.headers.get('etag') ?? ''
    const again = await fetch(`${desk.url}/assets/style.css`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  test('to what broke inside says nothing of the inside', async () => {
    const { snapshot } = desk.operator
    desk.operator.snapshot = async () => Promise.reject(new Error('inner detail'))
    const response = await fetch(`${desk.url}/api/status`, { headers: bearer(ADA.token) })
    desk.operator.snapshot = snapshot
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('inner detail')
    expect(desk.said.at(-1)?.facts['problem']).toBe('inner detail')
  })
})

describe('what is larger than any request of ours', () => {
  test('is refused as a body', async () => {
    const body = JSON.stringify({ reason: 'x'.repeat(70_000) })
    const response = await fetch(`${desk.url}/api/resources/people/pause`, {
      method: 'POST',
      headers: bearer(ADA.token),
      body,
    })
    expect(response.status).toBe(413)
  })

  test('is refused as a stream whose length nobody tells', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(10_000))),
    })
    const sent = fetch(`${desk.url}/api/resources/people/pause`, {
      method: 'POST',
      headers: bearer(ADA.token),
      body,
      duplex: 'half',
    } as RequestInit)
    expect((await sent).status).toBe(413)
  })

  test('is not what has no body at all, nor what has a short one whose length nobody tells', async () => {
    const head = `Host: ${new URL(desk.url).host}\r\nAuthorization: Bearer ${ADA.token}\r\nConnection: close\r\n`
    const bare = await say(`POST /api/resources/people/run HTTP/1.1\r\n${head}\r\n`)
    expect(bare).toMatch(/^HTTP\/1.1 202 /)
    const parted = `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    const short = await say(`POST /api/resources/people/pause HTTP/1.1\r\n${parted}2\r\n{}\r\n0\r\n\r\n`)
    expect(short).toMatch(/^HTTP\/1.1 400 [\s\S]*reason/)
  })

  test('is refused as a header', async () => {
    const response = await fetch(`${desk.url}/api/status`, { headers: { 'x-long': 'x'.repeat(70_000) } })
    expect(response.status).toBe(431)
  })
})

describe('an address that cannot be had', () => {
  test('because another program has it: the error names address, cause and remedy', async () => {
    const port = Number(new URL(desk.url).port)
    await expect(openDesk({ runs: 0, server: { port } })).rejects.toMatchObject({
      exitCode: 78,
      code: 'cannot-listen',
      message: `127.0.0.1:${port} cannot be listened on: another program already listens there (EADDRINUSE)`,
      hint: expect.stringContaining('set another port in server.') as unknown,
    })
  })

  test('because it is of no interface of this machine', async () => {
    await expect(openDesk({ runs: 0, server: { host: '192.0.2.1' } })).rejects.toMatchObject({
      exitCode: 78,
      message: '192.0.2.1:0 cannot be listened on: 192.0.2.1 is no address of this machine (EADDRNOTAVAIL)',
    })
  })

  test('for probes lets go of the main one', async () => {
    const { operator } = desk
    const [taken, free] = [Number(new URL(desk.url).port), await freePort()]
    const { server } = operator.settings
    const spec = { ...server, port: free, probe: { host: '127.0.0.1', port: taken } }
    await expect(startServer({ operator, spec, createPages: plainPages })).rejects.toMatchObject({ exitCode: 78 })
    const { probe: _, ...without } = spec
    const started = await startServer({ operator, spec: without, createPages: plainPages })
    await started.stop()
  })
})

describe('stopping', () => {
  test('ends streams, lets an answer that is under way go to its end, and takes no new connection', async () => {
    const own = await openDesk({ runs: 0 })
    const stream = await fetch(`${own.url}/api/events`, { headers: bearer(ADA.token) })
    const { check } = own.operator
    let checking: Promise<Response> | undefined
    await new Promise<void>((resolve) => {
      own.operator.check = async (name) => {
        resolve()
        await wait(200)
        return check(name)
      }
      checking = fetch(`${own.url}/api/connectors/people-csv/check`, { method: 'POST', headers: bearer(ADA.token) })
    })
    const stopped = own.server.stop()
    expect(await stream.text()).toContain('hello')
    const answer = await checking
    expect([answer?.status, answer?.headers.get('connection')]).toEqual([200, 'close'])
    await stopped
    await own.server.promise
    await expect(fetch(`${own.url}/livez`)).rejects.toThrow('fetch failed')
    await own.close()
  })

  test('does not wait for an answer that takes longer than a second, nor for a client that never asks', async () => {
    const own = await openDesk({ runs: 0 })
    own.operator.check = () => new Promise(() => undefined)
    const idle = connect(Number(new URL(own.url).port), '127.0.0.1')
    const checking = fetch(`${own.url}/api/connectors/people-csv/check`, {
      method: 'POST',
      headers: bearer(ADA.token),
    }).catch(() => 'cut')
    await wait(100)
    const began = performance.now()
    await own.server.stop()
    expect(performance.now() - began).toBeLessThan(3000)
    expect(await checking).toBe('cut')
    idle.destroy()
    await own.server.kill()
    await own.close()
  })
})

describeWithService('with a certificate', programs('openssl'), () => {
  let folder: string
  let own: Desk
  const files = (): { cert: string; key: string } => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vanta-sync-tls-'))
    makeCertificate(folder, 'first.example.com')
    own = await openDesk({ runs: 0, server: { tls: files() } })
  })
  afterAll(async () => {
    await own.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('it speaks https alone, and tells browsers to stay with it', async () => {
    expect(own.url).toMatch(/^https:/)
    const seen = await askTls(`${own.url}/login`)
    expect([seen.status, seen.name]).toEqual([200, 'first.example.com'])
    expect(seen.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(seen.headers['set-cookie']?.[0]).toMatch(
      /^__Host-vanta-sync=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    await expect(fetch(own.url.replace('https', 'http'))).rejects.toThrow('fetch failed')
  })

  test('a new one is taken without a new start; the same again changes nothing', async () => {
    makeCertificate(folder, 'second.example.com')
    expect(await own.server.reloadTls()).toBeUndefined()
    expect((await askTls(`${own.url}/livez`)).name).toBe('second.example.com')
    const before = own.said.length
    expect(await own.server.reloadTls()).toBeUndefined()
    expect(own.said.length).toBe(before)
  })

  test('one that cannot be used is reported, and the old one stays', async () => {
    const { cert, key } = files()
    await writeFile(cert, 'no certificate')
    expect(await own.server.reloadTls()).toContain(cert)
    makeCertificate(folder, 'third.example.com')
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-out', key], { stdio: 'ignore' })
    expect(await own.server.reloadTls()).toContain('server.tls is not usable')
    await rm(cert)
    expect(await own.server.reloadTls()).toContain('server.tls.cert cannot be read')
    expect((await askTls(`${own.url}/livez`)).name).toBe('second.example.com')
    expect(own.said.at(-1)).toMatchObject({ level: 'error' })
  })

  test('a start with one that cannot be used is an error of the configuration', async () => {
    await expect(openDesk({ runs: 0, server: { tls: files() } })).rejects.toMatchObject({ exitCode: 78 })
  })
})

describe('the health of the resources', () => {
  test('is red while one is failing, and names it in words or in JSON', async () => {
    const text = await fetch(`${desk.url}/healthz`, { headers: bearer(ADA.token) })
    expect(text.status).toBe(503)
    expect(await text.text()).toMatch(/^unhealthy at .*\nmac-laptops: failing, .*\ntraining: stale, last success .*\n/)
    const json = await fetch(`${desk.url}/healthz`, { headers: { ...bearer(ADA.token), accept: 'application/json' } })
    const { resources } = (await json.json()) as { resources: { name: string; ok: boolean }[] }
    expect(resources.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['mac-laptops', 'training', 'directory'])
  })

  test('is not shown to whoever asks', async () => {
    expect((await fetch(`${desk.url}/healthz`)).status).toBe(401)
  })
})

test('a login survives a server that makes way for another', async () => {
  const browser = createBrowser(desk.url)
  await browser.login(ADA.name, ADA.password)
  const { operator, server } = desk
  const spec = { ...operator.settings.server, port: 0 }
  const next = await startServer({ operator, spec, createPages: plainPages, sessions: server.sessions })
  const same = createBrowser(next.url)
  same.cookie = browser.cookie
  expect((await same.get('/')).text).toContain('for ada approver')
  await next.stop()
})

async function askProbe(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${desk.server.probeUrl ?? ''}${path}`, init)
}

async function freePort(): Promise<number> {
  const { operator } = desk
  const { probe: _, ...spec } = operator.settings.server
  const started = await startServer({ operator, spec: { ...spec, port: 0 }, createPages: plainPages })
  await started.stop()
  return Number(new URL(started.url).port)
}

function makeCertificate(folder: string, name: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', `/CN=${name}`, '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' })
}

interface Seen {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  /** Of the certificate. */
  readonly name: string | undefined
}

function askTls(url: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    // The certificates are their own authorities; which one it is, is what is asked.
    const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })
    const asking = httpsRequest(url, { agent }, (answer) => {
      answer.resume()
      const { CN } = (answer.socket as TLSSocket).getPeerCertificate().subject
      const name = Array.isArray(CN) ? CN[0] : CN
      answer.once('end', () => resolve({ status: answer.statusCode, headers: answer.headers, name }))
    })
    asking.once('error', reject)
    asking.end()
  })
}

/** As it stands, since `fetch` tells a length even where there is nothing. */
function say(request: string): Promise<string> {
  const { hostname, port } = new URL(desk.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request))
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => (answer += part))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}
