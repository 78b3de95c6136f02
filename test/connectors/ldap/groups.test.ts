import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../core/secret.ts'
import { describeWithService } from '../../support/service.ts'
import {
  ACCOUNTS,
  ldifEntry,
  type LdifValues,
  type Slapd,
  slapdProbe,
  startSlapd,
  SUFFIX,
} from '../../support/slapd.ts'
import { byUid, personDn, readerOf, sortedValuesOf } from './fixture.ts'
import { failureOf } from './script.ts'

const groupDn = (name: string): string => `cn=${name},ou=groups,${SUFFIX}`

function group(name: string, member: readonly string[]): string {
  return ldifEntry(groupDn(name), { objectClass: 'groupOfNames', cn: name, member })
}

function person(uid: string, values: LdifValues = {}): string {
  return ldifEntry(personDn(uid), { objectClass: 'inetOrgPerson', uid, cn: uid, sn: uid, ...values })
}

function posix(uid: string, gidNumber: string): string {
  const values = { objectClass: ['inetOrgPerson', 'posixAccount'], uidNumber: '1', gidNumber, homeDirectory: '/' }
  return person(uid, values)
}

function posixGroup(name: string, gidNumber: string, memberUid: readonly string[]): string {
  return ldifEntry(groupDn(name), { objectClass: 'posixGroup', cn: name, gidNumber, memberUid })
}

const FILLERS = 400

/**
 * staff ⊃ engineers ⊃ compilers ⊃ engineers, a circle; compilers hold carol, engineers bob, staff alice. By login name
 * dave is in `ops`, and by his primary group in `wheel`.
 */
const LDIF = [
  ...['alice', 'bob', 'carol', 'nobody'].map((uid) => person(uid)),
  posix('dave', '7'),
  ldifEntry(`cn=Doe\\, Jane,ou=people,${SUFFIX}`, {
    objectClass: 'inetOrgPerson',
    uid: 'jane',
    cn: 'Doe, Jane',
    sn: 'Doe',
  }),
  ldifEntry(`cn=Max+uid=max,ou=people,${SUFFIX}`, { objectClass: 'inetOrgPerson', uid: 'max', cn: 'Max', sn: 'Max' }),
  group('double', [`UID=max + CN=Max,ou=people,${SUFFIX}`]),
  group('staff', [personDn('alice'), groupDn('engineers')]),
  group('engineers', [personDn('bob'), groupDn('compilers'), `CN=Doe\\2C Jane, OU=people,${SUFFIX}`]),
  group('compilers', [`UID=Carol, ou=people, ${SUFFIX}`, groupDn('engineers')]),
  ldifEntry(groupDn('board'), {
    objectClass: 'groupOfUniqueNames',
    cn: 'board',
    uniqueMember: [`${personDn('alice')}#'0101'B`, personDn('bob')],
  }),
  posixGroup('ops', '6', ['dave']),
  posixGroup('wheel', '7', []),
  ldifEntry(`ou=old,ou=groups,${SUFFIX}`, { objectClass: 'organizationalUnit', ou: 'old' }),
  ldifEntry(`cn=board,ou=old,ou=groups,${SUFFIX}`, {
    objectClass: 'groupOfNames',
    cn: 'board',
    member: personDn('nobody'),
  }),
  ...Array.from({ length: FILLERS }, (_, i) => group(`filler${i}`, [personDn('nobody')])),
].join('\n')

describeWithService('groups of OpenLDAP', slapdProbe, () => {
  let slapd: Slapd
  const { read } = readerOf(() => slapd)
  const people = { base: `ou=people,${SUFFIX}`, pageSize: 100 }

  beforeAll(async () => {
    slapd = await startSlapd({ ldif: LDIF })
  })
  afterAll(() => slapd.stop())

  async function uidsOf(groups: Record<string, unknown>): Promise<unknown[]> {
    return sortedValuesOf(await read({ ...people, groups }), 'uid')
  }

  describe('become a field', () => {
    test('with all names, of groups in groups and in circles too, by DN, login name and primary group', async () => {
      const all = await read({ ...people, groups: { field: true } })
      const rows = byUid(all)
      expect(all.columns).toContain('groups')
      expect(rows['alice']?.['groups']).toEqual(['board', 'staff'])
      expect(rows['bob']?.['groups']).toEqual(['board', 'compilers', 'engineers', 'staff'])
      expect(rows['carol']?.['groups']).toEqual(['compilers', 'engineers', 'staff'])
      expect(rows['dave']?.['groups']).toEqual(['ops', 'wheel'])
      expect(rows['jane']?.['groups']).toEqual(['compilers', 'engineers', 'staff'])
      expect(rows['nobody']?.['groups']).toHaveLength(FILLERS + 1)
    })

    test('with direct groups alone, when they are not nested', async () => {
      const rows = byUid(await read({ ...people, groups: { field: true, nested: false } }))
      expect(rows['bob']?.['groups']).toEqual(['board', 'engineers'])
      expect(rows['carol']?.['groups']).toEqual(['compilers'])
    })
  })

  describe('choose who is read', () => {
    test.each([
      ['staff', ['alice', 'bob', 'carol', 'jane']],
      ['ENGINEERS', ['bob', 'carol', 'jane']],
      [`CN=Compilers, OU=groups, ${SUFFIX}`, ['bob', 'carol', 'jane']],
      [groupDn('board'), ['alice', 'bob']],
      ['double', ['max']],
      ['ops', ['dave']],
      ['wheel', ['dave']],
    ])('by %s, however deep', async (name, uids) => {
      expect(await uidsOf({ only: [name] })).toEqual(uids)
    })

    test('by several, and directly when they are not nested', async () => {
      expect(await uidsOf({ only: ['staff', 'ops'], nested: false })).toEqual(['alice', 'dave'])
    })

    test('and those who are left out are counted', async () => {
      const all = await read({ ...people, groups: { only: ['ops'] } })
      expect(all.proof).toMatchObject({ complete: true, rows: 1 })
      expect(all.proof?.evidence).toContain('7 entries, 6 left out')
      expect(all.logs).toContainEqual(expect.objectContaining({ level: 'info', facts: { entries: 6 } }))
    })
  })

  describe('fail the read, so that nobody seems to have left,', () => {
    test('when one of them does not exist', async () => {
      const failure = await failureOf(uidsOf({ only: ['staff', 'enginers'] }))
      expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-group' })
      expect(failure.message).toContain('did you mean engineers?')
    })

    test('when several have the name', async () => {
      const failure = await failureOf(uidsOf({ only: ['board'] }))
      expect(failure).toMatchObject({ name: 'ConfigError', code: 'ldap-group' })
      expect(failure.message).toContain('2 groups')
      expect(await uidsOf({ only: ['board'], base: `ou=old,ou=groups,${SUFFIX}` })).toEqual(['nobody'])
    })

    test('when not all of them could be read', async () => {
      const capped = { bindDn: ACCOUNTS.capped, password: new Secret('capped') }
      const failure = await failureOf(read({ ...people, ...capped, groups: { field: true } }))
      expect(failure).toMatchObject({ name: 'OperatorError', code: 'ldap-groups' })
      expect(failure.message).toContain('size limit')
    })
  })

  test('are read as rows with all their members', async () => {
    const all = await read({ objects: 'groups', filter: '(|(cn=staff)(cn=ops)(cn=board))' })
    const members = Object.fromEntries(all.rows.map(({ at, fields }) => [at, [fields['member'], fields['memberUid']]]))
    expect(members[groupDn('staff')]).toEqual([[personDn('alice'), groupDn('engineers')], []])
    expect(members[groupDn('ops')]).toEqual([[], ['dave']])
    expect(all.columns).not.toContain('status')
  })
})
