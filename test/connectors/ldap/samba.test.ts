import { afterAll, beforeAll, expect, test } from 'vitest'
import { ldapConnector } from '../../../connectors/ldap/index.ts'
import { DAY, systemClock } from '../../../core/clock.ts'
import { Secret } from '../../../core/secret.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { DOMAIN, type SambaDomain, sambaInstalled, startSamba } from '../../support/samba.ts'
import { describeWithService } from '../../support/service.ts'
import {
  COMPUTERS,
  DISABLED,
  domainLdif,
  EXPIRED_AT,
  EXPIRES_AT,
  MACHINES,
  READER,
  STAFF,
  STAFF_SIZE,
  staffDn,
  staffName,
} from './samba-people.ts'
import { failureOf } from './script.ts'

describeWithService('a Samba domain controller', sambaInstalled, () => {
  let domain: SambaDomain

  beforeAll(async () => {
    domain = await startSamba(domainLdif())
  }, 240_000)

  afterAll(() => domain.stop())

  function access(): Record<string, unknown> {
    return {
      urls: [`ldaps://${domain.address}`],
      ca: domain.caFile,
      serverName: domain.serverName,
      bindDn: READER.upn,
      password: new Secret(READER.password),
      referrals: 'ignore',
    }
  }

  async function read(options: Record<string, unknown> = {}, how: ReadHow = {}): Promise<ReadAll> {
    return readAll(ldapConnector, { ...access(), base: STAFF, ...options }, { clock: systemClock, ...how })
  }

  test('refuses a password without encryption, which is explained', async () => {
    const failure = await failureOf(read({ urls: [`ldap://${domain.address}`] }))
    expect(failure.name).toBe('ConfigError')
    expect(`${failure.message} ${failure.hint}`).toMatch(/ldaps:.*(StartTLS|startTls: true)/s)
  })

  test('is read whole over LDAPS, page by page, with its own authority', async () => {
    const all = await read({ pageSize: 250 })
    expect(all.proof).toMatchObject({ complete: true, rows: all.rows.length })
    expect(all.proof?.evidence).toMatch(/cookie/)
    const names = new Set(all.rows.map(({ fields }) => fields['sAMAccountName']))
    expect(names.size).toBe(all.rows.length)
    for (let number = 1; number <= STAFF_SIZE; number++) expect(names).toContain(staffName(number))
    expect(all.rows.find(({ fields }) => fields['sAMAccountName'] === 'p0001')?.at).toBe(staffDn(1))
  })

  test('is read over StartTLS', async () => {
    const all = await read({ urls: [`ldap://${domain.address}`], startTls: true, filter: '(sAMAccountName=p0001)' })
    expect(all.proof).toMatchObject({ complete: true, rows: 1 })
  })

  test('is not trusted without its authority', async () => {
    const failure = await failureOf(runCheck(ldapConnector, { ...access(), ca: undefined }))
    expect(`${failure.message} ${failure.hint}`).toMatch(/not trusted.*`ca`/s)
  })

  test('is not trusted under a name that is not on its certificate', async () => {
    const failure = await failureOf(read({ serverName: 'dc2.ad.example.com' }))
    expect(failure.message).toMatch(/certificate/)
  })

  test('says why it refuses an account', async () => {
    const wrong = { bindDn: READER.upn, password: new Secret('not it') }
    expect((await failureOf(read(wrong))).message).toMatch(/password/)
    const disabled = { bindDn: DISABLED.upn, password: new Secret(DISABLED.password) }
    expect(await failureOf(read(disabled))).toMatchObject({
      code: 'ldap-account-disabled',
      message: expect.stringMatching(/disabled/),
    })
  })

  test('tells when the password of the account that reads ends, by whichever name it binds', async () => {
    const { login } = await read({ filter: '(sAMAccountName=p0001)' })
    const days = ((login?.expiresAt?.getTime() ?? 0) - Date.now()) / DAY
    // What a domain of Microsoft and Samba begins with.
    expect(days).toBeGreaterThan(41)
    expect(days).toBeLessThan(42.1)
    expect(login?.personal).toBeUndefined()
    const again = await read({ bindDn: `AD\\${READER.name}`, filter: '(sAMAccountName=p0001)' })
    expect(again.login).toEqual(login)
  })

  test('demands that somebody binds', async () => {
    const failure = await failureOf(read({ bindDn: undefined, password: undefined }))
    expect(`${failure.message} ${failure.hint}`).toMatch(/bindDn/)
  })

  test('has ids as its own tools print them', async () => {
    const printed = await domain.tool('user', 'show', 'p0001', '--attributes=objectGUID,objectSid')
    const { rows } = await read({ filter: '(sAMAccountName=p0001)', attributes: ['objectGUID', 'objectSid'] })
    expect(rows[0]?.fields).toMatchObject({
      id: /objectGUID: (\S+)/.exec(printed)?.[1],
      objectGUID: /objectGUID: (\S+)/.exec(printed)?.[1],
      objectSid: /objectSid: (\S+)/.exec(printed)?.[1],
    })
  })

  test('shows who is disabled, and who has expired', async () => {
    const people = byName(await read({ filter: '(sAMAccountName=p000*)' }))
    const status = Object.fromEntries([...people].map(([name, fields]) => [name, fields['status']]))
    expect(status).toMatchObject({
      p0001: 'ACTIVE',
      p0002: 'DEACTIVATED',
      p0003: 'DEACTIVATED',
      p0004: 'ACTIVE',
      p0005: 'ACTIVE',
    })
    expect(people.get('p0002')).toMatchObject({ disabled: true })
    expect(people.get('p0003')).toMatchObject({ disabled: true, disabledAt: EXPIRED_AT })
    expect(people.get('p0001')).toMatchObject({ disabled: false })
  })

  test('has times in their usual form, and none where they mean never', async () => {
    const people = byName(
      await read({
        filter: '(sAMAccountName=p000*)',
        attributes: ['sAMAccountName', 'accountExpires', 'whenCreated', 'lastLogon'],
      }),
    )
    expect(people.get('p0003')?.['accountExpires']).toBe(EXPIRED_AT)
    expect(people.get('p0004')?.['accountExpires']).toBe(EXPIRES_AT)
    expect(people.get('p0005')?.['accountExpires'] ?? '').toBe('')
    expect(people.get('p0001')?.['accountExpires'] ?? '').toBe('')
    expect(people.get('p0001')?.['lastLogon'] ?? '').toBe('')
    const created = String(people.get('p0001')?.['whenCreated'])
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Math.abs(Date.parse(created) - Date.now())).toBeLessThan(10 * 60_000)
  })

  test('has people without computers, managed service accounts and contacts', async () => {
    const names = [...byName(await read({ base: DOMAIN })).keys()]
    expect(names).toEqual(expect.arrayContaining(['p0001', 'umlaut', READER.name]))
    expect(names.filter((name) => name === '' || name.endsWith('$'))).toEqual([])
    const withServices = await read({ base: DOMAIN, serviceAccounts: true })
    expect([...byName(withServices).keys()]).toContain('gmsa-backup$')
  })

  test('has accounts without mail, which are kept, left out, or given an address', async () => {
    const filter = `(|(sAMAccountName=${READER.name})(sAMAccountName=p0001))`
    const keep = byName(await read({ filter }))
    expect(new Set(keep.keys())).toEqual(new Set(['p0001', READER.name]))
    const exclude = await read({ filter, withoutMail: 'exclude' })
    expect([...byName(exclude).keys()]).toEqual(['p0001'])
    expect(exclude.proof).toMatchObject({ complete: true, rows: 1 })
    const given = byName(await read({ filter, withoutMail: '{sAMAccountName}@accounts.invalid' }))
    expect(given.get(READER.name)?.['mail']).toBe(`${READER.name}@accounts.invalid`)
    expect(given.get('p0001')?.['mail']).toBe('p0001@example.com')
  })

  test('has several values as lists', async () => {
    const { rows } = await read({
      filter: '(sAMAccountName=p0006)',
      attributes: ['sAMAccountName', 'proxyAddresses', 'otherTelephone', 'memberOf', 'objectClass'],
    })
    const fields = rows[0]?.fields ?? {}
    expect([...(fields['proxyAddresses'] as string[])].sort()).toEqual([
      'SMTP:p0006@example.com',
      'smtp:six@example.com',
    ])
    expect(fields['otherTelephone']).toHaveLength(2)
    expect(fields['memberOf']).toEqual([`CN=all-staff,${STAFF}`])
  })

  test('has names with commas and umlauts', async () => {
    const { rows } = await read({ filter: '(sn=Müller)', attributes: ['cn', 'sn'] })
    expect(rows[0]).toMatchObject({ at: `CN=Müller\\, Jörg,${STAFF}`, fields: { cn: 'Müller, Jörg', sn: 'Müller' } })
  })

  test('has computers', async () => {
    const all = await read({ base: DOMAIN, objects: 'computers', pageSize: 20 })
    // The domain controller is a computer too; managed service accounts, whose class is derived from it, are not.
    expect(all.proof).toMatchObject({ complete: true, rows: COMPUTERS + 1 })
    const computers = byName(all)
    expect(computers.get('PC-001$')).toMatchObject({ operatingSystem: 'Windows 11 Enterprise', status: 'ACTIVE' })
    expect(computers.get('PC-002$')).toMatchObject({ disabled: true, status: 'DEACTIVATED' })
    expect(all.rows.every(({ at }) => at.endsWith(MACHINES) || at.includes('Domain Controllers'))).toBe(true)
  })

  test('has groups with more members than one answer of Microsoft holds', async () => {
    const { rows, proof } = await read({ objects: 'groups', filter: '(cn=all-staff)' })
    expect(proof?.complete).toBe(true)
    const members = rows[0]?.fields['member'] as string[]
    expect(new Set(members).size).toBe(STAFF_SIZE)
  })

  test('has groups in groups in a circle, and primary groups', async () => {
    const people = byName(
      await read({ filter: '(|(sAMAccountName=p001*)(sAMAccountName=p0001))', groups: { field: true } }),
    )
    const ring = ['all-staff', 'ring-a', 'ring-b', 'ring-c']
    expect(people.get('p0010')?.['groups']).toEqual(expect.arrayContaining(ring))
    expect(people.get('p0012')?.['groups']).toEqual(expect.arrayContaining(ring))
    expect(people.get('p0011')?.['groups']).not.toEqual(expect.arrayContaining(['ring-a']))
    expect(people.get('p0011')?.['groups']).toEqual(expect.arrayContaining(['Domain Users', 'all-staff']))
    expect(people.get('p0013')?.['groups']).toEqual(expect.arrayContaining(['Domain Guests', 'Domain Users']))
    const direct = byName(await read({ filter: '(sAMAccountName=p0010)', groups: { field: true, nested: false } }))
    expect(direct.get('p0010')?.['groups']).not.toEqual(expect.arrayContaining(['ring-c']))
  })

  test('needs no word on referrals for groups, although the top of a domain points to partitions of its own', async () => {
    const options = { filter: '(sAMAccountName=p0010)', groups: { field: true }, referrals: 'incomplete' }
    const { rows, proof } = await read(options)
    expect(rows[0]?.fields['groups']).toEqual(expect.arrayContaining(['ring-a', 'Domain Users']))
    expect(proof?.complete).toBe(true)
  })

  test('has the members of a group, however they are members', async () => {
    const ring = await read({ groups: { only: ['ring-b'] } })
    expect(new Set(byName(ring).keys())).toEqual(new Set(['p0010', 'p0012']))
    expect(ring.proof).toMatchObject({ complete: true, rows: 2 })
    const direct = await read({ groups: { only: [`CN=ring-c,${STAFF}`], nested: false } })
    expect([...byName(direct).keys()]).toEqual(['p0012'])
    const guests = await read({ groups: { only: [`CN=Domain Guests,CN=Users,${DOMAIN}`] } })
    expect([...byName(guests).keys()]).toEqual(['p0013'])
    const users = await read({ groups: { only: ['Domain Users'] } })
    expect(users.rows.length).toBeGreaterThan(STAFF_SIZE)
  })

  test('points elsewhere for the rest of its forest, which is incomplete unless it is ignored', async () => {
    const strict = await read({ base: DOMAIN, filter: '(sAMAccountName=p0001)', referrals: 'incomplete' })
    expect(strict.proof).toMatchObject({ complete: false, evidence: expect.stringMatching(/CN=Configuration/) })
    const ignoring = await read({ base: DOMAIN, filter: '(sAMAccountName=p0001)', referrals: 'ignore' })
    expect(ignoring.proof).toMatchObject({ complete: true, rows: 1 })
    const catalog = await read({
      urls: [`ldaps://${domain.address}:3269`],
      base: DOMAIN,
      filter: '(sAMAccountName=p0001)',
      referrals: 'incomplete',
    })
    expect(catalog.proof).toMatchObject({ complete: true, rows: 1 })
  })

  test('answers a check with what it is', async () => {
    const said = await runCheck(ldapConnector, access())
    expect(said).toMatch(/Samba|Active Directory/)
    expect(said).toContain(DOMAIN)
  })
})

function byName({ rows }: ReadAll): Map<string, Readonly<Record<string, unknown>>> {
  return new Map(rows.map(({ fields }) => [text(fields['sAMAccountName']), fields]))
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
