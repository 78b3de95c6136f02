/** What is told of the account that reads, and why one is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, SECOND } from '../../../core/clock.ts'
import type { LoginFacts } from '../../../core/connector.ts'
import { Secret } from '../../../core/secret.ts'
import { integer, TAG } from '../../support/ber.ts'
import { done, entry, type LdapScript, silence } from '../../support/ldap-server.ts'
import type { SearchRequest, Values } from '../../support/ldap-message.ts'
import { describeWithService } from '../../support/service.ts'
import { ldifEntry, peopleLdif, type Slapd, slapdProbe, startSlapd, SUFFIX } from '../../support/slapd.ts'
import { readerOf } from './fixture.ts'
import {
  ACTIVE_DIRECTORY,
  BASE,
  DS389,
  failureOf,
  lookUp,
  OPENLDAP,
  page,
  pages,
  person,
  read,
  serve,
} from './script.ts'

/** As directories write times. */
function generalized(ms: number): string {
  return `${new Date(ms)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .replace('Z', '')}Z`
}

/** As Active Directory counts: 100 ns since 1601. */
function fileTime(ms: number): string {
  return String((BigInt(ms) + 11_644_473_600_000n) * 10_000n)
}

const service = (name: string): string => `cn=${name},${SUFFIX}`

/** Options that bind as this account. */
const as = (name: string): Record<string, unknown> => ({ bindDn: service(name), password: new Secret(name) })

interface Account {
  readonly name: string
  readonly policy?: string
  readonly changed?: number
  readonly values?: Values
}

function account({ name, policy, changed, values = {} }: Account): string {
  return ldifEntry(service(name), {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: name,
    userPassword: name,
    ...(policy === undefined ? {} : { pwdPolicySubentry: service(policy) }),
    ...(changed === undefined ? {} : { pwdChangedTime: generalized(changed) }),
    ...(values as Record<string, string>),
  })
}

function policyEntry(name: string, values: Readonly<Record<string, string>>): string {
  const own = { objectClass: ['device', 'pwdPolicy'], cn: name, pwdAttribute: 'userPassword', ...values }
  return ldifEntry(service(name), own)
}

describeWithService('OpenLDAP with a password policy', slapdProbe, () => {
  let slapd: Slapd
  const { read: readSlapd, check } = readerOf(() => slapd)
  const startedAt = Date.now()

  beforeAll(async () => {
    const ldif = [
      policyEntry('monthly', { pwdMaxAge: String(30 * 86_400) }),
      policyEntry('usual', { pwdMaxAge: String(30 * 86_400), pwdExpireWarning: String(5 * 86_400) }),
      policyEntry('strict', { pwdMaxAge: '3600', pwdMustChange: 'TRUE', pwdLockout: 'TRUE' }),
      policyEntry('kind', { pwdMaxAge: '3600', pwdGraceAuthnLimit: '100' }),
      account({ name: 'aging', policy: 'monthly', changed: startedAt - 20 * DAY }),
      account({ name: 'fresh' }),
      account({ name: 'warned', changed: startedAt - 28 * DAY }),
      account({ name: 'expired', policy: 'strict', changed: startedAt - DAY }),
      account({ name: 'graced', policy: 'kind', changed: startedAt - DAY }),
      account({ name: 'reset', policy: 'strict', changed: startedAt, values: { pwdReset: 'TRUE' } }),
      account({ name: 'locked', policy: 'strict', values: { pwdAccountLockedTime: '000001010000Z' } }),
      peopleLdif(2, (index) => (index === 0 ? { userPassword: 'u0' } : {})),
    ]
    const database = `ppolicy_default "${service('usual')}"\nppolicy_use_lockout`
    slapd = await startSlapd({ ldif: ldif.join('\n'), database })
  })
  afterAll(() => slapd.stop())

  const people = { base: `ou=people,${SUFFIX}` }

  async function daysLeft(name: string): Promise<number | undefined> {
    const { login, proof } = await readSlapd({ ...people, ...as(name) })
    expect(proof).toMatchObject({ complete: true, rows: 2 })
    return login?.expiresAt && (login.expiresAt.getTime() - startedAt) / DAY
  }

  test('tells when the password ends that the policy of the account counts', async () => {
    expect(await daysLeft('aging')).toBeCloseTo(10, 2)
  })

  test('says at the bind that the password ends soon, also where the account names no policy', async () => {
    expect(await daysLeft('warned')).toBeCloseTo(2, 2)
  })

  test('tells nothing of a password that has no end in sight', async () => {
    expect(await daysLeft('fresh')).toBeUndefined()
  })

  test('still lets in whose password has expired when the policy is kind, and that is told', async () => {
    const { login, logs } = await readSlapd({ ...people, ...as('graced') })
    expect(login?.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now())
    expect(logs).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringMatching(/has expired.*more logins/) }),
    )
  })

  test.each([
    ['expired', 'ldap-password-expired', /password has expired/],
    ['locked', 'ldap-account-locked', /locked/],
    ['reset', 'ldap-password-change', /must be changed first/],
  ])('refuses an account that is %s, and each has a code of its own', async (name, code, says) => {
    const failure = await failureOf(readSlapd({ ...people, ...as(name) }))
    expect(failure).toMatchObject({ name: 'OperatorError', code })
    expect(failure.message).toMatch(says)
  })

  test('refuses a wrong password as wrong', async () => {
    const failure = await failureOf(readSlapd({ ...people, bindDn: service('fresh'), password: new Secret('no') }))
    expect(failure.code).toBe('ldap-credentials')
  })

  test('shows that a person is who reads', async () => {
    const { login } = await readSlapd({ ...people, bindDn: `uid=u0,ou=people,${SUFFIX}`, password: new Secret('u0') })
    expect(login?.personal).toBe('its entry has employeeNumber')
  })

  test('tells a check the same', async () => {
    const told: LoginFacts[] = []
    await check({ ...people, ...as('aging') }, { login: (facts) => void told.push(facts) })
    expect(told).toMatchObject([{ expiresAt: new Date(Math.floor((startedAt + 10 * DAY) / SECOND) * SECOND) }])
  })
})

const READER = `cn=reader,${BASE}`
const BIND = { bindDn: READER, password: new Secret('open sesame') }
const NOW = Date.now()

/** A server that shows the account that reads as told, and one person. */
function withOwn(
  rootDse: Values,
  own: Values,
  isOwn = ({ base }: SearchRequest) => base === READER,
): Partial<LdapScript> {
  const others = pages(page(undefined, person('a')))
  return { rootDse, search: (request) => (isOwn(request) ? [entry(READER, own), done()] : others(request)) }
}

describe('the account that reads', () => {
  test('has the time at which its password ends, as Active Directory computes it', async () => {
    const own = { 'msDS-UserPasswordExpiryTimeComputed': fileTime(NOW + 5 * DAY), userAccountControl: '512' }
    const { login } = await read(await serve(withOwn(ACTIVE_DIRECTORY, own)), BIND)
    expect(login?.expiresAt?.getTime()).toBe(Math.floor((NOW + 5 * DAY) / SECOND) * SECOND)
  })

  test.each([
    ['whose password never ends', { 'msDS-UserPasswordExpiryTimeComputed': '9223372036854775807' }],
    ['that is exempt', { 'msDS-UserPasswordExpiryTimeComputed': fileTime(NOW + DAY), userAccountControl: '66048' }],
    ['without an end of its own', { accountExpires: '0' }],
  ])('in Active Directory, %s, has no end', async (_, own) => {
    const { login } = await read(await serve(withOwn(ACTIVE_DIRECTORY, own)), BIND)
    expect(login?.expiresAt).toBeUndefined()
  })

  test('ends with the account when that comes before the password', async () => {
    const own = {
      'msDS-UserPasswordExpiryTimeComputed': fileTime(NOW + 5 * DAY),
      accountExpires: fileTime(NOW + 3 * DAY),
    }
    const { login } = await read(await serve(withOwn(ACTIVE_DIRECTORY, own)), BIND)
    expect(login?.expiresAt?.getTime()).toBeLessThanOrEqual(NOW + 3 * DAY)
  })

  test.each([
    ['reader@example.com', '(userPrincipalName=reader@example.com)'],
    ['EXAMPLE\\reader', '(sAMAccountName=reader)'],
  ])('is found in Active Directory by %s', async (bindDn, filter) => {
    const own = { 'msDS-UserPasswordExpiryTimeComputed': fileTime(NOW + DAY) }
    const server = await serve(withOwn(ACTIVE_DIRECTORY, own, (request) => request.filter === filter))
    const { login } = await read(server, { ...BIND, bindDn })
    expect(login?.expiresAt).toBeInstanceOf(Date)
    expect(server.searches.at(-1)).toMatchObject({ base: BASE, filter })
  })

  test.each([
    ['389 Directory Server', { passwordExpirationTime: generalized(NOW + 4 * DAY) }],
    ['FreeIPA', { krbPasswordExpiration: generalized(NOW + 4 * DAY) }],
  ])('has the time at which its password ends in %s', async (_, own) => {
    const { login } = await read(await serve(withOwn(DS389, own)), BIND)
    expect(login?.expiresAt?.getTime()).toBe(Math.floor((NOW + 4 * DAY) / SECOND) * SECOND)
  })

  test.each([
    [{ manager: 'cn=boss' }, 'its entry has manager'],
    [{ employeeID: '17' }, 'its entry has employeeID'],
    [{ mail: 'a@example.com', givenName: 'A', sn: 'B' }, 'its entry has mail, givenName, sn'],
    [{ mail: 'tool@example.com', sn: 'Tool' }, undefined],
  ] as const)('with %o seems to belong to a person for the reason that is said', async (own, personal) => {
    const { login } = await read(await serve(withOwn(ACTIVE_DIRECTORY, own)), BIND)
    expect(login?.personal).toBe(personal)
  })

  test.each([
    ['may not be seen', [done({ code: 50 })]],
    ['is not there', [done({ code: 32 })]],
    ['is answered with nonsense', [{ raw: 'nonsense' }]],
    ['is answered with silence', [silence]],
  ])('does not fail a read when it %s', async (_, replies) => {
    const others = pages(page(undefined, person('a')))
    const server = await serve({ search: (request) => (request.base === READER ? replies : others(request)) })
    const { proof, login } = await read(server, { ...BIND, answerTimeout: '1s' })
    expect(proof).toMatchObject({ complete: true, rows: 1 })
    expect(login?.expiresAt).toBeUndefined()
  })

  test('costs one search, and none when nobody binds', async () => {
    const server = await serve({
      rootDse: OPENLDAP,
      search: (request) => (request.scope === 'base' ? lookUp(request) : page(undefined, person('a'))),
    })
    await read(server)
    const anonymous = server.searches.length
    await read(server, BIND)
    expect(server.searches.length - anonymous).toBe(anonymous + 1)
  })
})

const POLICY = '1.3.6.1.4.1.42.2.27.8.5.1'

/** The code of the error that a read ends with when the bind is answered so. */
async function refused(result: ReturnType<NonNullable<LdapScript['bind']>>): Promise<string> {
  const server = await serve({ rootDse: ACTIVE_DIRECTORY, bind: () => result })
  return (await failureOf(read(server, BIND))).code
}

describe('the answer to a bind', () => {
  test.each([
    ['525', 'ldap-account-gone'],
    ['52e', 'ldap-credentials'],
    ['530', 'ldap-logon-restricted'],
    ['531', 'ldap-logon-restricted'],
    ['532', 'ldap-password-expired'],
    ['533', 'ldap-account-disabled'],
    ['701', 'ldap-account-expired'],
    ['773', 'ldap-password-change'],
    ['775', 'ldap-account-locked'],
    ['80090346', 'ldap-strong-auth'],
  ])('with data %s of Active Directory has the code %s', async (data, code) => {
    const message = `80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data ${data}, v4563`
    expect(await refused({ code: 49, message })).toBe(code)
  })

  test.each([
    [{ code: 49, message: 'password expired!' }, 'ldap-password-expired'],
    [{ code: 53, message: 'Account inactivated. Contact system administrator.' }, 'ldap-account-disabled'],
    [{ code: 19, message: 'Exceed password retry limit. Please try later.' }, 'ldap-account-locked'],
    [{ code: 49 }, 'ldap-credentials'],
  ])('that 389 Directory Server gives as %o has the code %s', async (result, code) => {
    expect(await refused(result)).toBe(code)
  })

  test('is taken as it is when its word on the password is damaged', async () => {
    const value = Buffer.concat([integer(7, TAG.integer), Buffer.from([0xff])])
    const server = await serve({ bind: () => ({ control: { oid: POLICY, value } }) })
    expect((await read(server, BIND)).proof).toMatchObject({ complete: true, rows: 1 })
  })
})
