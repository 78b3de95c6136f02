import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type HttpRequest, send, sendForText } from '../../../connectors/network/http.ts'
import { Secret } from '../../../core/secret.ts'
import { messageOf } from '../../../core/errors.ts'
import { listen, listenProxy, listenSilently } from '../../support/loopback.ts'
import type { Reply, ScriptedApi } from '../../support/scripted-api.ts'
import { api, failureOf, http, httpInRealTime } from './fixture.ts'

function get(server: { url: string }, path = '/people?token=s3cret', more: Partial<HttpRequest> = {}): HttpRequest {
  return { url: new URL(server.url + path), ...more }
}

/** Replies in order; the last one again and again. */
async function replies(...script: readonly Reply[]): Promise<ScriptedApi> {
  return api((_, count) => script[count - 1] ?? script.at(-1) ?? {})
}

async function read(parts: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  return Buffer.concat(all).toString()
}

describe('an answer as text', () => {
  test('has status, headers and text, and the next requests share its connection', async () => {
    const server = await replies({ headers: { etag: '"7"' }, body: 'grün' })
    const context = await http()
    const answer = await sendForText(get(server), context)
    expect([answer.status, answer.headers.get('etag'), answer.text]).toEqual([200, '"7"', 'grün'])
    for (let i = 0; i < 8; i++) await sendForText(get(server), context)
    // undici may open a second one, when the first is not quite free yet.
    expect(new Set(server.asked.map(({ clientPort }) => clientPort)).size).toBeLessThanOrEqual(2)
    expect(server.asked[0]).toMatchObject({ method: 'GET', path: '/people?token=s3cret', body: '' })
  })

  test('is unpacked, and read in the charset that it names', async () => {
    const server = await replies(
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('grün') },
      {
        headers: { 'content-type': 'text/plain; charset="ISO-8859-1"' },
        body: Buffer.from([0x67, 0x72, 0xfc, 0x6e]),
      },
    )
    const context = await http()
    expect((await sendForText(get(server), context)).text).toBe('grün')
    expect((await sendForText(get(server), context)).text).toBe('grün')
    expect(server.asked[0]?.headers['accept-encoding']).toContain('gzip')
  })

  test('that is not of its charset, or of none, is refused', async () => {
    const server = await replies(
      { body: Buffer.from([0x67, 0xfc]) },
      { headers: { 'content-type': 'text/plain; charset=klingon' } },
    )
    const context = await http()
    expect(await failureOf(sendForText(get(server), context))).toMatchObject({
      code: 'http-charset',
      name: 'OperatorError',
      message: expect.stringContaining('not the utf-8'),
    })
    expect(await failureOf(sendForText(get(server), context))).toMatchObject({ code: 'http-charset' })
  })

  test('larger than the limit is refused, also when it is small until it is unpacked', async () => {
    const server = await replies({ headers: { 'content-encoding': 'gzip' }, body: gzipSync('x'.repeat(5000)) })
    const failing = sendForText(get(server, '/', { maxBytes: 4999 }), await http())
    expect(await failureOf(failing)).toMatchObject({ code: 'http-too-large', name: 'OperatorError' })
    expect(server.asked.length).toBe(1)
    expect((await sendForText(get(server, '/', { maxBytes: 5000 }), await http())).text.length).toBe(5000)
  })

  test('cut in its middle is asked for again', async () => {
    const server = await replies({ body: 'all of it', cutAt: 4 }, { body: 'all of it' })
    const context = await http()
    expect((await sendForText(get(server), context)).text).toBe('all of it')
    expect(context.clock.slept).toEqual([1000])
    expect(context.warnings[0]?.facts).toMatchObject({ attempt: 1, waitMs: 1000 })
  })
})

describe('another attempt', () => {
  test.each([429, 500, 502, 503, 504])('follows %i after 1, 2, 4 and 8 s, and then no more', async (status) => {
    const server = await replies({ status })
    const context = await http()
    const error = await failureOf(sendForText(get(server), context))
    expect(error).toMatchObject({ name: 'RetryLaterError', message: expect.stringContaining('after 5 attempts') })
    expect(error.message).toContain(String(status))
    expect(context.clock.slept).toEqual([1000, 2000, 4000, 8000])
    expect(server.asked.length).toBe(5)
  })

  test.each([400, 401, 403, 404, 410, 422, 501])('does not follow %i', async (status) => {
    const server = await replies({ status })
    await failureOf(sendForText(get(server), await http()))
    expect(server.asked.length).toBe(1)
  })

  test('waits as long as Retry-After says, in seconds or as a date', async () => {
    const server = await replies(
      { status: 429, headers: { 'retry-after': '90' } },
      { status: 503, headers: { 'retry-after': 'Mon, 23 Nov 2026 09:32:30 GMT' } },
      { body: 'at last' },
    )
    const context = await http({ random: () => 0 })
    expect((await sendForText(get(server), context)).text).toBe('at last')
    expect(context.clock.slept).toEqual([90_000, 60_000])
  })

  test('is not waited for longer than 120 s', async () => {
    const server = await replies({ status: 429, headers: { 'retry-after': '121' } })
    const context = await http()
    const error = await failureOf(sendForText(get(server), context))
    expect(error).toMatchObject({ name: 'RetryLaterError', code: 'http-rate-limited' })
    expect(error.message).toMatch(/asks to wait 2 min/)
    expect(context.clock.slept).toEqual([])
  })

  test('follows a connection that is lost before the headers', async () => {
    const server = await replies({ cutAt: -1 }, { cutAt: -1 }, { body: 'here' })
    const context = await http()
    expect((await sendForText(get(server), context)).text).toBe('here')
    expect(context.clock.slept).toEqual([1000, 2000])
  })

  test('repeats the body of a POST', async () => {
    const server = await replies({ status: 503 }, { body: 'found' })
    await sendForText(get(server, '/search', { method: 'POST', body: '{"page":1}' }), await http())
    expect(server.asked.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{"page":1}'],
      ['POST', '{"page":1}'],
    ])
  })

  test('ends within a second when the run is aborted while it waits', async () => {
    const server = await replies({ status: 503, headers: { 'retry-after': '60' } })
    const abort = new AbortController()
    const context = await httpInRealTime({ signal: abort.signal })
    const reason = new Error('stop')
    const failing = failureOf(sendForText(get(server), context))
    await expect.poll(() => server.asked.length).toBe(1)
    const before = Date.now()
    abort.abort(reason)
    expect(await failing).toBe(reason)
    expect(Date.now() - before).toBeLessThan(1000)
  })
})

describe('a request without an answer', () => {
  test('says which layer failed, and who must act', async () => {
    const gone = await replies({})
    await gone.close()
    const refused = await failureOf(sendForText(get(gone), await http()))
    expect(refused).toMatchObject({ code: 'connection-refused', name: 'RetryLaterError' })
    expect(refused.message).toMatch(
      /127\.0\.0\.1:\d+ refuses the connection \(ECONNREFUSED\); gave up after 5 attempts/,
    )
  })

  test('blames the proxy when it is the proxy', async () => {
    const proxy = await listenProxy({ refuse: 403 })
    const server = await replies({ body: 'x' })
    const context = await http({}, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` })
    const error = await failureOf(sendForText(get(server), context))
    await proxy.close()
    expect(error).toMatchObject({ code: 'proxy-failed', name: 'OperatorError' })
    expect(error.message).toContain(`the proxy http://127.0.0.1:${proxy.port} (HTTP_PROXY) refuses`)
  })

  test('ends when the server is silent for too long, before the headers or within the body', async () => {
    const silent = await listenSilently()
    const context = await http()
    const url = `http://127.0.0.1:${silent.port}`
    const error = await failureOf(send(get({ url }, '/', { silenceMs: 200 }), context))
    await silent.close()
    expect(error).toMatchObject({ code: 'timed-out', name: 'RetryLaterError' })
    const half = await replies({ body: 'half of it', cutAt: 4, hangs: true })
    const answer = await send(get(half, '/', { silenceMs: 200 }), context)
    expect(await failureOf(read(answer.body()))).toMatchObject({ code: 'timed-out', name: 'RetryLaterError' })
  }, 20_000)

  test('ends within a second when the run is aborted, before the headers or within the body', async () => {
    const silent = await listenSilently()
    const half = await replies({ body: 'half of it', cutAt: 4, hangs: true })
    for (const url of [`http://127.0.0.1:${silent.port}`, half.url]) {
      const abort = new AbortController()
      const reason = new Error('stop')
      const failing = failureOf(sendForText(get({ url }), await httpInRealTime({ signal: abort.signal })))
      if (url === half.url) await expect.poll(() => half.asked.length).toBe(1)
      else await silent.arrived
      const before = Date.now()
      abort.abort(reason)
      expect(await failing).toBe(reason)
      expect(Date.now() - before).toBeLessThan(1000)
    }
    await silent.close()
  })
})

describe('a refusal', () => {
  test.each([
    [401, 'http-unauthorized', 'OperatorError'],
    [403, 'http-forbidden', 'OperatorError'],
    [404, 'http-not-found', 'OperatorError'],
    [410, 'http-not-found', 'OperatorError'],
    [422, 'http-refused', 'OperatorError'],
    [501, 'http-server-error', 'RetryLaterError'],
  ])('with %i is %s', async (status, code, name) => {
    const server = await replies({ status })
    expect(await failureOf(sendForText(get(server), await http()))).toMatchObject({ code, name, exitCode: 12 })
  })

  test('quotes the sentence of the server, without secrets, addresses and the query', async () => {
    const secret = new Secret('s3cret')
    const server = await replies({
      status: 400,
      body: { error: { message: 'no such filter: key s3cret of ada@example.com', internal: 'x' }, name: 'Ada' },
    })
    const error = await failureOf(sendForText(get(server, undefined, { secrets: [secret] }), await http()))
    expect(error.message).toBe(
      `GET ${server.url}/people was refused with 400 ("no such filter: key [secret] of [address]")`,
    )
    expect(messageOf(error)).not.toContain('s3cret')
  })

  test('that is a page is named as one', async () => {
    const server = await replies({ status: 403, body: '<!DOCTYPE html><title>Ada</title>' })
    expect((await failureOf(sendForText(get(server), await http()))).message).toMatch(/\(it sent an HTML page\)$/)
  })

  test('with a redirect is never followed, and a login page is named as such', async () => {
    const other = await replies({ body: 'elsewhere' })
    const server = await replies(
      { status: 302, headers: { location: `${other.url}/sso/login?RelayState=s3cret` } },
      { status: 301, headers: { location: '/v2/people?token=s3cret' } },
      { status: 302 },
    )
    const context = await http()
    const errors = [
      await failureOf(sendForText(get(server), context)),
      await failureOf(sendForText(get(server), context)),
      await failureOf(sendForText(get(server), context)),
    ]
    expect(errors.map(({ code }) => code)).toEqual(['http-login', 'http-redirected', 'http-redirected'])
    expect(errors[0]?.message).toMatch(/a login page, http:\/\/127\.0\.0\.1:\d+\/sso\/login$/)
    expect(errors[1]?.message).toMatch(/a redirect to http:\/\/127\.0\.0\.1:\d+\/v2\/people$/)
    expect(other.asked).toEqual([])
  })

  test('of a header that is none names it, and never shows its value', async () => {
    const server = await replies({})
    const context = await http()
    for (const headers of [{ 'x-key': 's3cret\nx' }, { 'x y': 's3cret' }, { Host: 's3cret' }]) {
      const error = await failureOf(sendForText(get(server, '/', { headers }), context))
      expect(error).toMatchObject({ code: 'bad-header', name: 'ConfigError' })
      expect(messageOf(error)).not.toContain('s3cret')
    }
    expect(server.asked).toEqual([])
  })
})

describe('an answer as a stream', () => {
  test('asks for no compression, and 304 is an answer where it is named', async () => {
    const server = await api(({ headers }) =>
      headers['if-none-match'] === '"7"' ? { status: 304 } : { headers: { etag: '"7"' }, body: 'a,b\n1,2\n' },
    )
    const context = await http()
    const first = await send(get(server), context)
    expect(await read(first.body())).toBe('a,b\n1,2\n')
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    const second = await send(get(server, '/', { headers, answers: [304] }), context)
    second.discard()
    expect(second.status).toBe(304)
    expect(await failureOf(send(get(server, '/', { headers }), context))).toMatchObject({ code: 'http-redirected' })
    expect(server.asked[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('that is cut fails with what happened, after the parts that came', async () => {
    const server = await replies({ body: 'all of it', cutAt: 4 })
    const answer = await send(get(server), await http())
    let text = ''
    const failing = (async () => {
      for await (const part of answer.body()) text += Buffer.from(part).toString()
    })()
    expect(await failureOf(failing)).toMatchObject({ code: 'connection-lost', name: 'RetryLaterError' })
    expect(text).toBe('all ')
  })

  test('flows no faster than it is read, and stopping ends the connection', async () => {
    let sent = 0
    const server = createServer((_, response) => {
      const piece = Buffer.alloc(64 * 1024)
      const push = (): void => {
        while (!response.destroyed && response.write(piece)) sent += piece.length
      }
      response.on('drain', push)
      push()
    })
    const { port, close } = await listen(server)
    const connected = once(server, 'connection')
    const answer = await send({ url: new URL(`http://127.0.0.1:${port}`) }, await http())
    const [socket] = (await connected) as [Socket]
    const closed = new Promise((resolve) => {
      socket.on('error', resolve).on('close', resolve)
    })
    for await (const part of answer.body()) {
      expect(part.length).toBeGreaterThan(0)
      await new Promise((resolve) => {
        setTimeout(resolve, 300)
      })
      break
    }
    await closed
    await close()
    expect(sent).toBeLessThan(64 * 1024 ** 2)
  })
})
