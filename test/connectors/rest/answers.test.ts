import { describe, expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import type { Reply } from '../../support/scripted-api.ts'
import { api, failureOf, idsOf, people, proofOf, read, replies } from './fixture.ts'

const ALL = people(3)
const NONE = { paging: { none: {} } }
const JSON_TYPE = { 'content-type': 'application/json' }

describe('one answer with all rows', () => {
  test('is complete, of the time at which it was asked for', async () => {
    const server = await replies({ body: ALL })
    const clock = { now: () => 1_780_000_000_123, sleep: () => Promise.resolve() }
    const result = await read(server, NONE, { clock })
    expect(result.proof).toEqual({
      complete: true,
      rows: 3,
      asOf: new Date(1_780_000_000_123),
      evidence: 'all rows in one answer',
    })
    expect(result.rows[2]?.at).toBe('GET /v1/people item 3')
    expect(server.asked[0]?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'vanta-sync' })
  })

  test('keeps what is nested, long numbers as text, and no prototype', async () => {
    const text = '[{"id":12345678901234567890,"n":7,"manager":{"id":1,"tags":["a"]},"__proto__":"p","active":false}]'
    const server = await replies({ headers: JSON_TYPE, body: text })
    const { rows } = await read(server, NONE)
    const fields = rows[0]?.fields ?? {}
    expect(Object.entries(fields)).toEqual([
      ['id', '12345678901234567890'],
      ['n', 7],
      ['manager', { id: 1, tags: ['a'] }],
      ['__proto__', 'p'],
      ['active', false],
    ])
    expect('constructor' in fields).toBe(false)
  })

  test('has null for the optional fields that it leaves out', async () => {
    const server = await replies({ body: [{ id: 1, left: '2026-01-31' }, { id: 2 }] })
    const { rows } = await read(server, { ...NONE, optionalFields: ['left', 'manager'] })
    expect(rows.map(({ fields }) => ({ ...fields }))).toEqual([
      { id: 1, left: '2026-01-31', manager: null },
      { id: 2, left: null, manager: null },
    ])
  })

  test('may be without rows, and says so', async () => {
    const server = await replies({ body: { data: [] } })
    expect(await proofOf(read(server, { ...NONE, rows: 'data' }))).toMatchObject({ complete: true, rows: 0 })
    const few = await proofOf(read(server, { ...NONE, rows: 'data', minRows: 1 }))
    expect(few).toMatchObject({ complete: false, evidence: 'read 0 rows, and minRows is 1' })
  })

  test('is yielded in batches, unpacked, in whatever type means JSON', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/hal+json',
      'text/plain',
      'application/vnd.api+json',
    ]) {
      const server = await replies({
        headers: { 'content-type': type, 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify(people(2500))),
      })
      const sizes: number[] = []
      const result = await read(server, NONE, { onBatch: (rows) => void sizes.push(rows.length) })
      expect(sizes).toEqual([1000, 1000, 500])
      expect(result.rows[1000]?.at).toBe('GET /v1/people item 1001')
    }
  })

  test('with another total than its rows is incomplete', async () => {
    const server = await replies({ headers: { 'content-range': 'items 0-2/4' }, body: ALL })
    const proof = await proofOf(read(server, { ...NONE, totalHeader: 'Content-Range' }))
    expect(proof).toMatchObject({ complete: false, rows: 3 })
    expect(proof.evidence).toContain('`Content-Range` says 4 rows, read 3')
  })
})

describe('an answer that is no page', () => {
  const html = { headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><p>Ada Lovelace</p>' }
  const cases: [string, Reply, string, string?][] = [
    ['an HTML page', html, 'rest-html'],
    ['an HTML page that says it is JSON', { ...html, headers: JSON_TYPE }, 'rest-html'],
    ['a login page', { ...html, body: '<html><form><input type="password"></form>' }, 'rest-login-page'],
    ['a redirect to a login', { status: 302, headers: { location: '/login?next=/v1/people' } }, 'http-login'],
    ['a redirect', { status: 307, headers: { location: '/v2/people' } }, 'http-redirected'],
    ['no content', { status: 204 }, 'rest-empty-answer'],
    ['an empty text', { headers: JSON_TYPE, body: ' \n' }, 'rest-empty-answer'],
    ['an answer for later', { status: 202, body: [] }, 'rest-not-ready', 'RetryLaterError'],
    ['another type', { headers: { 'content-type': 'text/csv' }, body: 'id,name\n1,Ada\n' }, 'rest-content-type'],
    ['JSON as another type', { headers: { 'content-type': 'application/xml' }, body: '[]' }, 'rest-content-type'],
    ['JSON that is cut', { headers: JSON_TYPE, body: '[{"id":"E-1"},{"id":"E' }, 'rest-bad-json'],
    [
      'gzip that is cut',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(ALL)).subarray(0, 30) },
      'rest-bad-json',
    ],
    ['text that is no JSON', { headers: { 'content-type': 'text/plain' }, body: 'Ada Lovelace' }, 'rest-bad-json'],
    ['an object instead of a list', { body: { Ada: 1 } }, 'rest-no-rows'],
    ['null', { body: 'null', headers: JSON_TYPE }, 'rest-no-rows'],
    ['a list of texts', { body: ['Ada', 'Bob'] }, 'rest-row'],
    ['a list with a null in it', { body: [...ALL, null] }, 'rest-row'],
    [
      'errors beside the data',
      { body: { errors: [{ message: 'no right to see salaries' }], data: [] } },
      'rest-errors',
    ],
    ['bad credentials', { status: 401 }, 'http-unauthorized'],
    ['a lack of rights', { status: 403 }, 'http-forbidden'],
    ['nothing', { status: 404 }, 'http-not-found'],
    ['a failing server', { status: 500 }, 'http-server-error', 'RetryLaterError'],
    ['a server that lost its patience', { status: 408 }, 'http-server-error', 'RetryLaterError'],
    ['a busy server', { status: 429 }, 'http-rate-limited', 'RetryLaterError'],
    ['a lost connection', { cutAt: -1 }, 'connection-lost', 'RetryLaterError'],
    ['an answer that is cut', { body: ALL, cutAt: 20 }, 'connection-lost', 'RetryLaterError'],
    ['an answer that is too large', { body: JSON.stringify(people(30_000)), headers: JSON_TYPE }, 'http-too-large'],
  ]

  test.each(cases)('fails: %s', async (_, reply, code, name = 'OperatorError') => {
    const server = await api(() => reply)
    const error = await failureOf(read(server, { ...NONE, maxPage: '1MiB' }))
    expect(error).toMatchObject({ code, name, exitCode: 12 })
    expect(`${error.message} ${error.hint}`).not.toMatch(/Ada|E-1/)
  })

  test('fails in the middle of a read as on its first page', async () => {
    for (const [, reply, code] of cases) {
      const server = await api((_, count) => (count === 1 ? { body: ALL } : reply))
      const error = await failureOf(read(server, { paging: { page: {} }, maxPage: '1MiB' }))
      expect(error.code).toBe(code)
      expect(error.message).toMatch(/page 2/)
    }
  })

  test('says where the list is instead', async () => {
    const nested = await replies({ body: { meta: {}, data: { items: ALL } } })
    expect((await failureOf(read(nested, NONE))).hint).toBe('There is a list at `data.items`: is that `rows`?')
    const wrong = await failureOf(read(nested, { ...NONE, rows: 'data.item' }))
    expect(wrong.message).toMatch(/^`data.item` in the answer to GET .*\/v1\/people is nothing, and should be the list/)
    const plain = await replies({ body: ALL })
    expect((await failureOf(read(plain, { ...NONE, rows: 'data' }))).hint).toMatch(/leave out `rows`/)
  })

  test('quotes what the API says of an error', async () => {
    const server = await replies({ body: { errors: [{ message: 'no right to see salaries' }], data: null } })
    expect((await failureOf(read(server, NONE))).message).toMatch(
      /with 200, yet `errors` in the answer says that it failed \("no right to see salaries"\)$/,
    )
    const empty = await replies({ body: { errors: [], data: ALL } })
    expect(idsOf(await read(empty, { ...NONE, rows: 'data' }))).toEqual(['E-1', 'E-2', 'E-3'])
  })
})

describe('an empty page whose text says that the API failed', () => {
  const pages = { rows: 'data', paging: { page: {} } }

  test.each<[string, unknown, string?]>([
    ['error', { error: 'backend timeout' }],
    ['error', { error: { code: 7, message: 'backend timeout' } }],
    ['errors', { errors: { message: 'backend timeout' } }],
    ['success', { success: false, message: 'backend timeout' }],
    ['ok', { ok: false, error: null, detail: 'backend timeout' }],
    ['Status', { Status: 'Failed', message: 'backend timeout' }],
    ['incomplete_results', { incomplete_results: true }, 'rest-partial'],
    ['timed_out', { timed_out: true }, 'rest-partial'],
  ])('is not the end of the list: `%s` of %j', async (key, envelope, code = 'rest-errors') => {
    const server = await replies({ body: { data: ALL } }, { body: { ...(envelope as object), data: [] } })
    const error = await failureOf(read(server, pages))
    expect(error).toMatchObject({ name: 'OperatorError', code, exitCode: 12 })
    expect(error.message).toContain(`(page 2) was answered with 200, yet \`${key}\` in the answer says`)
    if (code === 'rest-errors') expect(error.message).toContain('backend timeout')
    const calm = await replies({ body: { data: ALL } }, { body: { ...(envelope as object), data: [] } })
    expect(await proofOf(read(calm, { ...pages, ignoreSigns: [key] }))).toMatchObject({ complete: true, rows: 3 })
  })

  test('is one when these say that all is well, and a list may itself be of errors', async () => {
    const well = {
      error: null,
      errors: {},
      success: true,
      ok: true,
      status: 'success',
      partial: false,
      timed_out: false,
    }
    const server = await replies({ body: { ...well, data: ALL } }, { body: { ...well, error: '', data: [] } })
    expect(await proofOf(read(server, pages))).toMatchObject({ complete: true, rows: 3 })
    const errors = await replies({ body: { errors: ALL } })
    expect(idsOf(await read(errors, { ...NONE, rows: 'errors' }))).toEqual(['E-1', 'E-2', 'E-3'])
  })
})

describe('an answer that ends the list by keeping silent', () => {
  const cursor = { rows: 'data', paging: { cursor: { next: 'meta.nxt' } } }

  test.each<[string, unknown]>([
    ['meta.next_cursor', { meta: { next_cursor: 'abc' } }],
    ['paging.next', { paging: { next: { after: '10' } } }],
    ['has_more', { has_more: true }],
    ['data2.pageInfo.hasNextPage', { data2: { pageInfo: { hasNextPage: true } } }],
    ['@odata.nextLink', { '@odata.nextLink': 'http://x/' }],
    ['isLast', { isLast: false }],
    ['done', { done: false }],
    ['meta.total', { meta: { total: 4 } }],
    ['count', { count: 4 }],
    ['page.totalPages', { page: { totalPages: 2 } }],
    ['totalResults', { totalResults: '4' }],
    ['meta.pages', { meta: { pages: '2' } }],
    ['nextPageStart', { nextPageStart: 3 }],
    ['info.more_records', { info: { more_records: true } }],
    ['after', { after: 't3_x' }],
  ])('is incomplete when `%s` says that there is more', async (path, envelope) => {
    const server = await replies({ body: { ...(envelope as object), data: ALL } })
    for (const options of [cursor, { ...NONE, rows: 'data' }]) {
      const proof = await proofOf(read(server, options))
      expect(proof.complete).toBe(false)
      expect(proof.evidence).toContain(`yet \`${path}\` says`)
      const calmed = await proofOf(read(server, { ...options, ignoreSigns: [path] }))
      expect(calmed).toMatchObject({ complete: true, rows: 3 })
    }
  })

  test.each<[string, Reply]>([
    ['link', { headers: { link: '</v1/people?page=2>; rel="next"' } }],
    ['link', { headers: { link: '</v1/people?page=2>; rel=next; title=a b' } }],
    ['x-total-count', { headers: { 'x-total-count': '4' } }],
    ['content-range', { headers: { 'content-range': '0-2/4' } }],
    ['206', { status: 206 }],
  ])('is incomplete when `%s` in its head says that there is more', async (sign, head) => {
    const server = await replies({ ...head, body: ALL })
    const proof = await proofOf(read(server, NONE))
    expect(proof.complete).toBe(false)
    expect(proof.evidence).toContain(`\`${sign}\``)
    expect((await proofOf(read(server, { ...NONE, ignoreSigns: [sign] }))).complete).toBe(true)
  })

  test('is complete when these say that there is nothing more, and when only rows speak of such things', async () => {
    const envelope = {
      meta: { next_cursor: null, next: '', hasMore: false, total: 3, count: 3, total_pages: 1, last_page: 1 },
      links: { next: null, last: 'http://x/?page=1' },
      paging: { next: {} },
      isLast: true,
      nextSyncToken: 'for the next read',
    }
    const rows = ALL.map((row) => ({ ...row, next: 'x', total: 99, has_more: true }))
    const server = await replies({ body: { ...envelope, data: rows } })
    expect(await proofOf(read(server, cursor))).toMatchObject({ complete: true, rows: 3 })
  })

  test('is warned of when it is exactly as long as servers like to cut a list', async () => {
    for (const [count, said, options] of [
      [100, true, NONE],
      [25, true, { paging: { link: {} } }],
      [99, false, NONE],
      [100, false, { ...NONE, totalHeader: 'x-total' }],
    ] as const) {
      const server = await replies({ headers: { 'x-total': String(count) }, body: people(count) })
      const { logs, proof } = await read(server, options)
      const warnings = logs.filter(({ level }) => level === 'warn').map(({ message }) => message)
      expect(warnings.some((each) => each.includes(`exactly ${count} rows`))).toBe(said)
      expect(proof?.complete).toBe(true)
    }
  })

  test('is incomplete when the total is one that only counts the page', async () => {
    const server = await replies({ body: { count: 3, data: ALL, next: '/v1/people?page=2' } })
    const proof = await proofOf(read(server, { rows: 'data', total: 'count', paging: { page: {} } }))
    expect(proof.complete).toBe(false)
    expect(proof.evidence).toContain('the rows reach the total on page 1 and 3 rows were read, yet `next` says')
  })

  test('is incomplete when pages were counted from the wrong number, and the API knows how many rows there are', async () => {
    const all = people(25)
    const server = await api(({ query }) => ({
      body: { total: 25, data: all.slice(Number(query.get('page')) * 10).slice(0, 10) },
    }))
    const proof = await proofOf(read(server, { rows: 'data', paging: { page: { start: 1 } } }))
    expect(proof).toMatchObject({ complete: false, rows: 15 })
    expect(proof.evidence).toContain('page 3 is empty and 15 rows were read, yet `total` says 25 rows')
    expect((await proofOf(read(server, { rows: 'data', paging: { page: { start: 0 } } }))).complete).toBe(true)
  })
})
