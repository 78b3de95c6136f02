import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { done, end, entry, silence } from '../../support/ldap-server.ts'
import {
  ACTIVE_DIRECTORY,
  BASE,
  check,
  DS389,
  failureOf,
  isRead,
  lookUp,
  OPENLDAP,
  type Page,
  page,
  pages,
  person,
  personDn,
  read,
  serve,
  uidsOf,
} from './script.ts'

const BIND = { bindDn: 'cn=reader,dc=example,dc=com', password: new Secret('open sesame') }

describe('a server that stops before the end', () => {
  test.each([
    [3, /time limit/i],
    [4, /size limit/i],
    [11, /administrative limit|admin/i],
  ])('with result code %i leaves the read unproven', async (code, says) => {
    const server = await serve({ search: pages(page(1, person('a')), [person('b'), done({ code })]) })
    const all = await read(server)
    expect(all.proof).toMatchObject({ complete: false, evidence: expect.stringMatching(says) })
    expect(uidsOf(all)).toContain('a')
  })

  test('with a referral as the result leaves the read unproven, and says where to read instead', async () => {
    const to = 'ldap://elsewhere.example.com/dc=example,dc=com'
    const server = await serve({ search: pages([done({ code: 10, referrals: [to] })]) })
    for (const referrals of ['incomplete', 'ignore']) {
      const { proof } = await read(server, { referrals })
      expect(proof).toMatchObject({ complete: false, evidence: expect.stringMatching(/elsewhere\.example\.com/) })
    }
  })

  test.each([
    [51, 'RetryLaterError'],
    [52, 'RetryLaterError'],
    [50, 'OperatorError'],
    [32, 'ConfigError'],
  ])('with result code %i fails as %s', async (code, name) => {
    const server = await serve({ search: pages(page(1, person('a')), [done({ code, message: 'so it is' })]) })
    const failure = await failureOf(read(server))
    expect(failure.name).toBe(name)
    expect(failure.message).toContain('so it is')
  })

  test('by cutting the connection in an entry fails within a second, for the next run to try again', async () => {
    const server = await serve({
      search: pages(page(1, person('a')), [person('b'), { cutInside: personDn('c'), values: { cn: 'C' } }]),
    })
    const failure = await failureOf(read(server))
    expect(failure.name).toBe('RetryLaterError')
    expect(failure.ms).toBeLessThan(1000)
  })

  test('by a notice of disconnection fails with what the notice says', async () => {
    const server = await serve({
      search: pages(page(1, person('a')), [person('b'), { disconnect: 'going down for maintenance', code: 52 }]),
    })
    const failure = await failureOf(read(server))
    expect(failure.name).toBe('RetryLaterError')
    expect(failure.message).toContain('going down for maintenance')
  })

  test('by falling silent in a page fails after `answerTimeout`', async () => {
    const server = await serve({ search: pages(page(1, person('a')), [person('b'), silence]) })
    const failure = await failureOf(read(server, { answerTimeout: '1s' }))
    expect(failure.name).toBe('RetryLaterError')
    expect(failure.ms).toBeGreaterThan(900)
    expect(failure.ms).toBeLessThan(3000)
    await expect.poll(() => server.connections.open).toBe(0)
  })

  test('is given up at once by no limit: 0s is refused, and weeks are no overflow of a timer', async () => {
    const server = await serve({})
    for (const name of ['answerTimeout', 'connectTimeout']) {
      const failure = await failureOf(read(server, { [name]: '0s' }))
      expect(failure).toMatchObject({ name: 'ConfigError', message: `\`${name}\` must be longer than 0s` })
      expect((await read(server, { [name]: '40d' })).proof?.complete).toBe(true)
    }
  })

  test('by never answering the bind fails after `answerTimeout`', async () => {
    const server = await serve({ bind: () => 'silence' })
    const failure = await failureOf(read(server, { ...BIND, answerTimeout: '1s' }))
    expect(failure.name).toBe('RetryLaterError')
    expect(failure.ms).toBeLessThan(3000)
  })

  test('is left within a second of an abort, with the connection closed', async () => {
    const server = await serve({ search: pages(page(1, person('a')), [silence]) })
    const abort = new AbortController()
    const reading = failureOf(read(server, {}, { signal: abort.signal }))
    await expect.poll(() => server.searches.filter(isRead).length).toBe(2)
    const abortedAt = performance.now()
    abort.abort(new Error('the run was aborted'))
    await reading
    expect(performance.now() - abortedAt).toBeLessThan(1000)
    await expect.poll(() => server.connections.open).toBe(0)
  })

  test('by sending an entry that is damaged inside fails', async () => {
    const server = await serve({ search: pages(page(undefined, person('a'), { damagedEntry: personDn('b') })) })
    const failure = await failureOf(read(server))
    expect(failure.name).toBe('OperatorError')
    expect(failure.code).toBe('ldap-protocol')
    await expect.poll(() => server.connections.open).toBe(0)
  })

  test('that is no LDAP server at all is found out at once', async () => {
    const server = await serve({ search: () => [{ raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }] })
    const failure = await failureOf(read(server))
    expect(failure.message).toMatch(/LDAP/)
    expect(failure.ms).toBeLessThan(1000)
  })
})

describe('paging that a server does not do as asked', () => {
  test('is not asked of one that does not know it, and its whole answer is complete', async () => {
    const server = await serve({
      rootDse: { ...OPENLDAP, supportedControl: '1.2.840.113556.1.4.473' },
      search: (request) => (isRead(request) ? [person('a'), person('b'), done()] : lookUp(request)),
    })
    const all = await read(server)
    expect(server.searches.find(isRead)?.paged).toBeUndefined()
    expect(all.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('is found out when the server announces it and then leaves out its cookie', async () => {
    const server = await serve({
      search: (request) => (isRead(request) ? [person('a'), done()] : lookUp(request)),
    })
    const all = await read(server)
    expect(all.proof).toMatchObject({ complete: false, evidence: expect.stringMatching(/pag/i) })
  })

  test.each<[string, Page[], number]>([
    ['does not do it', [[person('a'), person('b'), done()]], 1],
    ['does it', [page(1, person('a')), page(undefined, person('b'))], 2],
  ])('is tried, not demanded, of a server that hides what it knows and %s', async (_, answers, count) => {
    const server = await serve({ rootDse: undefined, search: pages(...answers) })
    const all = await read(server, { base: BASE })
    expect(server.searches.find(isRead)?.paged).toMatchObject({ critical: false })
    expect(server.searches.filter(isRead)).toHaveLength(count)
    expect(all.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('is given up when it leads through empty pages for ever', async () => {
    const server = await serve({ search: (request) => (isRead(request) ? page(1) : lookUp(request)) })
    const all = await read(server)
    expect(all.proof).toMatchObject({ complete: false, evidence: expect.stringMatching(/without entries/) })
  })

  test('fails when the server announces it and then refuses it', async () => {
    const server = await serve({
      search: (request) => (isRead(request) ? [done({ code: 12, message: 'no paging today' })] : lookUp(request)),
    })
    const failure = await failureOf(read(server))
    expect(failure.name).toBe('OperatorError')
    expect(failure.message).toContain('no paging today')
  })
})

describe('binding', () => {
  test('error 8 is explained: this server wants an encrypted connection', async () => {
    const server = await serve({ bind: () => ({ code: 8, message: 'BindSimple: Transport encryption required.' }) })
    const failure = await failureOf(read(server, BIND))
    expect(failure.name).toBe('ConfigError')
    expect(`${failure.message} ${failure.hint}`).toMatch(/ldaps:.*(StartTLS|startTls: true)/s)
  })

  test.each([
    ['52e', /password/i],
    ['525', /user|account|name/i],
    ['530', /hour|time/i],
    ['532', /expired/i],
    ['533', /disabled/i],
    ['701', /expired/i],
    ['773', /change|reset/i],
    ['775', /locked/i],
  ])('error 49 with data %s of Active Directory is told in words', async (data, says) => {
    const message = `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${data}, v4563`
    const server = await serve({ rootDse: ACTIVE_DIRECTORY, bind: () => ({ code: 49, message }) })
    const failure = await failureOf(check(server, BIND))
    expect(failure.name).toMatch(/^(Operator|Config)Error$/)
    expect(failure.message).toMatch(says)
    expect(JSON.stringify([failure.message, failure.hint])).not.toContain('open sesame')
  })

  test('a refused password is not tried on the next server, where it would count against the lockout', async () => {
    const first = await serve({ bind: () => ({ code: 49 }) })
    const second = await serve()
    await failureOf(read(first, { ...BIND, urls: [first.url, second.url] }))
    expect(second.requests).toEqual([])
  })

  test('a server that is down for now is passed over', async () => {
    const first = await serve({ bind: () => ({ code: 52, message: 'shutting down' }) })
    const second = await serve()
    const all = await read(first, { ...BIND, urls: [first.url, second.url] })
    expect(all.proof?.complete).toBe(true)
    expect(second.searches.some(isRead)).toBe(true)
    expect(first.searches.some(isRead)).toBe(false)
  })

  test('a server that fails in the middle is not continued on the next one', async () => {
    const first = await serve({ search: pages(page(1, person('a')), [end]) })
    const second = await serve()
    const failure = await failureOf(read(first, { urls: [first.url, second.url] }))
    expect(failure.name).toBe('RetryLaterError')
    expect(second.searches).toEqual([])
  })

  test('a server that refuses StartTLS never sees the password', async () => {
    const server = await serve({ extended: () => ({ code: 2, message: 'unsupported extended operation' }) })
    const failure = await failureOf(read(server, { ...BIND, startTls: true }))
    expect(failure.message).toMatch(/StartTLS/)
    expect(server.requests.map(({ kind }) => kind)).not.toContain('bind')
  })
})

describe('what comes over the wire', () => {
  test('may come in pieces of any size', async () => {
    const server = await serve({
      dribble: 3,
      search: pages(page(1, person('a', { cn: 'Jürgen 👩‍🚀' })), page(undefined, person('b'))),
    })
    const all = await read(server)
    expect(uidsOf(all)).toEqual(['a', 'b'])
    expect(all.rows[0]?.fields['cn']).toBe('Jürgen 👩‍🚀')
    expect(all.proof?.complete).toBe(true)
  })

  test('may be one entry of megabytes', async () => {
    const members = Array.from({ length: 100_000 }, (_, index) => personDn(`member-${index}`))
    const server = await serve({
      search: pages(
        page(undefined, entry(`cn=all,${BASE}`, { objectClass: 'groupOfNames', cn: 'all', member: members })),
      ),
    })
    const all = await read(server, { objects: 'groups' })
    expect(all.rows[0]?.fields['member']).toEqual(members)
  })

  test('may be more than is held in memory at once', async () => {
    const note = 'x'.repeat(400_000)
    const many = Array.from({ length: 100 }, (_, index) => person(`p${index}`, { description: note }))
    const server = await serve({ search: pages(page(1, ...many.slice(0, 60)), page(undefined, ...many.slice(60))) })
    const held: number[] = []
    const all = await read(
      server,
      { attributes: ['uid', 'description'] },
      {
        async onBatch(rows) {
          held.push(rows.length)
          await sleep(5)
        },
      },
    )
    expect(all.proof).toMatchObject({ complete: true, rows: 100 })
    expect(Math.max(...held)).toBeLessThan(100)
  })

  test('may be named like a property that every object has', async () => {
    const server = await serve({ search: pages(page(undefined, person('a', { constructor: 'x', toString: 'y' }))) })
    const { rows } = await read(server, { attributes: ['*'] })
    const fields = rows[0]?.fields ?? {}
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(['constructor', 'toString']))
    expect(Object.hasOwn(fields, 'hasOwnProperty') || 'valueOf' in fields).toBe(false)
  })
})

test('a reader that was left in the middle of its rows closes its connection when the run ends', async () => {
  const server = await serve({ search: pages(page(1, person('a')), page(1, person('b'))) })
  const run = new AbortController()
  const left = new Error('somebody else failed')
  const how = {
    signal: run.signal,
    onBatch() {
      throw left
    },
  }
  await expect(read(server, {}, how)).rejects.toBe(left)
  run.abort(left)
  await expect.poll(() => server.connections.open).toBe(0)
})

describe('389 Directory Server', () => {
  test('has nsUniqueId as the stable id, and nsAccountLock as the sign of a disabled account', async () => {
    const id = '3b8f1a01-1dd211b2-8001c7b0-5ab9d1c2'
    const server = await serve({
      rootDse: DS389,
      search: pages(
        page(
          undefined,
          person('a', { nsUniqueId: id }),
          person('b', { nsUniqueId: id.replace('3b', '4b'), nsAccountLock: 'true' }),
          person('c', { nsUniqueId: id.replace('3b', '5b'), nsAccountLock: 'FALSE' }),
        ),
      ),
    })
    const { rows, proof } = await read(server)
    expect(rows.map(({ fields }) => [fields['id'], fields['status']])).toEqual([
      [id, 'ACTIVE'],
      [id.replace('3b', '4b'), 'DEACTIVATED'],
      [id.replace('3b', '5b'), 'ACTIVE'],
    ])
    expect(proof?.complete).toBe(true)
    expect(server.searches.find(isRead)?.attributes.map((name) => name.toLowerCase())).toEqual(
      expect.arrayContaining(['nsuniqueid', 'nsaccountlock']),
    )
    expect(await check(server)).toMatch(/389/)
  })
})
