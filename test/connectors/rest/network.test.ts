import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restConnector } from '../../../connectors/rest/index.ts'
import { systemClock } from '../../../core/clock.ts'
import { silentLog } from '../../../core/log.ts'
import { checkOptions } from '../../../core/options.ts'
import { createTransport } from '../../../core/network/transport.ts'
import { Secret } from '../../../core/secret.ts'
import { createAutoClock, START } from '../../support/fake-clock.ts'
import { createAuthority, type TestAuthority } from '../../support/loopback.ts'
import type { Reply } from '../../support/scripted-api.ts'
import { api, check, failureOf, idsOf, people, proofOf, read, replies, slice } from './fixture.ts'

const ALL = people(25)
const PAGES = { paging: { page: {} } }
let authority: TestAuthority

beforeAll(async () => {
  authority = await createAuthority()
})

afterAll(async () => {
  await authority.remove()
})

describe('a server that has trouble', () => {
  test('is asked again, and no row is lost or doubled', async () => {
    const troubles: Reply[] = [
      { status: 500 },
      { cutAt: -1 },
      { body: ALL.slice(0, 10), cutAt: 100 },
      { status: 429, headers: { 'retry-after': '7' } },
    ]
    const clock = createAutoClock()
    const server = await api(
      (asked, count) => (count % 2 === 1 ? troubles[(count - 1) / 2] : undefined) ?? { body: slice(ALL, asked, 10) },
    )
    const result = await read(server, PAGES, { clock })
    expect(idsOf(result)).toEqual(ALL.map(({ id }) => id))
    expect(result.proof?.complete).toBe(true)
    expect(clock.slept.length).toBe(4)
    expect(clock.slept[3]).toBeGreaterThanOrEqual(7000)
    const warnings = result.logs.filter(({ level }) => level === 'warn')
    expect(warnings.map(({ facts }) => facts['request'])).toContain(`GET ${server.url}/v1/people (page 3)`)
    expect(JSON.stringify(warnings)).not.toContain('per_page')
  })

  test('for too long ends the read', async () => {
    const server = await api((asked) =>
      asked.query.get('page') === '2' ? { cutAt: 3, body: ALL } : { body: slice(ALL, asked, 10) },
    )
    const error = await failureOf(read(server, PAGES))
    expect(error).toMatchObject({ code: 'connection-lost', name: 'RetryLaterError', exitCode: 12 })
    expect(error.message).toMatch(/\(page 2\) got no answer: .*; gave up after 5 attempts/)
    expect(server.asked.length).toBe(6)
  })

  test('is not asked more often than allowed, attempts included', async () => {
    const clock = createAutoClock()
    const at: number[] = []
    const server = await api((asked, count) => {
      at.push(clock.now() - START)
      return count === 2 ? { status: 503, headers: { 'retry-after': '1' } } : { body: slice(ALL, asked, 10) }
    })
    expect((await proofOf(read(server, { ...PAGES, requestsPerMinute: 2 }, { clock }))).rows).toBe(25)
    expect(at.length).toBe(5)
    expect([at[2], at[4]]).toEqual([60_000, 120_000])
  })
})

describe('an abort', () => {
  test.each<[string, Reply]>([
    ['while a page is awaited', { hangs: true, cutAt: 0, body: ALL }],
    ['in the middle of a page', { hangs: true, cutAt: 50, body: ALL }],
    ['while another attempt is due', { status: 503, headers: { 'retry-after': '100' } }],
  ])('%s ends the read within a second', async (_, reply) => {
    const server = await api((_asked, count) => (count === 1 ? { body: ALL } : reply))
    const abort = new AbortController()
    const reason = new Error('stop')
    const failing = failureOf(read(server, PAGES, { signal: abort.signal, clock: systemClock }))
    await expect.poll(() => server.asked.length).toBe(2)
    const before = Date.now()
    abort.abort(reason)
    expect(await failing).toBe(reason)
    expect(Date.now() - before).toBeLessThan(1000)
  })

  test('while the minute is full ends the read within a second', async () => {
    const server = await api((asked) => ({ body: slice(ALL, asked, 10) }))
    const abort = new AbortController()
    const reading = read(server, { ...PAGES, requestsPerMinute: 1 }, { signal: abort.signal, clock: systemClock })
    const failing = failureOf(reading)
    await expect.poll(() => server.asked.length).toBe(1)
    const reason = new Error('stop')
    abort.abort(reason)
    expect(await failing).toBe(reason)
  })
})

test('a consumer that stops early ends the read, and no further page is asked for', async () => {
  const server = await api((asked) => ({ body: slice(ALL, asked, 10) }))
  const transport = await createTransport({ env: {} })
  const { options } = checkOptions(restConnector.options, { url: `${server.url}/v1/people`, ...PAGES })
  const reading = restConnector.read({
    options,
    log: silentLog,
    signal: new AbortController().signal,
    clock: systemClock,
    zone: 'UTC',
    scratch: '/nowhere',
    fetch: transport.fetch,
    fetchTrusting: () => Promise.reject(new Error('not asked for')),
    columns: () => undefined,
    progress: () => undefined,
  })
  for await (const batch of reading) {
    expect(batch).toHaveLength(10)
    break
  }
  expect(server.asked.length).toBe(1)
  await transport.close()
})

test('each page is asked for when the one before is used up, so that memory holds one', async () => {
  const all = people(2000)
  const server = await api((asked) => ({ body: slice(all, asked, 100) }))
  let batches = 0
  await read(server, PAGES, {
    onBatch() {
      batches++
      expect(server.asked.length).toBe(batches)
    },
  })
  expect(batches).toBe(20)
})

describe('TLS', () => {
  test('with an authority of its own is trusted by `ca`, and by nothing else', async () => {
    const server = await api(() => ({ body: ALL }), authority)
    const options = { paging: { none: {} } }
    expect((await proofOf(read(server, { ...options, ca: authority.caFile }))).rows).toBe(25)
    const error = await failureOf(read(server, options))
    expect(error).toMatchObject({ code: 'tls-failed', name: 'OperatorError' })
    expect(error.hint).toContain('`ca`')
    expect(await failureOf(check(server, { ...options, ca: '/nowhere/ca.pem' }))).toMatchObject({
      code: 'ca-unreadable',
      name: 'ConfigError',
    })
  })

  test('left out where credentials travel is worth a warning, but not on this machine', async () => {
    const auth = { bearer: new Secret('s3cret') }
    const server = await replies({ body: ALL })
    const warned = async (url: string): Promise<boolean> => {
      const transport = { fetch: (async () => Response.json(ALL)) as typeof globalThis.fetch }
      const result = await read(server, { paging: { none: {} }, url, auth }, { transport })
      return result.logs.some(({ message }) => message.includes('without encryption'))
    }
    expect(await warned('http://hr.example.com/v1/people')).toBe(true)
    expect(await warned('https://hr.example.com/v1/people')).toBe(false)
    expect(await warned('http://localhost/v1/people')).toBe(false)
  })
})
