import { describe, expect, test } from 'vitest'
import { REST_OPTIONS } from '../../../connectors/rest/options.ts'
import { valueAt, withValueAt } from '../../../connectors/rest/path.ts'
import { checkOptions } from '../../../core/options.ts'
import { Secret } from '../../../core/secret.ts'
import { check, failureOf, type Options, people, read, replies } from './fixture.ts'

const NONE = { paging: { none: {} } }
const KEY = new Secret('s3cret')

describe('options that do not go together', () => {
  test.each<[string, Options]>([
    ['no way of paging', { paging: {} }],
    ['two ways of paging', { paging: { none: {}, link: {} } }],
    ['no way of proving who asks', { ...NONE, auth: {} }],
    ['two of them', { ...NONE, auth: { bearer: KEY, basic: { user: 'svc' } } }],
    ['a user twice', { ...NONE, auth: { basic: { user: 'svc', secretUser: KEY } } }],
    ['no user', { ...NONE, auth: { basic: { password: KEY } } }],
    ['a user with a colon', { ...NONE, auth: { basic: { user: 'a:b' } } }],
    ['a key that goes nowhere', { ...NONE, auth: { apiKey: { key: KEY } } }],
    ['a key that goes to two places', { ...NONE, auth: { apiKey: { key: KEY, header: 'x', query: 'y' } } }],
    ['a prefix in a query', { ...NONE, auth: { apiKey: { key: KEY, query: 'y', prefix: 'Key ' } } }],
    ['credentials in the URL', { ...NONE, url: 'https://svc:s3cret@127.0.0.1/' }],
    ['no URL', { ...NONE, url: 'https://[s3cret' }],
    ['a secret header in plain sight', { ...NONE, headers: { AUTHORIZATION: 's3cret' } }],
    ['a body for GET', { ...NONE, body: '{}' }],
    ['POST without a body', { ...NONE, method: 'POST' }],
    ['a body that is no JSON', { ...NONE, method: 'POST', body: '{"a": s3cret}' }],
    ['paging in a body that is not there', { paging: { in: 'body', page: {} } }],
    [
      'paging where something else stands',
      { method: 'POST', body: '{"a": "x"}', paging: { in: 'body', page: { parameter: 'a.b' } } },
    ],
    ['two totals', { ...NONE, total: 'a', totalHeader: 'b' }],
    ['no time', { ...NONE, answerTimeout: '0s' }],
  ])('are a mistake of the configuration: %s', async (_, options) => {
    const server = await replies({ body: people(1) })
    for (const work of [read, check]) {
      const error = await failureOf(work(server, options))
      expect(error).toMatchObject({ code: 'rest-options', name: 'ConfigError', exitCode: 78 })
      expect(`${error.message} ${error.hint}`).not.toContain('s3cret')
    }
    expect(server.asked).toEqual([])
  })

  test.each<[string, Options, string]>([
    ['a URL of another protocol', { url: 'ftp://x/' }, 'option-value'],
    ['a password in the open', { auth: { basic: { user: 'x', password: 'y' } } }, 'plain-secret'],
    ['a secret header in the open', { secretHeaders: { 'x-key': 'y' } }, 'plain-secret'],
    ['paging without a cursor', { paging: { cursor: {} } }, 'missing-option'],
    ['an unknown way of paging', { paging: { seite: {} } }, 'unknown-option'],
  ])('or of their kind are found offline: %s', (_, options, code) => {
    const { problems } = checkOptions(REST_OPTIONS, { url: 'https://x/', ...NONE, ...options })
    expect(problems.map((problem) => problem.code)).toEqual([code])
  })
})

describe('a check', () => {
  test('reads one page, and says what it saw', async () => {
    const server = await replies({ body: { total: 25, data: people(10) } })
    const options = { rows: 'data', total: 'total', paging: { page: {} } }
    expect(await check(server, options)).toBe(`${server.url}/v1/people answers with 10 rows of 25 on the first page`)
    expect(server.asked.length).toBe(1)
    const one = await replies({ body: people(1) })
    expect(await check(one, NONE)).toBe(`${one.url}/v1/people answers with 1 row`)
  })
})

describe('a path', () => {
  const document = { a: { b: [{ c: 1 }] }, 'x.y': { z: 2 }, '@odata.count': 3, n: null }
  test.each([
    ['a.b.0.c', 1],
    ['x.y.z', 2],
    ['@odata.count', 3],
    ['n', null],
    ['n.m', undefined],
    ['a.c', undefined],
    ['a.constructor', undefined],
    ['a.b.length', 1],
  ])('%s', (path, value) => {
    expect(valueAt(document, path)).toEqual(value)
  })

  test('is made where it is missing, in a copy', () => {
    const before = { variables: { first: 10 }, list: [1, 2] }
    expect(withValueAt(before, 'variables.after', 'x')).toEqual({ variables: { first: 10, after: 'x' }, list: [1, 2] })
    expect(withValueAt(before, 'new.deep', 1)).toEqual({ ...before, new: { deep: 1 } })
    expect(withValueAt(before, 'list.0', 9)).toEqual({ ...before, list: [9, 2] })
    expect(withValueAt(before, 'variables.first.x', 1)).toBeUndefined()
    expect(before).toEqual({ variables: { first: 10 }, list: [1, 2] })
  })
})
