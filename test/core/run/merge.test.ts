import { describe, expect, it } from 'vitest'
import { people, PEOPLE_MAP, type Table, useWorkshops, type Workshop } from '../../support/workshop.ts'
import { ACCOUNTS, ALL_BUT_ID, tableOf, tableSource } from './sources-fixture.ts'

const workshop = useWorkshops()

/** Personnel knows names, the directory knows how people sign in. */
const HR_MAP = {
  uniqueId: '{{ id }}',
  externalUrl: 'https://hr.example.com/people/{{ id }}',
  fullName: '{{ name }}',
  displayName: '{{ name }}',
  email: '{{ email }}',
  createdTimestamp: '2024-01-02T03:04:05Z',
}
const DIRECTORY_MAP = {
  uniqueId: '{{ id }}',
  accountName: '{{ login }}',
  permissionLevel: 'BASE',
  status: '{{ status }}',
  authMethod: 'SSO',
  mfaEnabled: null,
  mfaMethods: [],
  displayName: '{{ shown }}',
}

const hrRows = (count: number) => people(count).map(({ id, name, email }) => ({ id, name, email }))
const loginRows = (count: number) =>
  people(count).map(({ id, email }) => ({ id, login: `login-${String(id)}`, status: 'active', shown: '', mail: email }))

interface Two {
  readonly hr: Table
  readonly directory: Table
  readonly shop: Workshop
}

async function joinedById(hrMap: object = {}, directoryMap: object = {}): Promise<Two> {
  const [hr, directory] = [tableOf(hrRows(20)), tableOf(loginRows(20))]
  const sources = [
    tableSource({ name: 'hr', table: hr, map: { ...HR_MAP, ...hrMap }, elsewhere: ALL_BUT_ID }),
    tableSource({
      name: 'directory',
      table: directory,
      map: { ...DIRECTORY_MAP, ...directoryMap },
      elsewhere: ALL_BUT_ID,
    }),
  ]
  return { hr, directory, shop: await workshop({ resource: { merge: 'join', sources } }) }
}

describe('the first source wins', () => {
  it('over each row of another one, and every row that differs is listed', async () => {
    const [head, branch] = [tableOf(people(20)), tableOf(people(20))]
    branch.rows = [...people(20), { ...people(1)[0], name: 'Twice' }]
    const sources = [
      tableSource({ name: 'head', table: head, map: PEOPLE_MAP }),
      tableSource({ name: 'branch', table: branch, map: PEOPLE_MAP }),
    ]
    const shop = await workshop({ resource: { merge: 'first', sources } })
    const [resource] = (await shop.run()).resources
    expect(resource).toMatchObject({ records: { valid: 20, invalid: 0 }, conflictsTotal: 1 })
    expect(resource?.conflicts).toEqual([
      { uniqueId: 'E-00001', fields: ['displayName', 'fullName'], places: ['head:2', 'branch:22'] },
    ])
  })
})

function grouped(table: Table, groupBy: string): Promise<Workshop> {
  const sources = [tableSource({ name: 'people', table, map: PEOPLE_MAP, groupBy })]
  return workshop({ resource: { sources, guard: { groupBy } } })
}

describe('the column that the guard groups by', () => {
  it('fails the read when the source does not have it: a guard that sees no groups guards nothing', async () => {
    const shop = await grouped(tableOf(people(3)), 'rolle')
    const { error, exitCode } = (await shop.run()).resources[0] ?? {}
    expect(exitCode).toBe(12)
    expect(error?.message).toMatch(/guard\.groupBy: the data has no column 'rolle'; .*did you mean "role"\?/)
  })

  it('is used, and not told as one that feeds nothing', async () => {
    const shop = await grouped(tableOf(people(3).map((row) => ({ ...row, team: 'Legal' }))), 'team')
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    expect(shop.events.filter((event) => event.kind === 'warning')).toEqual([])
  })

  it('may be one of the first source alone, and must be one of any', async () => {
    const [hr, directory] = [tableOf(hrRows(20).map((row) => ({ ...row, team: 'Legal' }))), tableOf(loginRows(20))]
    const open = (groupBy: string) => {
      const sources = [
        tableSource({ name: 'hr', table: hr, map: HR_MAP, elsewhere: ALL_BUT_ID, groupBy }),
        tableSource({ name: 'directory', table: directory, map: DIRECTORY_MAP, elsewhere: ALL_BUT_ID, groupBy }),
      ]
      return workshop({ resource: { merge: 'join', sources, guard: { groupBy } } })
    }
    expect(await (await open('team')).run()).toMatchObject({ exitCode: 0 })
    expect((await (await open('dir.team')).run()).resources[0]?.error?.message).toMatch(/guard\.groupBy: .*'dir\.team'/)
  })
})

describe('fields joined', () => {
  it('make whole records of what each source knows, with one PUT', async () => {
    const { shop } = await joinedById()
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect(document.resources[0]).toMatchObject({ records: { read: 40, valid: 20, invalid: 0, pushed: 20 } })
    expect(document.resources[0]).not.toHaveProperty('conflicts')
    const [record] = shop.sandbox.control.state().resources.flatMap(({ records }) => records)
    expect(record).toMatchObject({ fullName: 'Person 1', accountName: 'login-E-00001', status: 'ACTIVE' })
  })

  it('list on which fields sources differ: notes, not problems', async () => {
    const { shop, directory } = await joinedById()
    directory.rows = loginRows(20).map((row, i) => (i === 4 ? { ...row, shown: 'Someone else' } : row))
    const [resource] = (await shop.run()).resources
    expect(resource).toMatchObject({
      records: { valid: 20, invalid: 0 },
      problems: [],
      conflicts: [{ uniqueId: 'E-00005', fields: ['displayName'], places: ['hr:6', 'directory:6'] }],
      conflictsTotal: 1,
    })
  })

  it('leave a record invalid in whose row a connector found something wrong, whatever an earlier source gives', async () => {
    const { shop, directory } = await joinedById({ status: 'ACTIVE' })
    directory.problemsOf = ({ id }) => (id === 'E-00002' ? [{ field: 'status', message: 'it is unclear' }] : [])
    const [resource] = (await shop.run()).resources
    expect(resource).toMatchObject({ records: { valid: 19, invalid: 1 } })
    expect(resource?.problems).toMatchObject([{ code: 'source', at: 'directory:3', uniqueId: 'E-00002' }])
  })

  it('leave a record invalid that a join finds no one row for, whatever the join is called', async () => {
    const [hr, directory, badges] = [tableOf(hrRows(20)), tableOf(loginRows(20)), tableOf([])]
    badges.rows = loginRows(19).map(({ id, login }) => ({ owner: id, login }))
    const join = { table: badges, as: 'email', left: 'id', right: 'owner', missing: 'invalid' as const }
    const map = { ...DIRECTORY_MAP, accountName: '{{ email.login }}' }
    const sources = [
      tableSource({ name: 'hr', table: hr, map: HR_MAP, elsewhere: ALL_BUT_ID }),
      tableSource({ name: 'directory', table: directory, map, elsewhere: ALL_BUT_ID, joins: [join] }),
    ]
    const shop = await workshop({ resource: { merge: 'join', sources } })
    const [resource] = (await shop.run()).resources
    expect(resource?.records).toMatchObject({ valid: 19, invalid: 1 })
    expect(resource?.problems).toContainEqual(
      expect.objectContaining({ code: 'join-missing', at: 'directory:21', uniqueId: 'E-00020', field: 'email' }),
    )
  })

  it('leave a record invalid that no source completes, and say where it is', async () => {
    const { shop, hr } = await joinedById()
    hr.rows = hrRows(19)
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded' })
    const [resource] = document.resources
    expect(resource).toMatchObject({ records: { read: 39, valid: 19, invalid: 1, dropped: 1 } })
    expect(resource?.problems?.map(({ at, field }) => `${at} ${field}`)).toContain('directory:21 fullName')
  })

  it('name the place of the row that has the problem', async () => {
    const { shop, directory } = await joinedById()
    directory.rows = loginRows(20).map((row, i) => (i === 2 ? { ...row, status: 'asleep' } : row))
    const [resource] = (await shop.run()).resources
    expect(resource?.problems).toMatchObject([{ at: 'directory:4', uniqueId: 'E-00003', field: 'status' }])
  })

  it('fail as soon as the columns are known when no source feeds a required field', async () => {
    const { shop, directory } = await joinedById({ displayName: null }, { displayName: null })
    directory.ending = 'incomplete'
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 12 })
    const { error } = document.resources[0] ?? {}
    expect(error?.code).toBe('columns')
    expect(error?.message).toMatch(/^The sources of accounts .*map\.displayName: nothing feeds the required field/)
    expect(shop.held()).toEqual([])
  })

  it('push nothing when a later source is incomplete', async () => {
    const { shop, directory } = await joinedById()
    directory.ending = 'incomplete'
    expect(await shop.run()).toMatchObject({ exitCode: 12 })
    expect(shop.held()).toEqual([])
  })

  it('of a source that is suddenly empty are held', async () => {
    const { shop, directory } = await joinedById()
    await shop.run()
    directory.rows = []
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 11 })
    expect(document.resources[0]?.hold?.reasons.map(({ rule }) => rule)).toContain('emptySource')
    expect(shop.held()).toHaveLength(20)
  })

  it('are the same with one source as without merging', async () => {
    const plain = await workshop({
      resource: { sources: [tableSource({ name: 'a', table: tableOf(people(9)), map: PEOPLE_MAP })] },
    })
    const parts = tableSource({ name: 'a', table: tableOf(people(9)), map: PEOPLE_MAP, elsewhere: ALL_BUT_ID })
    const joined = await workshop({ resource: { merge: 'join', sources: [parts] } })
    const [a, b] = [await plain.plan(), await joined.plan()]
    expect(b.planHash).toBe(a.planHash)
  })
})

describe('a key of the user', () => {
  const loginsWithoutId = loginRows(20).map(({ login, status, shown, mail }) => ({ login, status, shown, mail }))
  const { uniqueId: _, ...DIRECTORY_MAP_WITHOUT_ID } = DIRECTORY_MAP

  function joinedByMail(logins: Table['rows'] = loginsWithoutId): Promise<Workshop> {
    const elsewhere = ACCOUNTS.fieldNames
    const directory = { name: 'directory', table: tableOf(logins), map: DIRECTORY_MAP_WITHOUT_ID }
    const sources = [
      tableSource({ name: 'hr', table: tableOf(hrRows(20)), map: HR_MAP, key: '{{ lower(email) }}', elsewhere }),
      tableSource({ ...directory, key: '{{ lower(mail) }}', elsewhere }),
    ]
    return workshop({ resource: { merge: 'join', sources } })
  }

  const WHOLE_MAP = { ...DIRECTORY_MAP, ...HR_MAP, accountName: '{{ email }}', status: 'ACTIVE' }

  it('joins sources of which one has no ids', async () => {
    const shop = await joinedByMail()
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, resources: [{ records: { read: 40, valid: 20, pushed: 20 } }] })
    expect(shop.held()[0]).toBe('E-00001')
  })

  it('takes the id from the first source that has one, also when the policy is error or first', async () => {
    for (const merge of ['error', 'first'] as const) {
      const wholeSource = { key: 'email', elsewhere: ['uniqueId'] }
      const sources = [
        tableSource({ name: 'a', table: tableOf(hrRows(20)), map: { ...WHOLE_MAP, uniqueId: null }, ...wholeSource }),
        tableSource({ name: 'b', table: tableOf(hrRows(20)), map: WHOLE_MAP, ...wholeSource }),
      ]
      const document = await (await workshop({ resource: { merge, sources } })).run()
      expect(document).toMatchObject({ exitCode: 0, resources: [{ records: { valid: 20, invalid: 0, pushed: 20 } }] })
    }
  })

  it('that nobody with an id has leaves rows that could be anybody', async () => {
    const stranger = { login: 'svc', status: 'active', shown: 'Service', mail: 'svc@example.com' }
    const document = await (await joinedByMail([...loginsWithoutId, stranger])).run()
    expect(document).toMatchObject({ outcome: 'degraded' })
    const [resource] = document.resources
    expect(resource).toMatchObject({ records: { read: 41, valid: 20, invalid: 1, dropped: 1 } })
    expect(resource?.problems).toContainEqual(expect.objectContaining({ at: 'directory:22', field: 'uniqueId' }))
  })

  it('does not make one record of two: an id that two keys have is a problem', async () => {
    const [hr, other] = [tableOf(hrRows(3)), tableOf([{ id: 'E-00001', name: 'X', email: 'other@example.com' }])]
    const elsewhere = ['uniqueId']
    const sources = [
      tableSource({ name: 'hr', table: hr, map: WHOLE_MAP, key: 'email', elsewhere }),
      tableSource({ name: 'other', table: other, map: WHOLE_MAP, key: 'email', elsewhere }),
    ]
    const shop = await workshop({ resource: { sources } })
    const [resource] = (await shop.run()).resources
    expect(resource).toMatchObject({ records: { read: 4, valid: 2, invalid: 1 } })
    expect(resource?.problems).toMatchObject([{ code: 'duplicate-id', uniqueId: 'E-00001' }])
    expect(resource?.problems?.[0]?.message).toMatch(/other:2, hr:2/)
  })
})
