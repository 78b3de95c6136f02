import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { done, end, entry, references } from '../../support/ldap-server.ts'
import type { SearchRequest } from '../../support/ldap-message.ts'
import type { ReadAll } from '../../support/read-all.ts'
import {
  ACTIVE_DIRECTORY,
  BASE,
  failureOf,
  isRead,
  lookUp,
  type Page,
  page,
  pages,
  person,
  personDn,
  read,
  serve,
  uidsOf,
} from './script.ts'

/** 3f2504e0-4f89-11d3-9a0c-0305e82c3301 as Active Directory sends it. */
const GUID = Buffer.from('e004253f894fd3119a0c0305e82c3301', 'hex')
const BIND = { bindDn: 'cn=reader,dc=example,dc=com', password: new Secret('open sesame') }

describe('traps of ldapts', () => {
  test('1: the time limit is told to the server, as configured and never a default of a library', async () => {
    const server = await serve()
    await read(server)
    await read(server, { timeLimit: '7s' })
    await read(server, { timeLimit: '0s' })
    expect(server.searches.filter(isRead).map(({ timeLimit }) => timeLimit)).toEqual([300, 7, 0])
  })

  test('2: no size limit is asked for, and a size limit of the server is incomplete, never success', async () => {
    const server = await serve({
      search: pages(page(2, person('a')), [], [person('b'), done({ code: 4, message: 'that is enough' })]),
    })
    const { proof } = await read(server)
    expect(proof).toMatchObject({ complete: false, evidence: expect.stringMatching(/that is enough.*size limit/) })
    expect(server.searches.map(({ sizeLimit }) => sizeLimit)).not.toContainEqual(expect.toSatisfy((n) => n > 0))
  })

  test('3: an empty page with a cookie is not the last one', async () => {
    const server = await serve({ search: pages(page(1), page(2, person('a')), page(3), page(undefined, person('b'))) })
    const all = await read(server)
    expect(uidsOf(all)).toEqual(['a', 'b'])
    expect(all.proof).toMatchObject({ complete: true, rows: 2, evidence: expect.stringContaining('cookie') })
  })

  test('4: paging is critical, with the page size as configured', async () => {
    const server = await serve()
    await read(server, { pageSize: 17 })
    expect(server.searches.find(isRead)?.paged).toEqual({ critical: true, size: 17, cookie: '' })
  })

  test('5: rows of a page come before the next page is there', async () => {
    const taken = new EventEmitter()
    const first = once(taken, 'rows')
    const script = pages(page(1, person('a')), page(undefined, person('b')))
    const server = await serve({
      async search(request) {
        if (request.paged?.cookie === '1') await first
        return script(request)
      },
    })
    const batches: unknown[][] = []
    const all = await read(
      server,
      {},
      {
        onBatch(rows) {
          batches.push(rows.map((row) => row.fields['uid']))
          taken.emit('rows')
        },
      },
    )
    expect(batches).toEqual([['a'], ['b']])
    expect(all.proof?.complete).toBe(true)
  })

  test('6: bytes are bytes whatever the letter case of the option and of the server', async () => {
    const server = await serve({
      rootDse: ACTIVE_DIRECTORY,
      search: pages(page(undefined, person('a', { OBJECTguid: GUID, JpegPhoto: Buffer.from('plain ASCII') }))),
    })
    const { rows } = await read(server, { attributes: ['uid', 'objectguid', 'jpegphoto'], binary: ['JPEGPHOTO'] })
    const named = new Map(Object.entries(rows[0]?.fields ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
    expect(named.get('objectguid')).toBe('3f2504e0-4f89-11d3-9a0c-0305e82c3301')
    expect(named.get('id')).toBe('3f2504e0-4f89-11d3-9a0c-0305e82c3301')
    expect(named.get('jpegphoto')).toBe(Buffer.from('plain ASCII').toString('base64'))
  })

  test('7: the shape of a field does not depend on how many values an entry has', async () => {
    const server = await serve({
      search: pages(
        page(
          undefined,
          person('none'),
          person('one', { mail: 'a@example.com', memberOf: 'cn=x' }),
          person('two', { mail: ['b@example.com', 'c@example.com'], memberOf: ['cn=x', 'cn=y'] }),
          person('empty', { mail: [], memberOf: [] }),
        ),
      ),
    })
    const lists = await read(server, { attributes: ['uid', 'mail', 'memberOf'], lists: ['mail'] })
    expect(lists.rows.map(({ fields }) => fields['mail'] ?? [])).toEqual([
      [],
      ['a@example.com'],
      ['b@example.com', 'c@example.com'],
      [],
    ])
    expect(lists.rows.map(({ fields }) => fields['memberOf'] ?? [])).toEqual([[], ['cn=x'], ['cn=x', 'cn=y'], []])
    const texts = await read(server, { attributes: ['uid', 'mail'], texts: ['mail'] })
    expect(texts.rows.map(({ fields }) => fields['mail'] ?? '')).toEqual(['', 'a@example.com', 'b@example.com', ''])
  })

  test('8: a capped attribute is read to its end', async () => {
    const { all, members } = await readCappedGroup()
    expect(all.rows[0]?.fields['member']).toEqual(members)
    expect(all.proof?.complete).toBe(true)
  })

  test('8: a capped attribute that cannot be read to its end fails the read', async () => {
    const failure = await failureOf(readCappedGroup({ gone: true }))
    expect(failure.name).toBe('OperatorError')
    expect(failure.message).toMatch(/member.*1500.*no such object/)
  })

  test('8: pieces that come again and again are no way to the end', async () => {
    const group = `cn=everybody,${BASE}`
    const server = await serve({
      rootDse: ACTIVE_DIRECTORY,
      search(request) {
        if (request.base !== group && !isRead(request)) return lookUp(request)
        const values = { objectClass: 'group', cn: 'everybody', 'member;range=0-1': [personDn('a'), personDn('b')] }
        return [entry(group, values), done({ cookie: '' })]
      },
    })
    const failure = await failureOf(read(server, { objects: 'groups' }))
    expect(failure.name).toBe('OperatorError')
    expect(failure.message).toMatch(/member.*another piece/)
  })

  test.each([
    ['before an entry', (a: ReturnType<typeof person>, to: ReturnType<typeof references>) => [to, a]],
    ['behind the last entry', (a: ReturnType<typeof person>, to: ReturnType<typeof references>) => [a, to]],
  ])('9: a reference %s is incomplete unless references are ignored', async (_, replies) => {
    const to = references('ldap://other.example.com/ou=branch,dc=example,dc=com')
    const server = await serve({ search: pages(page(1, ...replies(person('a'), to)), page(undefined, person('b'))) })
    const all = await read(server)
    expect(all.proof).toMatchObject({
      complete: false,
      evidence: expect.stringMatching(/refer.*other\.example\.com for ou=branch/),
    })
    const ignoring = await read(server, { referrals: 'ignore' })
    expect(ignoring.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('9: so is one among the groups, but for those to partitions of Active Directory itself', async () => {
    const own = ['CN=Configuration', 'DC=DomainDnsZones', 'DC=ForestDnsZones'].map((name) => `ldap://x/${name},${BASE}`)
    let uris = own
    const search = pages(page(undefined, person('a')))
    const withGroups = (request: SearchRequest): Page =>
      request.scope === 'sub' && request.attributes.includes('memberUid')
        ? [references(...uris), done({ cookie: '' })]
        : search(request)
    const server = await serve({ rootDse: ACTIVE_DIRECTORY, search: withGroups })
    const options = { groups: { field: true } }
    expect((await read(server, options)).proof?.complete).toBe(true)
    uris = [...own, `ldap://child.example.com/DC=child,${BASE}`]
    const failure = await failureOf(read(server, options))
    expect(failure).toMatchObject({ name: 'OperatorError', code: 'ldap-groups' })
    expect(`${failure.message} ${failure.hint}`).toMatch(/child\.example\.com.*`groups\.base`.*`referrals: ignore`/)
    expect((await read(server, { ...options, referrals: 'ignore' })).proof?.complete).toBe(true)
  })

  test('a connection that ends between two pages is not opened again unnoticed', async () => {
    const script = pages([person('a'), done({ cookie: '1' }), end], page(undefined, person('b')))
    const server = await serve({ search: script })
    const failure = await failureOf(read(server, BIND))
    expect(failure.name).toBe('RetryLaterError')
    expect(server.connections.made).toBe(1)
  })
})

/** A group of 3,200 members of which one answer holds 1,500, as with Active Directory. */
async function readCappedGroup({ gone = false } = {}): Promise<{ all: ReadAll; members: readonly string[] }> {
  const members = Array.from({ length: 3200 }, (_, index) => personDn(`m${index}`))
  const group = `cn=everybody,${BASE}`
  const plain = { objectClass: 'group', cn: 'everybody', objectGUID: GUID }
  const server = await serve({
    rootDse: ACTIVE_DIRECTORY,
    search(request) {
      if (request.base !== group && !isRead(request)) return lookUp(request)
      const from = Number(/^member;range=(\d+)-/i.exec(request.attributes.join(' '))?.[1] ?? 0)
      if (from > 0 && gone) return [done({ code: 32, message: 'no such object' })]
      const last = from + 1500 >= members.length
      const range = `member;range=${from}-${last ? '*' : from + 1499}`
      const filler = from === 0 ? { member: [] } : {}
      const found = entry(group, { ...plain, ...filler, [range]: members.slice(from, from + 1500) })
      return [found, done({ cookie: '' })]
    },
  })
  return { all: await read(server, { objects: 'groups' }), members }
}
