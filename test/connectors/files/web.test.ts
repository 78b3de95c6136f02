import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { jsonConnector } from '../../../connectors/json/index.ts'
import { createTransport, type NetworkTransport } from '../../../core/network/transport.ts'
import { Secret } from '../../../core/secret.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { createAuthority, listen, listenHttp, listenHttps, type TestAuthority } from '../../support/loopback.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { failureOf } from '../csv/fixture.ts'

const ROWS = Array.from({ length: 500 }, (_, i) => `E-${i},Person ${i}`)
const CSV = `${['id,name', ...ROWS].join('\n')}\n`
const NDJSON = ROWS.map((id) => `${JSON.stringify({ id })}\n`).join('')
const TRAILER = { prefix: 'TRAILER', column: 2 }
const MODIFIED = 'Mon, 23 Nov 2026 04:00:00 GMT'
const DATE = 'Mon, 23 Nov 2026 09:30:00 GMT'

let authority: TestAuthority
let transport: NetworkTransport

beforeAll(async () => {
  authority = await createAuthority()
  transport = await createTransport({ env: {} })
})
afterAll(async () => {
  await transport.close()
  await authority.remove()
})

interface Site {
  readonly url: string
  /** `GET /export.csv`, in order. */
  readonly asked: string[]
}

/** A server on https. What the handler leaves open is answered with the export. */
async function site(handle: RequestListener = serveCsv): Promise<Site> {
  const asked: string[] = []
  const server = await listenHttps(authority, (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    handle(request, response)
  })
  onTestFinished(() => server.close())
  return { url: `https://localhost:${server.port}/export.csv`, asked }
}

function serve(
  response: ServerResponse,
  body: string | Buffer,
  headers: Record<string, string> = {},
  status = 200,
): void {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  response.sendDate = false
  response.writeHead(status, { date: DATE, ...length, ...headers })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

function serveCsv(_: IncomingMessage, response: ServerResponse): void {
  serve(response, CSV, { etag: '"1"', 'last-modified': MODIFIED })
}

function read(path: string, options: Record<string, unknown> = {}, how: ReadHow = {}): Promise<ReadAll> {
  const http = { ca: authority.caFile, ...(options['http'] as object) }
  return readAll(csvConnector, { path, ...options, http }, { transport, ...how })
}

describe('a file on the web', () => {
  test('is read once, with a look before and after it, and is as old as the server says', async () => {
    const { url, asked } = await site()
    const { rows, proof, progress } = await read(url)
    expect(proof).toMatchObject({ complete: true, rows: 500, asOf: new Date(MODIFIED) })
    expect(proof?.files).toMatchObject([{ name: 'export.csv', size: CSV.length }])
    expect(rows[0]).toEqual({ at: 'export.csv:2', fields: { id: 'E-0', name: 'Person 0' } })
    expect(progress.at(-1)).toEqual({ done: CSV.length, total: CSV.length, unit: 'bytes' })
    expect(asked).toEqual(['HEAD /export.csv', 'GET /export.csv', 'HEAD /export.csv'])
  })

  test('that is made as it is asked for is as old as the answer, and needs neither HEAD nor length', async () => {
    const { url, asked } = await site((request, response) => {
      response.sendDate = false
      if (request.method === 'HEAD') response.writeHead(405, { date: DATE }).end()
      else response.writeHead(200, { date: DATE }).end(CSV)
    })
    const { proof } = await read(url)
    expect(proof).toMatchObject({ complete: true, rows: 500, asOf: new Date(DATE), files: [{ size: CSV.length }] })
    expect(asked.filter((each) => each.startsWith('HEAD'))).toHaveLength(1)
  })

  test('is taken as changed when its ETag, its length or its time changes meanwhile', async () => {
    const changes = [{ etag: '"2"' }, { 'content-length': '9' }, { 'last-modified': 'Mon, 23 Nov 2026 05:00:00 GMT' }]
    for (const change of changes) {
      let gets = 0
      const { url } = await site((request, response) => {
        const headers = { etag: '"1"', 'last-modified': MODIFIED, ...(gets > 0 ? change : {}) }
        if (request.method === 'GET') gets++
        if (request.method === 'GET') serveCsv(request, response)
        else response.writeHead(200, { 'content-length': String(CSV.length), date: DATE, ...headers }).end()
      })
      const { proof } = await read(url)
      expect(proof).toMatchObject({ complete: false, rows: 500 })
      expect(proof?.evidence).toContain('export.csv changed while it was read')
    }
  })

  test('may have a weak ETag in one answer and a strong one in the other', async () => {
    const { url } = await site((request, response) => {
      serve(response, CSV, { etag: request.method === 'HEAD' ? '"1"' : 'W/"1"' })
    })
    expect((await read(url)).proof?.complete).toBe(true)
  })

  test('that is young is waited for, by the clock of its server', async () => {
    let date = Date.parse(MODIFIED) + 20_000
    const { url } = await site((_, response) => {
      serve(response, CSV, { etag: '"1"', 'last-modified': MODIFIED, date: new Date(date).toUTCString() })
    })
    const clock = createFakeClock()
    const reading = read(url, {}, { clock })
    await expect.poll(() => clock.slept, { timeout: 5000 }).toEqual([40_000])
    date += 40_000
    await clock.advance(40_000)
    expect((await reading).proof?.complete).toBe(true)
  })

  test('is checked by a control file beside it, with the same query', async () => {
    const hash = createHash('sha256').update(CSV).digest('hex')
    let control = hash
    const { url, asked } = await site((request, response) => {
      if (request.url?.includes('.sha256') !== true) serveCsv(request, response)
      else if (control === '') serve(response, 'no such file', {}, 404)
      else serve(response, `${control}  export.csv\n`)
    })
    const options = { control: { file: '{path}.sha256', holds: 'sha256' } }
    expect((await read(`${url}?token=t`, options)).proof?.complete).toBe(true)
    expect(asked).toContain('GET /export.csv.sha256?token=t')
    expect((await read(url, { control: { file: '{name}.sha256', holds: 'sha256' } })).proof?.complete).toBe(true)
    control = hash.replaceAll(/[0-9]/g, '0')
    const { proof } = await read(url, options)
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('its SHA-256 is not the one in export.csv.sha256')
    control = ''
    const missing = (await read(`${url}?token=t`, options)).proof
    expect(missing).toMatchObject({ complete: false, rows: 0 })
    expect(missing?.evidence).toBe('the control file of export.csv is not there (export.csv.sha256)')
  })

  test('is checked by the checksum that its server names', async () => {
    const digest = createHash('sha256').update(CSV).digest('base64')
    const other = createHash('sha256').update('x').digest('base64')
    for (const [header, value] of [
      ['repr-digest', `sha-512=:YWJj:, sha-256=:${digest}:`],
      ['digest', `SHA-256=${digest}`],
      ['x-amz-checksum-sha256', digest],
    ] as const) {
      const good = await site((_, response) => serve(response, CSV, { [header]: value }))
      const { proof } = await read(good.url)
      expect(proof?.complete).toBe(true)
      expect(proof?.evidence).toContain('the SHA-256 that the server names agrees')
      const bad = await site((_, response) => serve(response, CSV, { [header]: value.replace(digest, other) }))
      expect(await failureOf(read(bad.url))).toMatchObject({ code: 'file-checksum', exitCode: 12 })
    }
  })

  test('is asked for with the credentials that are configured, and they are in no message', async () => {
    let seen: IncomingMessage['headers'] = {}
    const { url } = await site((request, response) => {
      seen = request.headers
      serveCsv(request, response)
    })
    await read(url, { http: { bearer: new Secret('t0ken') } })
    expect(seen.authorization).toBe('Bearer t0ken')
    await read(url, { http: { user: 'people', password: new Secret('hunter2') } })
    expect(seen.authorization).toBe(`Basic ${Buffer.from('people:hunter2').toString('base64')}`)
    await read(url, { http: { headers: { 'X-Api-Key': new Secret('k3y') } } })
    expect(seen['x-api-key']).toBe('k3y')
    const refusing = await site((request, response) => serve(response, `no ${request.headers.authorization}`, {}, 401))
    const error = await failureOf(read(`${refusing.url}?sig=s1g`, { http: { bearer: new Secret('t0ken') } }))
    expect(error).toMatchObject({ code: 'http-unauthorized', name: 'OperatorError', exitCode: 12 })
    expect(`${error.message} ${error.hint}`).not.toMatch(/t0ken|s1g/)
    for (const http of [{ user: 'people' }, { bearer: new Secret('a'), headers: { Authorization: new Secret('b') } }]) {
      expect(await failureOf(read(url, { http }))).toMatchObject({ code: 'http-login', exitCode: 78 })
    }
  })

  test('may be packed', async () => {
    const packed = gzipSync(CSV)
    const { url } = await site((_, response) => serve(response, packed, { etag: '"1"' }))
    const { proof } = await read(url.replace('.csv', '.csv.gz'))
    expect(proof).toMatchObject({ complete: true, rows: 500, files: [{ name: 'export.csv.gz', size: packed.length }] })
    const cut = await site((_, response) => serve(response, packed.subarray(0, -5)))
    expect(await failureOf(read(cut.url))).toMatchObject({ code: 'archive-cut' })
    // Whoever undoes an encoding on the way does not notice that its end is missing.
    const encoded = await site((_, response) => serve(response, packed, { 'content-encoding': 'gzip' }))
    expect(await failureOf(read(encoded.url.replace('.csv', '.csv.gz')))).toMatchObject({ code: 'archive-missing' })
  })

  test('is looked at by check', async () => {
    const { url } = await site()
    const options = { path: url, http: { ca: authority.caFile } }
    expect(await runCheck(csvConnector, options, { transport })).toBe(
      `export.csv has 2 columns, ${CSV.length} bytes, and is of 2026-11-23T04:00:00Z`,
    )
  })
})

describe('an answer that is not the file', () => {
  const cases: readonly (readonly [string, RequestListener, Record<string, unknown>])[] = [
    ['is 404', (_, response) => serve(response, 'gone', {}, 404), { code: 'file-missing', name: 'OperatorError' }],
    ['is 403', (_, response) => serve(response, 'no', {}, 403), { code: 'http-forbidden', name: 'OperatorError' }],
    [
      'is a redirect to a login',
      (_, response) => serve(response, '', { location: 'https://sso.example.com/login?from=/export.csv' }, 302),
      { code: 'http-login', name: 'OperatorError' },
    ],
    [
      'is a redirect to another host',
      (_, response) => serve(response, '', { location: 'https://cdn.example.com/export.csv' }, 302),
      { code: 'http-redirected', name: 'OperatorError' },
    ],
    [
      'is a login page with 200',
      (_, response) => serve(response, '<!DOCTYPE html><html><input type="password"></html>'),
      { code: 'http-login', name: 'OperatorError' },
    ],
    [
      'is a web page',
      (_, response) => serve(response, '\n<html><body>Welcome</body></html>', { 'content-type': 'text/csv' }),
      { code: 'http-web-page', name: 'OperatorError' },
    ],
    ['is empty with 204', (_, response) => serve(response, '', {}, 204), { code: 'http-no-file' }],
    ['is 202', (_, response) => serve(response, '', {}, 202), { code: 'http-not-ready', name: 'RetryLaterError' }],
    ['is 503 each time', (_, response) => serve(response, 'busy', {}, 503), { name: 'RetryLaterError' }],
  ]
  test.each(cases)('%s fails the read', async (_, handle, expected) => {
    const { url } = await site(handle)
    expect(await failureOf(read(url))).toMatchObject({ exitCode: 12, ...expected })
  })

  test('is asked for again when the server is busy for a moment', async () => {
    let refused = 0
    const { url } = await site((request, response) => {
      if (request.method === 'GET' && refused++ < 2) serve(response, 'busy', { 'retry-after': '3' }, 503)
      else serveCsv(request, response)
    })
    expect((await read(url)).proof?.complete).toBe(true)
  })

  test('is cut before its length is a failure, and so is one without its last chunk', async () => {
    const cuts: RequestListener[] = [
      (request, response) => {
        response.writeHead(200, { 'content-length': String(CSV.length), date: DATE })
        response.write(request.method === 'HEAD' ? '' : CSV.slice(0, 3000), () => response.destroy())
      },
      (request, response) => {
        response.writeHead(200, { date: DATE })
        response.write(request.method === 'HEAD' ? '' : CSV.slice(0, 3000), () =>
          setTimeout(() => response.destroy(), 50),
        )
      },
    ]
    for (const cut of cuts) {
      const { url } = await site((request, response) =>
        request.method === 'HEAD' ? serve(response, CSV) : cut(request, response),
      )
      expect(await failureOf(read(url))).toMatchObject({ name: 'RetryLaterError', exitCode: 12 })
    }
  })

  test.each([
    { what: 'csv', connector: csvConnector, text: CSV, complete: false },
    {
      what: 'csv with a trailer',
      connector: csvConnector,
      text: `${CSV}TRAILER,500\n`,
      options: { trailer: TRAILER },
      complete: true,
    },
    {
      what: 'a JSON document',
      connector: jsonConnector,
      text: JSON.stringify(ROWS.map((id) => ({ id }))),
      complete: true,
    },
    { what: 'NDJSON', connector: jsonConnector, text: NDJSON, options: { format: 'lines' }, complete: false },
  ])('without a mark of its end is complete only when its content has one: $what', async (each) => {
    const old = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n\r\n${each.text}`))
      }),
    )
    onTestFinished(() => old.close())
    const path = `http://127.0.0.1:${old.port}/export`
    const { proof } = await readAll(each.connector, { path, ...each.options }, { transport })
    expect(proof).toMatchObject({ complete: each.complete, rows: 500 })
    if (!each.complete) expect(proof?.evidence).toContain('nothing says where the data ends')
  })
})

describe('an address', () => {
  test.each([
    ['https://', {}, 'cannot be understood as an address'],
    ['https://*.example.com/people.csv', {}, 'holds a pattern'],
    ['https://example.com/people-*.csv', {}, 'holds a pattern'],
    ['https://user:secret@example.com/people.csv', {}, 'holds credentials'],
    ['http://example.com/people.csv', {}, 'is not encrypted'],
    ['ftp://example.com/people.csv', {}, 'begins with ftp://'],
    ['https://example.com/people.csv', { pick: 'newest' }, '`pick` means nothing for an address of the web'],
    ['./people.csv', { http: {} }, '`http` means nothing for a path on this machine'],
    ['sftp://u@example.com/people.csv', { mountPoint: '/mnt' }, '`mountPoint` means nothing for an sftp:// location'],
  ])('%s with %j is refused', async (path, options, message) => {
    const error = await failureOf(readAll(csvConnector, { path, ...options }, { transport }))
    expect(error.exitCode).toBe(78)
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('secret')
  })

  test('of this machine, or one that is permitted, may be without TLS', async () => {
    const server = await listenHttp(serveCsv)
    onTestFinished(() => server.close())
    const path = `http://127.0.0.1:${server.port}/export.csv`
    expect((await readAll(csvConnector, { path }, { transport })).proof?.complete).toBe(true)
    const permitted = { path: 'http://no-such-host.invalid/x.csv', http: { allowUnencrypted: true } }
    expect(await failureOf(readAll(csvConnector, permitted, { transport }))).toMatchObject({ code: 'dns-failed' })
  })

  test('whose certificate is not trusted is a failure that names the layer', async () => {
    const { url } = await site()
    const error = await failureOf(readAll(csvConnector, { path: url }, { transport }))
    expect(error).toMatchObject({ code: 'tls-failed', name: 'OperatorError', exitCode: 12 })
  })

  test('whose control file lies on another server is refused, since the credentials are not for it', async () => {
    const { url, asked } = await site()
    const control = { file: 'https://example.com/{name}.ctl', holds: 'count' }
    expect(await failureOf(read(url, { control }))).toMatchObject({ code: 'location', exitCode: 78 })
    expect(asked.every((each) => each.includes('/export.csv'))).toBe(true)
  })
})

test('an abort ends a read from a server that has fallen silent', async () => {
  let arrived = false
  const { url } = await site((request, response) => {
    if (request.method === 'HEAD') return serveCsv(request, response)
    response.writeHead(200, { 'content-length': String(CSV.length) })
    response.write(CSV.slice(0, 100))
    arrived = true
  })
  const abort = new AbortController()
  const reading = failureOf(read(url, {}, { signal: abort.signal }))
  await expect.poll(() => arrived, { timeout: 5000 }).toBe(true)
  const begun = Date.now()
  abort.abort(new Error('stop'))
  expect((await reading).message).toBe('stop')
  expect(Date.now() - begun).toBeLessThan(1000)
})
