import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { describeWithService } from '../../support/service.ts'
import { ldifEntry, type LdifValues, type Slapd, slapdProbe, startSlapd, SUFFIX } from '../../support/slapd.ts'
import { byUid, personDn, readerOf, sortedValuesOf, valuesOf } from './fixture.ts'
import { failureOf, page, pages, person as scripted, read as readScript, serve } from './script.ts'

/** 3f2504e0-4f89-11d3-9a0c-0305e82c3301 as Active Directory keeps it. */
const GUID = Buffer.from('e004253f894fd3119a0c0305e82c3301', 'hex')
/** S-1-5-21-1004336348-1177238915-682003330-512. */
const SID = Buffer.from('010500000000000515000000dcf4dc3b833d2b46828ba62800020000', 'hex')
const LATIN1 = Buffer.from('M\xfcller', 'latin1')

/** 2024-07-01T00:00:00Z in units of 100 ns since 1601, as text. */
function fileTime(iso: string): string {
  return String((BigInt(Date.parse(iso)) + 11_644_473_600_000n) * 10_000n)
}

const DAY = 86_400_000
const today = Math.floor(Date.now() / DAY)

function person(uid: string, values: LdifValues = {}): string {
  return ldifEntry(personDn(uid), { objectClass: 'inetOrgPerson', uid, cn: `Person ${uid}`, sn: uid, ...values })
}

function shadow(uid: string, expires: number): string {
  const values = { uidNumber: '1000', gidNumber: '1000', homeDirectory: '/', shadowExpire: String(expires) }
  return person(uid, { objectClass: ['inetOrgPerson', 'posixAccount', 'shadowAccount'], ...values })
}

function adUser(uid: string, values: LdifValues): string {
  return person(uid, { objectClass: ['inetOrgPerson', 'adThing'], employeeType: 'ad', ...values })
}

const LDIF = [
  person('rich', {
    cn: ['Rich Person', 'R. Person'],
    givenName: 'Rich',
    mail: ['rich@example.com', 'r.person@example.com'],
    telephoneNumber: ['+49 1', '+49 2'],
    departmentNumber: ['12', '13'],
    carLicense: 'B-XY 1',
    employeeNumber: '007',
    description: 'Zoë, 東京',
    jpegPhoto: Buffer.from([0xff, 0xd8, 0x00, 0x41]),
    userPassword: 'not for us',
  }),
  person('poor'),
  person('locked', { pwdAccountLockedTime: '000001010000Z', mail: 'locked@example.com' }),
  person('tired', { pwdAccountLockedTime: '20240301080910Z', mail: 'tired@example.com' }),
  shadow('expired', today - 10),
  shadow('expiring', today + 10),
  shadow('unlimited', -1),
  adUser('ad-active', {
    objectGUID: GUID,
    objectSid: SID,
    userAccountControl: '512',
    accountExpires: '9223372036854775807',
    pwdLastSet: '0',
    whenCreated: '20230102030405.0Z',
    proxyAddresses: 'SMTP:a@example.com',
  }),
  adUser('ad-disabled', {
    userAccountControl: '514',
    accountExpires: '0',
    pwdLastSet: fileTime('2024-07-01T10:20:30Z'),
  }),
  adUser('ad-expired', { userAccountControl: '66048', accountExpires: fileTime('2024-07-01T00:00:00Z') }),
  adUser('ad-unknown', { accountExpires: '0' }),
  ldifEntry(`ou=services,ou=people,${SUFFIX}`, { objectClass: 'organizationalUnit', ou: 'services' }),
  ldifEntry(`uid=backup,ou=services,ou=people,${SUFFIX}`, {
    objectClass: 'inetOrgPerson',
    uid: 'backup',
    cn: 'Backup',
    sn: 'Backup',
    mail: 'backup@example.com',
  }),
  ldifEntry(`cn=Doe\\, Jane,ou=people,${SUFFIX}`, {
    objectClass: 'inetOrgPerson',
    uid: 'jane',
    cn: 'Doe, Jane',
    sn: 'Doe',
  }),
  ldifEntry(`cn=laptop-1,${SUFFIX}`, {
    objectClass: ['device', 'ipHost'],
    cn: 'laptop-1',
    ipHostNumber: '10.0.0.1',
    serialNumber: 'S1',
  }),
  ldifEntry(`cn=laptop-2,${SUFFIX}`, { objectClass: 'device', cn: 'laptop-2' }),
].join('\n')

const one = (uid: string) => ({ filter: `(uid=${uid})` })

/** slapd does not take such text; others do. */
function damaged() {
  return serve({ search: pages(page(undefined, scripted('a', { description: LATIN1, entryUUID: 'x' }))) })
}

describeWithService('entries of OpenLDAP', slapdProbe, () => {
  let slapd: Slapd
  const { read } = readerOf(() => slapd)

  beforeAll(async () => {
    slapd = await startSlapd({ ldif: LDIF })
  })
  afterAll(() => slapd.stop())

  /** Whoever may see password hashes too. */
  const admin = { bindDn: `cn=admin,${SUFFIX}`, password: new Secret('admin') }

  describe('become rows', () => {
    test('with a stable id, their place, their state and the time of their making', async () => {
      const { rows, columns } = await read(one('rich'))
      expect(rows[0]?.at).toBe(personDn('rich'))
      expect(rows[0]?.fields).toMatchObject({
        dn: personDn('rich'),
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        disabled: false,
        status: 'ACTIVE',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        employeeNumber: '007',
        description: 'Zoë, 東京',
      })
      expect(Object.keys(rows[0]?.fields ?? {})).toEqual(columns)
    })

    test('without anything that no column has', async () => {
      const { rows } = await read(one('poor'))
      expect('constructor' in (rows[0]?.fields ?? {})).toBe(false)
      expect(rows[0]?.fields).toMatchObject({ mail: undefined, objectClass: ['inetOrgPerson'] })
    })

    test('of the attributes that are listed alone, under the names that the user wrote', async () => {
      const { columns, rows } = await read({ ...one('rich'), attributes: ['UID', 'EmployeeNumber', 'surname'] })
      const computed = ['dn', 'id', 'disabled', 'status', 'disabledAt', 'createdAt']
      expect(columns).toEqual([...computed, 'UID', 'EmployeeNumber', 'surname'])
      expect(rows[0]?.fields).toMatchObject({ UID: 'rich', EmployeeNumber: '007', surname: 'rich' })
    })

    test('of all that the server shows, without passwords, when * is listed', async () => {
      const { columns, rows } = await read({ ...one('rich'), attributes: ['*'], ...admin })
      expect(columns).toBeUndefined()
      expect(rows[0]?.fields).toMatchObject({ uid: 'rich', carLicense: ['B-XY 1'], status: 'ACTIVE' })
      expect(Object.keys(rows[0]?.fields ?? {}).map((name) => name.toLowerCase())).not.toContain('userpassword')
      expect('hasOwnProperty' in (rows[0]?.fields ?? {})).toBe(false)
    })

    test('below the base, or directly below it, and without branches that are excluded', async () => {
      const base = `ou=people,${SUFFIX}`
      const all = await read({ base })
      expect(valuesOf(await read({ base, scope: 'one' }), 'uid')).not.toContain('backup')
      expect(valuesOf(await read({ base: personDn('rich'), scope: 'base' }), 'uid')).toEqual(['rich'])
      const some = await read({ base, excludeUnder: [`OU=Services, OU=People, ${SUFFIX}`] })
      expect(valuesOf(all, 'uid')).toContain('backup')
      expect(valuesOf(some, 'uid')).not.toContain('backup')
      expect(some.proof?.evidence).toMatch(/1 left out/)
      expect(some.logs.some(({ message, facts }) => message.includes('excludeUnder') && facts['entries'] === 1)).toBe(
        true,
      )
    })

    test('and a branch to exclude must be there, or it would be excluded no more when it is renamed', async () => {
      const failure = await failureOf(read({ excludeUnder: [`ou=service,ou=people,${SUFFIX}`] }))
      expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-no-base' })
      expect(failure.message).toContain('excludeUnder')
    })

    test('of computers', async () => {
      const all = await read({ objects: 'computers' })
      expect(sortedValuesOf(all, 'cn')).toEqual(['laptop-1', 'laptop-2'])
      expect(all.columns).toContain('serialNumber')
    })
  })

  describe('have the same shape whatever their data', () => {
    test('a list for what holds many, text for what everybody takes for one', async () => {
      const rows = byUid(
        await read({ attributes: ['uid', 'cn', 'mail', 'departmentNumber', 'carLicense', 'objectClass'] }),
      )
      expect(rows['rich']).toMatchObject({
        cn: 'Rich Person',
        mail: 'rich@example.com',
        carLicense: ['B-XY 1'],
        departmentNumber: '12',
      })
      expect(rows['poor']).toMatchObject({ mail: undefined, carLicense: [], objectClass: ['inetOrgPerson'] })
    })

    test('as `lists` and `texts` say', async () => {
      const options = { attributes: ['uid', 'mail', 'carLicense'], lists: ['Mail'], texts: ['CARLICENSE'] }
      const rows = byUid(await read(options))
      expect(rows['rich']).toMatchObject({ mail: ['rich@example.com', 'r.person@example.com'], carLicense: 'B-XY 1' })
      expect(rows['locked']).toMatchObject({ mail: ['locked@example.com'], carLicense: undefined })
      expect(rows['poor']).toMatchObject({ mail: [] })
    })

    test('and a value that is not taken is counted and told', async () => {
      const { logs } = await read({ attributes: ['uid', 'telephoneNumber'] })
      expect(logs).toContainEqual({
        level: 'info',
        message: '1 entry has several values of telephoneNumber, and the first is taken; `lists` gives all',
        facts: { attribute: 'telephoneNumber', entries: 1 },
      })
    })

    test('bytes as base64, by the schema or by `binary`', async () => {
      const options = {
        ...one('rich'),
        attributes: ['JPEGphoto', 'employeeNumber'],
        binary: ['employeenumber'],
        texts: ['jpegPhoto'],
      }
      const { rows } = await read(options)
      expect(rows[0]?.fields).toMatchObject({ JPEGphoto: '/9gAQQ==', employeeNumber: 'MDA3' })
    })

    test('and text that is no UTF-8 is counted and told', async () => {
      const { rows, logs } = await readScript(await damaged(), { attributes: ['description'] })
      expect(rows[0]?.fields['description']).toBe('M\uFFFDller')
      expect(logs).toEqual([
        expect.objectContaining({ level: 'warn', facts: { attribute: 'description', entries: 1 } }),
      ])
    })

    test('and an id that is no UTF-8 fails, since damaged ids would be alike', async () => {
      const failure = await failureOf(readScript(await damaged(), { idAttribute: 'description' }))
      expect(failure).toMatchObject({ name: 'OperatorError', code: 'ldap-id' })
      const mended = await readScript(await damaged(), { idAttribute: 'description', binary: ['description'] })
      expect(mended.rows[0]?.fields['id']).toBe(LATIN1.toString('base64'))
    })
  })

  describe('are refused before they are read', () => {
    test.each([
      [{ attributes: ['uid', 'employeNumber'] }, /employeNumber.*did you mean employeeNumber/],
      [{ attributes: ['uid', 'UID'] }, /UID twice/],
      [{ attributes: ['uid', 'userPassword'] }, /userPassword, which holds passwords/],
      [{ lists: ['mial'] }, /`lists`.*did you mean mail/],
      [{ lists: ['mail'], texts: ['MAIL'] }, /`lists` and in `texts`/],
      [{ filter: '(!(emploeeType=staff))' }, /`filter`.*did you mean employeeType/],
      [{ idAttribute: 'entryUID' }, /`idAttribute`.*did you mean entryUUID/],
    ])('when %j', async (options, message) => {
      const failure = await failureOf(read(options))
      expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-attributes' })
      expect(failure.message).toMatch(message)
    })
  })

  describe('have an id', () => {
    test('of another attribute, and a warning when that follows the name', async () => {
      const stable = await read({ ...one('rich'), idAttribute: 'employeenumber' })
      expect(stable.rows[0]?.fields['id']).toBe('007')
      expect(stable.logs.filter(({ level }) => level === 'warn')).toEqual([])
      for (const idAttribute of ['mail', 'dn', 'CN']) {
        const { rows, logs } = await read({ ...one('rich'), idAttribute })
        expect(rows[0]?.fields['id']).toBeTypeOf('string')
        expect(logs.some(({ level, message }) => level === 'warn' && message.includes('renamed'))).toBe(true)
      }
    })

    test('or none, which is counted and told', async () => {
      const { rows, logs } = await read({ ...one('poor'), idAttribute: 'employeeNumber' })
      expect(rows[0]?.fields['id']).toBeUndefined()
      expect(logs).toContainEqual(expect.objectContaining({ level: 'warn', facts: { entries: 1 } }))
    })
  })

  describe('show who is disabled', () => {
    test('by the password policy', async () => {
      const rows = byUid(await read())
      expect(rows['locked']).toMatchObject({ disabled: true, status: 'DEACTIVATED', disabledAt: undefined })
      expect(rows['tired']).toMatchObject({ disabled: true, status: 'DEACTIVATED', disabledAt: '2024-03-01T08:09:10Z' })
    })

    test('for good alone, when being locked out is no matter', async () => {
      const rows = byUid(await read({ lockedOut: 'active' }))
      expect(rows['locked']).toMatchObject({ status: 'DEACTIVATED' })
      expect(rows['tired']).toMatchObject({ status: 'ACTIVE', disabledAt: undefined })
    })

    test('by the day on which the shadow account expires', async () => {
      const rows = byUid(await read())
      const since = `${new Date((today - 10) * DAY).toISOString().slice(0, 10)}T00:00:00Z`
      expect(rows['expired']).toMatchObject({ status: 'DEACTIVATED', disabledAt: since })
      expect(rows['expiring']).toMatchObject({ status: 'ACTIVE' })
      expect(rows['unlimited']).toMatchObject({ status: 'ACTIVE' })
    })

    test('as Active Directory shows it', async () => {
      const { rows, logs } = await readAd()
      expect(rows['ad-active']).toMatchObject({ status: 'ACTIVE', createdAt: '2023-01-02T03:04:05Z' })
      expect(rows['ad-disabled']).toMatchObject({ disabled: true, status: 'DEACTIVATED', disabledAt: undefined })
      expect(rows['ad-expired']).toMatchObject({ status: 'DEACTIVATED', disabledAt: '2024-07-01T00:00:00Z' })
      expect(rows['ad-unknown']).toMatchObject({ disabled: undefined, status: undefined })
      expect(logs).toContainEqual(expect.objectContaining({ level: 'warn', facts: { entries: 1 } }))
    })
  })

  async function readAd() {
    const attributes = ['uid', 'OBJECTGUID', 'objectSid', 'accountExpires', 'pwdLastSet', 'proxyAddresses']
    const options = { directory: 'active-directory', objects: 'custom', filter: '(employeeType=ad)', attributes }
    const { logs, ...all } = await read({ ...options, idAttribute: 'objectguid' })
    return { rows: byUid({ logs, ...all }), logs }
  }

  test('have the ids and times of Active Directory as text', async () => {
    const { rows } = await readAd()
    const guid = '3f2504e0-4f89-11d3-9a0c-0305e82c3301'
    expect(rows['ad-active']).toMatchObject({
      id: guid,
      OBJECTGUID: guid,
      objectSid: 'S-1-5-21-1004336348-1177238915-682003330-512',
      accountExpires: undefined,
      pwdLastSet: undefined,
      proxyAddresses: ['SMTP:a@example.com'],
    })
    expect(rows['ad-disabled']).toMatchObject({ pwdLastSet: '2024-07-01T10:20:30Z', proxyAddresses: [] })
  })

  describe('without mail', () => {
    const base = `ou=people,${SUFFIX}`

    test('are kept', async () => {
      expect(valuesOf(await read({ base }), 'uid')).toContain('poor')
    })

    test('are left out and counted, when it is said so', async () => {
      const all = await read({ base, withoutMail: 'exclude', attributes: ['uid'] })
      expect(sortedValuesOf(all, 'uid')).toEqual(['backup', 'locked', 'rich', 'tired'])
      expect(all.proof).toMatchObject({ complete: true, rows: 4 })
      expect(all.logs.some(({ message }) => message.includes('left out'))).toBe(true)
    })

    test('are given an address, when there is one to make', async () => {
      const all = await read({ base, withoutMail: '{uid}.{EMPLOYEENUMBER}@accounts.invalid', attributes: ['uid'] })
      expect(all.columns).toContain('mail')
      expect(byUid(all)['rich']).toMatchObject({ mail: 'rich@example.com' })
      expect(byUid(all)['poor']).toMatchObject({ mail: undefined })
      const simple = byUid(await read({ base, withoutMail: '{uid}@accounts.invalid', lists: ['mail'] }))
      expect(simple['poor']).toMatchObject({ mail: ['poor@accounts.invalid'] })
    })

    test.each(['{}@x.invalid', '{uid@x.invalid', 'same@x.invalid', '{u:d}@x.invalid'])(
      'are not given %s',
      async (withoutMail) => {
        expect(await failureOf(read({ withoutMail }))).toMatchObject({ name: 'ConfigError', code: 'ldap-mail' })
      },
    )
  })

  describe('are found by a filter', () => {
    test.each([
      ['(uid=rich)', ['rich']],
      ['uid=rich', ['rich']],
      ['(|(uid=rich)\n   (uid=poor))', ['poor', 'rich']],
      ['( & (uid=*) (!(mail=*)) (cn=*poor*) )', ['poor']],
      ['(cn=rich*son)', ['rich']],
      ['(uid:caseIgnoreMatch:=RICH)', ['rich']],
      ['(description=Zo\\c3\\ab\\2c*)', ['rich']],
      ['(userAccountControl>=515)', ['ad-expired']],
      ['(&(userAccountControl=*)(userAccountControl<=513))', ['ad-active']],
      ['(objectGUID=\\e0\\04\\25\\3f\\89\\4f\\d3\\11\\9a\\0c\\03\\05\\e8\\2c\\33\\01)', ['ad-active']],
      ['(&)', undefined],
      ['(|)', []],
      ['(2.5.4.4=poor)', ['poor']],
      ['(cn=Doe, Jane)', ['jane']],
      ['(cn~=Bakup)', ['backup']],
    ])('%s', async (filter, uids) => {
      const found = sortedValuesOf(await read({ filter, attributes: ['uid'] }), 'uid')
      if (uids === undefined) expect(found.length).toBeGreaterThan(10)
      else expect(found).toEqual(uids)
    })

    test.each([
      ['(uid=rich', /at its end: expected \)/],
      ['(uid=rich))', /character 11.*already ended/],
      ['(&(uid=rich)mail=*)', /character 13/],
      ['(uid rich)', /expected =/],
      ['(=rich)', /name of an attribute/],
      ['(uid=a(b)', /\\28/],
      ['(uid=a\\b)', /two hexadecimal digits/],
      ['(uid>=a*)', /\\2a/],
      ['(!(uid=a)(uid=b))', /expected \)/],
      ['(:=a)', /matching rule/],
    ])('and a wrong one is told with its place: %s', async (filter, message) => {
      const failure = await failureOf(read({ filter }))
      expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-filter' })
      expect(failure.message).toMatch(message)
    })

    test('which `objects: custom` must have', async () => {
      expect(await failureOf(read({ objects: 'custom' }))).toMatchObject({ name: 'ConfigError', code: 'ldap-filter' })
      const all = await read({ objects: 'custom', filter: '(objectClass=device)', attributes: ['cn'] })
      expect(all.rows).toHaveLength(2)
    })
  })
})
