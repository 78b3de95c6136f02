import { describe, expect, test } from 'vitest'
import { nextLinks } from '../../../connectors/rest/link-header.ts'
import { api, failureOf, idsOf, people, proofOf, read, replies, slice } from './fixture.ts'

const ALL = people(25)
const IDS = ALL.map(({ id }) => id)

describe('pages by number', () => {
  test('end on an empty page, however short the ones before are', async () => {
    const server = await api((asked) => ({ body: slice(ALL, asked, 10) }))
    const result = await read(server, { paging: { page: { size: 1000 } } })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof).toMatchObject({ complete: true, rows: 25, evidence: 'page 4 is empty' })
    expect(server.asked.map(({ path }) => path)).toEqual(
      [1, 2, 3, 4].map((page) => `/v1/people?page=${page}&per_page=1000`),
    )
    expect(result.rows[16]?.at).toBe('GET /v1/people page 2 item 7')
    expect(result.columns).toBeUndefined()
  })

  test.each([
    ['a flag for more', { more: 'meta.more' }, (page: number) => ({ more: page < 3 })],
    ['a flag for the last', { last: 'meta.last' }, (page: number) => ({ last: page === 3 })],
    [
      'something that is there while more follow',
      { more: 'meta.next' },
      (page: number) => ({ next: page < 3 ? '/n' : null }),
    ],
    ['the number of pages', { pages: 'meta.pages' }, () => ({ pages: 3 })],
  ])('end where %s says so, without asking for another', async (_, flags, meta) => {
    const server = await api((asked) => ({
      body: {
        meta: meta(Number(asked.query.get('p'))),
        data: ALL.slice(Number(asked.query.get('p')) * 10 - 10).slice(0, 10),
      },
    }))
    const result = await read(server, { rows: 'data', paging: { page: { parameter: 'p', ...flags } } })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof?.complete).toBe(true)
    expect(server.asked.length).toBe(3)
  })

  test('go on until a page is empty when the flag is never there', async () => {
    const server = await api((asked) => ({ body: { data: slice(ALL, asked, 10) } }))
    const result = await read(server, { rows: 'data', paging: { page: { more: 'has_more' } } })
    expect(result.proof).toMatchObject({ complete: true, rows: 25 })
    expect(server.asked.length).toBe(4)
  })

  test('end with the total, and are incomplete when it does not agree', async () => {
    const paging = { page: { start: 0 } }
    for (const [total, complete, requests] of [
      [25, true, 3],
      [26, false, 4],
      [24, false, 3],
    ]) {
      const server = await api(({ query }) => ({
        headers: { 'x-total-count': String(total) },
        body: ALL.slice(Number(query.get('page')) * 10).slice(0, 10),
      }))
      const proof = await proofOf(read(server, { paging, totalHeader: 'X-Total-Count' }))
      expect([proof.complete, server.asked.length]).toEqual([complete, requests])
      if (complete !== true) expect(proof.evidence).toBe(`\`X-Total-Count\` says ${total} rows, read 25`)
    }
  })

  test('are incomplete when the total changes in between', async () => {
    const server = await api((asked, count) => ({
      body: { meta: { total: count === 3 ? 26 : 25 }, data: slice(ALL, asked, 10) },
    }))
    const proof = await proofOf(read(server, { rows: 'data', total: 'meta.total', paging: { page: {} } }))
    expect(proof).toMatchObject({ complete: false, rows: 20 })
    expect(proof.evidence).toMatch(/changed while it was read: `meta.total` was 25, and is 26 on page 3/)
  })

  test('fail when the total is but a lower bound, as that of Elasticsearch is', async () => {
    const hits = { total: { value: 2, relation: 'gte' }, hits: people(2) }
    const server = await api(() => ({ body: { hits } }))
    const options = { rows: 'hits.hits', total: 'hits.total.value', paging: { page: {} } }
    const error = await failureOf(read(server, options))
    expect(error).toMatchObject({ name: 'OperatorError', code: 'rest-total' })
    expect(`${error.message} ${error.hint}`).toMatch(/as many or more.*track_total_hits/)
    hits.total.relation = 'eq'
    expect(await proofOf(read(server, { ...options, paging: { none: {} } }))).toMatchObject({ complete: true, rows: 2 })
  })

  test('are incomplete when an id is on two of them', async () => {
    const server = await api((asked, count) => ({
      body: slice(count > 1 ? ([ALL[0], ...ALL] as never) : ALL, asked, 10),
    }))
    const proof = await proofOf(read(server, { paging: { page: {} }, idField: 'id' }))
    expect(proof.complete).toBe(false)
    expect(proof.evidence).toMatch(/moved while it was read: item 1 of page 2 was on an earlier page/)
    const calm = await api((asked) => ({ body: slice(ALL, asked, 10) }))
    expect(await proofOf(read(calm, { paging: { page: {} }, idField: 'id' }))).toMatchObject({
      complete: true,
      evidence: 'page 4 is empty, no row on two pages',
    })
  })

  test('fail when the parameter is one that the API does not know', async () => {
    const server = await replies({ body: ALL })
    const error = await failureOf(read(server, { paging: { page: { parameter: 'seite' } } }))
    expect(error).toMatchObject({ code: 'rest-loop', name: 'OperatorError' })
    expect(error.message).toBe('page 2 has the same rows as an earlier one')
  })

  test('fail when one is missing, with the way out for APIs that refuse the one after the last', async () => {
    const server = await api((asked) =>
      asked.query.get('page') === '3' ? { status: 404 } : { body: slice(ALL, asked, 10) },
    )
    const error = await failureOf(read(server, { paging: { page: {} } }))
    expect(error).toMatchObject({ code: 'http-not-found', name: 'OperatorError' })
    expect(error.message).toMatch(/\/v1\/people \(page 3\) was refused with 404/)
    expect(error.hint).toMatch(/name `total`/)
  })

  test('are incomplete when one is empty although more shall follow', async () => {
    for (const [flags, meta] of [
      [{ more: 'more' }, { more: true }],
      [{ pages: 'pages' }, { pages: 5 }],
    ]) {
      const server = await api((asked) => ({ body: { ...meta, data: slice(ALL, asked, 10) } }))
      const short = await api((asked) => ({ body: { ...meta, data: asked.query.get('page') === '2' ? [] : ALL } }))
      for (const each of [short, server]) {
        const proof = await proofOf(read(each, { rows: 'data', paging: { page: flags } }))
        expect(proof.complete).toBe(false)
        expect(proof.evidence).toMatch(/is empty, though `(more|pages)` says that more follow/)
      }
    }
  })

  test('are incomplete when they are more than maxPages', async () => {
    const server = await api((asked) => ({ body: slice(ALL, asked, 10) }))
    const proof = await proofOf(read(server, { paging: { page: {} }, maxPages: 3 }))
    expect(proof).toMatchObject({ complete: false, rows: 25 })
    expect(proof.evidence).toMatch(/page 3 is not the last, and maxPages allows no more/)
    const whole = await proofOf(read(server, { paging: { page: {} }, maxPages: 4 }))
    expect(whole.complete).toBe(true)
  })

  test('refuse a total, a flag or an id that is not what it should be', async () => {
    const server = await api((asked) => ({
      body: { total: 'many', last: 'perhaps', pages: '', data: slice(ALL, asked, 10) },
    }))
    const failing: [Record<string, unknown>, string][] = [
      [{ total: 'total', paging: { page: {} } }, 'rest-total'],
      [{ total: 'meta.total', paging: { page: {} } }, 'rest-total'],
      [{ totalHeader: 'X-Total', paging: { page: {} } }, 'rest-total'],
      [{ paging: { page: { last: 'last' } } }, 'rest-flag'],
      [{ paging: { page: { pages: 'pages' } } }, 'rest-flag'],
      [{ idField: 'uid', paging: { page: {} } }, 'rest-id'],
    ]
    for (const [options, code] of failing) {
      const error = await failureOf(read(server, { rows: 'data', ...options }))
      expect(error).toMatchObject({ code, name: 'OperatorError' })
      expect(error.message).not.toMatch(/many|perhaps|some\b/)
    }
  })

  test('fail when two flags contradict each other', async () => {
    const server = await replies({ body: { more: true, last: true, data: ALL } })
    const error = await failureOf(read(server, { rows: 'data', paging: { page: { more: 'more', last: 'last' } } }))
    expect(error.message).toBe('page 1 contradicts itself: `more` and `last` disagree')
  })
})

test('parameters are added to those of the URL, blanks as %20', async () => {
  const server = await replies({ body: [] })
  const url = `${server.url}/v1/people?$filter=a%20eq%20'b+c'&page=9`
  await read(server, { url, query: { fields: 'id name', plus: '1+1' }, paging: { page: {} } })
  expect(server.asked[0]?.path).toBe('/v1/people?%24filter=a%20eq%20%27b%20c%27&page=1&fields=id%20name&plus=1%2B1')
})

describe('pages by offset', () => {
  test('go on after the rows that came, although the server caps its pages', async () => {
    const server = await api((asked) => ({ body: slice(ALL, asked, 10) }))
    const result = await read(server, { paging: { offset: { size: 500 } } })
    expect(idsOf(result)).toEqual(IDS)
    expect(server.asked.map(({ query }) => query.get('offset'))).toEqual(['0', '10', '20', '25'])
    expect(server.asked[0]?.query.get('limit')).toBe('500')
    expect(result.logs.find(({ level }) => level === 'debug')?.facts).toEqual({ asked: 500, got: 10 })
  })

  test('begin at 1 where an API counts so, as SCIM does', async () => {
    const server = await api(({ query }) => {
      const from = Number(query.get('startIndex')) - 1
      return {
        headers: { 'content-type': 'application/scim+json;charset=utf-8' },
        body: { totalResults: 25, itemsPerPage: 10, Resources: ALL.slice(from, from + 10) },
      }
    })
    const result = await read(server, {
      rows: 'Resources',
      total: 'totalResults',
      paging: { offset: { parameter: 'startIndex', start: 1, sizeParameter: 'count', size: 10 } },
    })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof?.complete).toBe(true)
    expect(server.asked.map(({ query }) => query.get('startIndex'))).toEqual(['1', '11', '21'])
    expect(result.progress.at(-1)).toEqual({ done: 25, total: 25, unit: 'rows' })
  })

  test('may stand in the body of a POST', async () => {
    const server = await api(({ body }) => {
      const { window } = JSON.parse(body) as { window: { from: number; take: number } }
      return { body: ALL.slice(window.from, window.from + window.take) }
    })
    const result = await read(server, {
      method: 'POST',
      body: '{"status": "all", "window": {"take": 1}}',
      paging: { in: 'body', offset: { parameter: 'window.from', sizeParameter: 'window.take', size: 10 } },
    })
    expect(idsOf(result)).toEqual(IDS)
    expect(JSON.parse(server.asked[1]?.body ?? '')).toEqual({ status: 'all', window: { take: 10, from: 10 } })
    expect(server.asked[0]?.headers['content-type']).toBe('application/json')
    expect(result.rows[0]?.at).toBe('POST /v1/people page 1 item 1')
  })
})

describe('pages by cursor', () => {
  const options = { rows: 'data', paging: { cursor: { next: 'meta.next', parameter: 'after' } } }

  test('end where there is none, be it null, empty or absent', async () => {
    for (const none of [null, '', undefined]) {
      const server = await api(({ query }) => {
        const from = Number(query.get('after') ?? '0')
        return { body: { data: ALL.slice(from, from + 10), meta: { next: from < 20 ? String(from + 10) : none } } }
      })
      const result = await read(server, { ...options, query: { active: 'any' } })
      expect(idsOf(result)).toEqual(IDS)
      expect(result.proof).toMatchObject({ complete: true, evidence: 'page 3 has no cursor at `meta.next`' })
      expect(server.asked.map(({ path }) => path)).toEqual([
        '/v1/people?active=any',
        '/v1/people?active=any&after=10',
        '/v1/people?active=any&after=20',
      ])
    }
  })

  test('go on over an empty page that has one', async () => {
    const server = await replies(
      { body: { data: ALL.slice(0, 10), meta: { next: 'a' } } },
      { body: { data: [], meta: { next: 'b' } } },
      { body: { data: [], meta: { next: 'c' } } },
      { body: { data: ALL.slice(10), meta: {} } },
    )
    expect(idsOf(await read(server, options))).toEqual(IDS)
  })

  test('keep a cursor of many digits as it is', async () => {
    const server = await api(({ query }) => ({
      headers: { 'content-type': 'application/json' },
      body: query.has('after')
        ? '{"data":[{"id":9007199254740993}],"meta":{}}'
        : '{"data":[{"id":12}],"meta":{"next":12345678901234567890}}',
    }))
    const result = await read(server, options)
    expect(server.asked[1]?.query.get('after')).toBe('12345678901234567890')
    expect(idsOf(result)).toEqual([12, '9007199254740993'])
  })

  test('fail when a cursor comes back, or is no text', async () => {
    const circle = await api(({ query }) => ({
      body: {
        data: people(1, Number(query.get('after') ?? 0) + 1),
        meta: { next: query.get('after') === '1' ? '2' : '1' },
      },
    }))
    expect(await failureOf(read(circle, options))).toMatchObject({
      code: 'rest-loop',
      message: expect.stringContaining('the cursor that page 3 names'),
    })
    const odd = await replies({ body: { data: ALL, meta: { next: { from: 10 } } } })
    expect(await failureOf(read(odd, options))).toMatchObject({ code: 'rest-next', name: 'OperatorError' })
  })

  test('fail when the API gives new cursors and the same rows for ever', async () => {
    const server = await api((_, count) => ({ body: { data: ALL, meta: { next: String(count) } } }))
    expect(await failureOf(read(server, options))).toMatchObject({ code: 'rest-loop' })
    expect(server.asked.length).toBe(2)
  })

  test('are incomplete when the flag promises more and there is no cursor', async () => {
    const server = await replies({ body: { data: ALL, more: true } })
    const paging = { cursor: { ...options.paging.cursor, more: 'more' } }
    const proof = await proofOf(read(server, { rows: 'data', paging }))
    expect(proof).toMatchObject({ complete: false, rows: 25 })
    expect(proof.evidence).toBe('page 1 has no cursor at `meta.next`, though `more` says that more follow')
  })

  test('follow GraphQL through its variables, and end where hasNextPage says so', async () => {
    const server = await api(({ body }) => {
      const { variables } = JSON.parse(body) as { variables: { after: string | null } }
      const from = Number(variables.after ?? 0)
      const pageInfo = { endCursor: String(from + 10), hasNextPage: from + 10 < 25 }
      return { body: { data: { people: { totalCount: 25, pageInfo, nodes: ALL.slice(from, from + 10) } } } }
    })
    const result = await read(server, {
      method: 'POST',
      body: '{"query": "query ($after: String) { people(first: 10, after: $after) { … } }", "variables": {"after": null}}',
      rows: 'data.people.nodes',
      total: 'data.people.totalCount',
      paging: {
        in: 'body',
        cursor: {
          next: 'data.people.pageInfo.endCursor',
          more: 'data.people.pageInfo.hasNextPage',
          parameter: 'variables.after',
        },
      },
    })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof?.evidence).toMatch(
      /page 3 is the last, says `data.people.pageInfo.hasNextPage`, .*agrees: 25 rows/,
    )
    expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ variables: { after: null } })
  })
})

function linkAfter(from: number): string {
  return from + 10 < 25 ? `</v1/people?from=${from + 10}>; rel="next", </v1/people?from=20>; rel=last` : ''
}

describe('pages that name the next one', () => {
  test('in the Link header are followed to the one without', async () => {
    const server = await api(({ query }) => {
      const from = Number(query.get('from') ?? 0)
      return { headers: { link: linkAfter(from) }, body: ALL.slice(from, from + 10) }
    })
    const result = await read(server, { paging: { link: {} } })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof).toMatchObject({ complete: true, evidence: 'page 3 has no link to a next one' })
  })

  test('in the body are followed too, also under a key with a dot in it', async () => {
    const server = await api(({ query, headers }) => {
      const from = Number(query.get('$skip') ?? 0)
      const next = from < 20 ? { '@odata.nextLink': `http://${headers.host}/v1/people?$skip=${from + 10}` } : {}
      return { body: { '@odata.count': 25, value: ALL.slice(from, from + 10), ...next } }
    })
    const result = await read(server, {
      rows: 'value',
      total: '@odata.count',
      paging: { nextUrl: { path: '@odata.nextLink' } },
    })
    expect(idsOf(result)).toEqual(IDS)
    expect(result.proof?.complete).toBe(true)
  })

  test.each([
    ['another host', 'http://evil.example.com/v1/people?token=s3cret'],
    ['another port', 'http://127.0.0.1:1/v1/people'],
    ['another protocol', 'https://127.0.0.1/v1/people'],
    ['a host that only begins alike', '//127.0.0.1.evil.example.com/v1/people'],
  ])('on %s are not followed', async (_, target) => {
    const server = await api(() => ({ headers: { link: `<${target}>; rel=next` }, body: { data: ALL, next: target } }))
    for (const paging of [{ link: {} }, { nextUrl: { path: 'next' } }]) {
      const error = await failureOf(read(server, { rows: 'data', paging }))
      expect(error).toMatchObject({ code: 'rest-other-host', name: 'OperatorError' })
      expect(error.message).not.toContain('s3cret')
    }
    expect(server.asked.length).toBe(2)
  })

  test('with credentials of their own, or that are no URL, are not followed', async () => {
    for (const login of ['user:s3cret', 's3cret', ':s3cret']) {
      const server = await api((asked) => ({ body: { data: ALL, next: `http://${login}@${asked.headers.host}/` } }))
      const error = await failureOf(read(server, { rows: 'data', paging: { nextUrl: { path: 'next' } } }))
      expect(error.code).toBe('rest-other-host')
      expect(error.message).not.toContain('s3cret')
    }
    const broken = await replies({ body: { data: ALL, next: 'http://[' } })
    const second = await failureOf(read(broken, { rows: 'data', paging: { nextUrl: { path: 'next' } } }))
    expect(second.code).toBe('rest-next')
  })

  test('fail when they lead in a circle', async () => {
    const server = await api((_, count) => ({
      headers: { link: `</v1/people${count === 1 ? '?page=2' : ''}>; rel=next` },
      body: people(1, count),
    }))
    expect(await failureOf(read(server, { paging: { link: {} } }))).toMatchObject({ code: 'rest-loop' })
    expect(server.asked.length).toBe(2)
  })
})

describe('the Link header', () => {
  test.each([
    ['</b>; rel="next"', ['/b']],
    ['</a>; rel="prev", </b>; rel="next"', ['/b']],
    ['</a,b;c>; title="a, <x>; rel=\\"next\\""; rel="last next"', ['/a,b;c']],
    ['</b>; REL=Next', ['/b']],
    ['</b>; rel=prev; rel=next', []],
    ['</b>; rel=next; anchor="#x"', []],
    ['</b>; rel=nextest', []],
    ['</b>;rel=next,</b>;rel=next', ['/b']],
    ['</b>;rel=next,</c>;rel=next', ['/b', '/c']],
    ["</b>; rel='next'", ['/b']],
    ['</b>; ; rel=next; crossorigin ,', ['/b']],
    ['</b>; title="a"; rel=next ; results="true"', ['/b']],
    ['</b>; rel=next; title=a b', undefined],
    ['</b> rel=next', undefined],
    ['/b; rel=next', undefined],
    ['</a>; rel=prev, /b; rel=next', undefined],
    ['</b; rel=next', undefined],
    [null, []],
  ])('%s', (header, targets) => {
    expect(nextLinks(header)).toEqual(targets)
  })

  test('that cannot be read is no sign that the list has ended', async () => {
    const server = await api(() => ({ headers: { link: '</v1/people?from=10>; rel=next; title=a b' }, body: ALL }))
    const error = await failureOf(read(server, { paging: { link: {} } }))
    expect(error).toMatchObject({ name: 'OperatorError', code: 'rest-next' })
    expect(error.message).toContain('page 1 has a Link header that cannot be read')
  })

  test('is read in no time, however it was made to last', () => {
    const start = performance.now()
    nextLinks(`<a>${'; x  '.repeat(3000)}!`)
    nextLinks(`<a>${'; x = "y'.repeat(3000)}`)
    nextLinks(`<a>${' '.repeat(16_000)}!`)
    expect(performance.now() - start).toBeLessThan(500)
  })
})
