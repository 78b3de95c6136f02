import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { type CutProxy, startCutProxy } from '../../support/cut-proxy.ts'
import { createAuthority, listen } from '../../support/loopback.ts'
import { describeWithService } from '../../support/service.ts'
import { ACCOUNTS, ldifEntry, peopleLdif, type Slapd, slapdProbe, startSlapd, SUFFIX } from '../../support/slapd.ts'
import { readerOf, sortedValuesOf, valuesOf } from './fixture.ts'
import { failureOf } from './script.ts'

const PEOPLE = 20_000

describeWithService('OpenLDAP with 20 000 people', slapdProbe, () => {
  let slapd: Slapd
  const { read, check } = readerOf(() => slapd)

  beforeAll(async () => {
    slapd = await startSlapd({ ldif: peopleLdif(PEOPLE) })
  })
  afterAll(() => slapd.stop())

  async function proxied(): Promise<CutProxy & { readonly urls: readonly string[] }> {
    const proxy = await startCutProxy({ to: slapd.port })
    onTestFinished(() => proxy.close())
    return Object.assign(proxy, { urls: [`ldap://127.0.0.1:${proxy.port}`] })
  }

  test('is read to its last page, each person once', async () => {
    const all = await read({ attributes: ['uid'] })
    expect(all.proof).toMatchObject({
      complete: true,
      rows: PEOPLE,
      evidence: 'last page seen (empty cookie), 20 pages, 20000 entries',
    })
    expect(new Set(valuesOf(all, 'id')).size).toBe(PEOPLE)
    expect(all.rows[0]?.at).toBe(`uid=u0,ou=people,${SUFFIX}`)
    expect(all.progress.at(-1)).toMatchObject({ done: PEOPLE, unit: 'rows' })
  })

  test('speaks of the time at which the read began', async () => {
    const before = Date.now()
    const all = await read({ base: `uid=u1,ou=people,${SUFFIX}` })
    expect(all.proof?.asOf.getTime()).toBeGreaterThanOrEqual(before)
    expect(all.proof?.asOf.getTime()).toBeLessThanOrEqual(Date.now())
  })

  test('answers a check with what it is, how it is reached, and what the first page holds', async () => {
    expect(await check({ base: `ou=people,${SUFFIX}`, pageSize: 300 })).toBe(
      `127.0.0.1:${slapd.port} is OpenLDAP (openldap), no TLS, read as bindDn, reads by pages; 300 entries on the first ` +
        `page of (|(objectClass=person)(objectClass=posixAccount)) below ou=people,${SUFFIX}`,
    )
  })

  test('waits when its rows are not taken', async () => {
    const proxy = await proxied()
    let ahead: number | undefined
    await read(
      { urls: proxy.urls },
      {
        async onBatch() {
          if (ahead !== undefined) return
          await new Promise((resolve) => setTimeout(resolve, 300))
          ahead = proxy.bytes
        },
      },
    )
    expect(ahead).toBeLessThan(proxy.bytes / 4)
  })

  test('is read by StartTLS with an authority of its own', async () => {
    const options = { urls: [`ldap://localhost:${slapd.port}`], startTls: true, ca: slapd.caFile, filter: '(uid=u7)' }
    expect(valuesOf(await read(options), 'uid')).toEqual(['u7'])
    expect(await check(options)).toContain(', StartTLS, ')
  })

  test('is read by LDAPS with an authority of its own', async () => {
    const options = { urls: [slapd.tlsUrl], ca: slapd.caFile, filter: '(uid=u7)' }
    expect(valuesOf(await read(options), 'uid')).toEqual(['u7'])
    expect(await check(options)).toContain(', LDAPS, ')
  })

  test.each([
    ['LDAPS', () => ({ urls: [slapd.tlsUrl] })],
    ['StartTLS', () => ({ urls: [`ldap://localhost:${slapd.port}`], startTls: true })],
  ])('is not trusted over %s without its authority', async (_, options) => {
    const failure = await failureOf(read(options()))
    expect(failure).toMatchObject({ name: 'ConfigError', code: 'tls-failed' })
    expect(failure.message).toContain('SELF_SIGNED_CERT_IN_CHAIN')
    expect(failure.hint).toContain('`ca`')
  })

  test('is not trusted under a name that its certificate does not have, unless serverName says it', async () => {
    const options = { urls: [`ldaps://127.0.0.1:${slapd.tlsPort}`], ca: slapd.caFile, filter: '(uid=u7)' }
    const failure = await failureOf(read(options))
    expect(failure).toMatchObject({ name: 'ConfigError', code: 'tls-failed' })
    expect(failure.hint).toContain('serverName')
    expect(valuesOf(await read({ ...options, serverName: 'localhost' }), 'uid')).toEqual(['u7'])
  })

  test('is not trusted because of another authority', async () => {
    const other = await createAuthority()
    onTestFinished(() => other.remove())
    expect(await failureOf(read({ urls: [slapd.tlsUrl], ca: other.caFile }))).toMatchObject({ code: 'tls-failed' })
  })

  test('is said not to speak LDAP, or TLS, at the wrong port', async () => {
    const plainOnTls = await failureOf(read({ urls: [`ldap://127.0.0.1:${slapd.tlsPort}`] }))
    expect(plainOnTls.exitCode).toBe(12)
    const tlsOnPlain = await failureOf(read({ urls: [`ldaps://localhost:${slapd.port}`], ca: slapd.caFile }))
    expect(tlsOnPlain).toMatchObject({ code: 'tls-failed' })
    expect(tlsOnPlain.hint).toContain('ldaps')
  })

  test('refuses a wrong password, which no message shows', async () => {
    const failure = await failureOf(read({ password: new Secret('S3cret-but-wrong') }))
    expect(failure).toMatchObject({ name: 'OperatorError', code: 'ldap-credentials' })
    expect(`${failure.message}${failure.hint}${failure.stack}`).not.toContain('S3cret')
  })

  test('is found behind a server that is down, and the whole read stays with it', async () => {
    const proxy = await proxied()
    const all = await read({ urls: ['ldap://127.0.0.1:1', ...proxy.urls, slapd.url], attributes: ['uid'] })
    expect(all.proof).toMatchObject({ complete: true, rows: PEOPLE })
    expect(proxy.connections).toBe(1)
    expect(all.logs.map(({ level }) => level)).toEqual(['warn'])
    expect(all.logs[0]?.message).toContain('127.0.0.1:1 ')
  })

  test('is not tried again at the next server with a password that the first refused', async () => {
    const [first, second] = [await proxied(), await proxied()]
    await failureOf(read({ urls: [...first.urls, ...second.urls], password: new Secret('wrong') }))
    expect([first.connections, second.connections]).toEqual([1, 0])
  })

  test('is told as each of its servers when none can be reached', async () => {
    const failure = await failureOf(read({ urls: ['ldap://127.0.0.1:1', 'ldap://127.0.0.1:2'] }))
    expect(failure).toMatchObject({ name: 'RetryLaterError', code: 'connection-refused' })
    expect(failure.message).toMatch(/none of 2 servers.*127\.0\.0\.1:1 .*127\.0\.0\.1:2 /)
  })

  test('with a size limit that pages do not lift is incomplete, and says which limit and where to raise it', async () => {
    const all = await read({ bindDn: ACCOUNTS.capped, password: new Secret('capped'), pageSize: 100 })
    expect(all.proof?.complete).toBe(false)
    expect(all.rows.length).toBeLessThan(PEOPLE)
    expect(all.proof?.rows).toBe(all.rows.length)
    expect(all.proof?.evidence).toMatch(/code 4.*size limit.*size\.prtotal=unlimited/)
    expect(all.proof?.evidence).toContain('(|(objectClass=person)(objectClass=posixAccount))')
  })

  test('fails a check when even its first page is refused, and says what would do', async () => {
    const capped = { bindDn: ACCOUNTS.capped, password: new Secret('capped'), pageSize: 1000 }
    const failure = await failureOf(check(capped))
    expect(failure).toMatchObject({ name: 'OperatorError', code: 'ldap-incomplete' })
    expect(failure.message).toMatch(/code 11.*lower `pageSize`/)
    expect((await read(capped)).proof).toMatchObject({ complete: false, rows: 0 })
  })

  test('shows no base to whoever may not see it, and says so', async () => {
    const failure = await failureOf(read({ bindDn: ACCOUNTS.blind, password: new Secret('blind') }))
    expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-no-base' })
    expect(failure.message).toContain('bindDn may not see it')
  })

  test('names the deepest entry that exists when the base is wrong', async () => {
    const failure = await failureOf(read({ base: `ou=staff,ou=people,${SUFFIX}` }))
    expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-no-base' })
    expect(failure.hint).toContain(`ou=people,${SUFFIX}`)
    expect((await failureOf(check({ base: `ou=staff,ou=people,${SUFFIX}` }))).code).toBe('ldap-no-base')
  })

  test('refuses a DN that is none', async () => {
    expect(await failureOf(read({ base: 'people' }))).toMatchObject({ name: 'ConfigError', code: 'ldap-dn' })
  })

  test('that is cut off in the middle fails within a second, for the next run to try again', async () => {
    const proxy = await proxied()
    proxy.cutAfter(1_000_000)
    const began = Date.now()
    const failure = await failureOf(read({ urls: proxy.urls }))
    expect(failure).toMatchObject({ name: 'RetryLaterError' })
    expect(failure.message).toContain(`127.0.0.1:${proxy.port}`)
    expect(Date.now() - began).toBeLessThan(2000)
  })

  test('that falls silent in the middle is given up after `answerTimeout`', async () => {
    const proxy = await proxied()
    proxy.freezeAfter(1_000_000)
    const failure = await failureOf(read({ urls: proxy.urls, answerTimeout: '1s' }))
    expect(failure).toMatchObject({ name: 'RetryLaterError', code: 'ldap-timeout' })
    expect(failure.message).toContain('silent for 1 s')
  })

  test.each(['in the first answer', 'amid the pages'])('is left at once when the run ends %s', async (when) => {
    const proxy = await proxied()
    proxy.freezeAfter(when === 'amid the pages' ? 1_000_000 : 10)
    const abort = new AbortController()
    const reading = failureOf(read({ urls: proxy.urls }, { signal: abort.signal }))
    await new Promise((resolve) => setTimeout(resolve, 400))
    const began = Date.now()
    abort.abort(new Error('the run ended'))
    expect((await reading).message).toBe('the run ended')
    expect(Date.now() - began).toBeLessThan(500)
  })

  test('that accepts a connection and never finishes it is given up after `connectTimeout`', async () => {
    const silent = await listen(createServer())
    onTestFinished(() => silent.close())
    const options = { urls: [`ldaps://127.0.0.1:${silent.port}`], connectTimeout: '1s' }
    expect(await failureOf(read(options))).toMatchObject({ name: 'RetryLaterError', code: 'connect-failed' })
  })
})

describeWithService('OpenLDAP that wants encryption', slapdProbe, () => {
  let slapd: Slapd
  const { read } = readerOf(() => slapd)

  beforeAll(async () => {
    slapd = await startSlapd({ ldif: peopleLdif(3), global: 'security simple_bind=64' })
  })
  afterAll(() => slapd.stop())

  test('says so, and is read when it gets it', async () => {
    const failure = await failureOf(read())
    expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-strong-auth' })
    expect(failure.message).toContain('LDAPS or StartTLS')
    const all = await read({ urls: [`ldap://localhost:${slapd.port}`], startTls: true, ca: slapd.caFile })
    expect(all.proof).toMatchObject({ complete: true, rows: 3 })
  })
})

describeWithService('OpenLDAP that holds a part of a tree', slapdProbe, () => {
  let slapd: Slapd
  const { read, check } = readerOf(() => slapd)
  const elsewhere = `ou=elsewhere,ou=people,${SUFFIX}`

  beforeAll(async () => {
    const referral = ldifEntry(elsewhere, {
      objectClass: ['referral', 'extensibleObject'],
      ou: 'elsewhere',
      ref: `ldap://far.example.com/${elsewhere}`,
    })
    slapd = await startSlapd({ ldif: `${peopleLdif(3)}\n${referral}` })
  })
  afterAll(() => slapd.stop())

  test('is incomplete, and names where the rest is', async () => {
    const all = await read({ base: SUFFIX })
    expect(all.proof).toMatchObject({ complete: false, rows: 3 })
    expect(all.proof?.evidence).toMatch(/1 referral.*far\.example\.com.*Global Catalog/)
  })

  test('is complete when the rest is not wanted', async () => {
    const all = await read({ base: SUFFIX, referrals: 'ignore' })
    expect(all.proof).toMatchObject({ complete: true, rows: 3 })
    expect(all.proof?.evidence).toContain('1 referral ignored')
  })

  test('is never complete when it holds nothing of what was asked for, whatever `referrals` says', async () => {
    const all = await read({ base: elsewhere, referrals: 'ignore' })
    expect(all.proof).toMatchObject({ complete: false, rows: 0 })
    expect(all.proof?.evidence).toContain('referral')
    expect((await failureOf(check({ base: elsewhere }))).message).toContain('referral')
  })
})

describeWithService('OpenLDAP that anybody may read in part', slapdProbe, () => {
  let slapd: Slapd
  const { read, check } = readerOf(() => slapd)

  beforeAll(async () => {
    const open = [1, 2, 3].map((i) =>
      ldifEntry(`uid=p${i},ou=public,${SUFFIX}`, { objectClass: 'inetOrgPerson', uid: `p${i}`, cn: `P ${i}`, sn: 'P' }),
    )
    slapd = await startSlapd({ ldif: open.join('\n') })
  })
  afterAll(() => slapd.stop())

  const anonymous = { bindDn: undefined, password: undefined }

  test('is read by nobody in particular', async () => {
    const all = await read({ ...anonymous, base: `ou=public,${SUFFIX}` })
    expect(sortedValuesOf(all, 'uid')).toEqual(['p1', 'p2', 'p3'])
    expect(all.proof?.complete).toBe(true)
    expect(await check({ ...anonymous, base: `ou=public,${SUFFIX}` })).toContain('read anonymously')
  })

  test('is not silently read anonymously when the password, or the name, was forgotten', async () => {
    expect((await failureOf(read({ password: undefined }))).code).toBe('ldap-bind')
    expect((await failureOf(read({ bindDn: undefined }))).code).toBe('ldap-bind')
  })

  test('is an empty set, and complete, where nobody is', async () => {
    expect((await read({ base: `ou=people,${SUFFIX}` })).proof).toMatchObject({ complete: true, rows: 0 })
  })
})
