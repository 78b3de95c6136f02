import { describe, expect, it } from 'vitest'
import { SyncError } from '../../../core/errors.ts'
import { people, PEOPLE_MAP, type Table, type TableRow, useWorkshops, type Workshop } from '../../support/workshop.ts'
import { type RightTable, tableOf, tableSource } from './sources-fixture.ts'

const workshop = useWorkshops()

const MAP = { ...PEOPLE_MAP, accountName: '{{ coalesce(dir.login, id) }}' }

const directoryOf = (count: number): TableRow[] =>
  people(count).map(({ id, email }) => ({ mail: String(email).toUpperCase(), login: `login-${String(id)}`, phone: id }))

interface Joined {
  readonly hr: Table
  readonly directory: Table
  readonly shop: Workshop
}

async function hrWithDirectory(change: Partial<RightTable> = {}, map: Record<string, unknown> = MAP): Promise<Joined> {
  const [hr, directory] = [tableOf(people(20)), tableOf(directoryOf(20))]
  const join = { table: directory, left: '{{ lower(email) }}', right: '{{ lower(mail) }}', ...change }
  const sources = [tableSource({ name: 'hr', table: hr, map, joins: [join] })]
  return { hr, directory, shop: await workshop({ resource: { sources } }) }
}

function names(shop: Workshop): string[] {
  const records = shop.sandbox.control.state().resources.flatMap((resource) => resource.records)
  return records.map(({ accountName }) => String(accountName)).sort()
}

describe('a source joined by key', () => {
  it('gives its columns, whatever the order of its rows, and the left side decides who exists', async () => {
    const { shop, hr, directory } = await hrWithDirectory()
    hr.rows = people(19)
    directory.rows = directoryOf(25).toReversed()
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    const [resource] = document.resources
    expect(resource).toMatchObject({
      records: { read: 19, valid: 19, pushed: 19 },
      sources: [
        {
          name: 'directory',
          rows: 25,
          evidence: 'the table ended',
          join: { as: 'dir', to: 'hr', matched: 19, missing: 0, ambiguous: 0, unused: 6, withoutKey: 0 },
        },
        { name: 'hr', rows: 19 },
      ],
    })
    expect(shop.held()).toEqual(people(19).map(({ id }) => id))
    expect(names(shop)[0]).toBe('login-E-00001')
  })

  it('leaves rows without a match, and without a key, as they are', async () => {
    const { shop, directory } = await hrWithDirectory()
    directory.rows = [...directoryOf(18), { mail: '', login: 'svc-1' }, { mail: null, login: 'svc-2' }]
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect(document.resources[0]?.sources?.[0]?.join).toMatchObject({
      matched: 18,
      missing: 2,
      withoutKey: 2,
      unused: 0,
    })
    expect(names(shop).filter((name) => name.startsWith('E-'))).toHaveLength(2)
  })

  it('makes records without a match invalid when told so, and they keep their last accepted form', async () => {
    const { shop, directory } = await hrWithDirectory({ missing: 'invalid' })
    await shop.run()
    directory.rows = directoryOf(20).slice(1)
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded' })
    expect(document.resources[0]).toMatchObject({ records: { valid: 19, invalid: 1, carriedForward: 1 } })
    expect(document.resources[0]?.problems).toMatchObject([
      { code: 'join-missing', at: 'hr:2', uniqueId: 'E-00001', field: 'dir' },
    ])
    expect(names(shop)[0]).toBe('login-E-00001')
  })

  it('makes records invalid for which two rows differ in a column that is read, and no others', async () => {
    const { shop, directory } = await hrWithDirectory()
    const [first, second] = directoryOf(2)
    directory.rows = [...directoryOf(20), { ...first, login: 'other' }, { ...second, phone: 'another phone' }]
    const document = await shop.run()
    expect(document.resources[0]).toMatchObject({ records: { valid: 19, invalid: 1 } })
    const [problem, ...others] = document.resources[0]?.problems ?? []
    expect(others).toEqual([])
    expect(problem).toMatchObject({ code: 'join-ambiguous', at: 'hr:2', uniqueId: 'E-00001' })
    expect(problem?.message).toMatch(/directory:2, directory:22/)
    expect(document.resources[0]?.sources?.[0]?.join).toMatchObject({ matched: 19, ambiguous: 1, unused: 0 })
  })

  it('says in a warning how many rows have a key that cannot be computed', async () => {
    const { shop, directory } = await hrWithDirectory({ right: 'mail', left: '{{ upper(email) }}' })
    directory.rows = [...directoryOf(20), { mail: ['a', 'b'], login: 'x' }, { mail: ['c', 'd'], login: 'y' }]
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0 })
    const [joined] = document.resources[0]?.sources ?? []
    expect(joined?.join).toMatchObject({ withoutKey: 2, faults: { rows: 2 } })
    const warnings = shop.events.filter((event) => event.kind === 'warning')
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'join-key', message: expect.stringContaining('2 rows') }),
    )
  })

  it('makes a record invalid whose own key cannot be computed', async () => {
    const { shop, hr } = await hrWithDirectory({ left: 'email' })
    hr.rows = people(20).map((row, i) => (i === 0 ? { ...row, email: ['a@x.com', 'b@x.com'] } : row))
    const [resource] = (await shop.run()).resources
    expect(resource?.problems).toContainEqual(expect.objectContaining({ at: 'hr:2', field: 'dir', code: 'join-key' }))
  })

  it('can be looked up by what another join found', async () => {
    const [hr, directory] = [tableOf(people(20)), tableOf(directoryOf(20))]
    const badges = tableOf(people(20).map(({ id }) => ({ owner: `login-${String(id)}`, card: `card-${String(id)}` })))
    const joins = [
      { table: directory, left: '{{ lower(email) }}', right: '{{ lower(mail) }}' },
      { table: badges, as: 'badge', left: 'dir.login', right: 'owner' },
    ]
    const map = { ...MAP, accountName: '{{ dir.login }}/{{ badge.card }}' }
    const shop = await workshop({ resource: { sources: [tableSource({ name: 'hr', table: hr, map, joins })] } })
    const document = await shop.run()
    expect(document.resources[0]).toMatchObject({ records: { read: 20, valid: 20 } })
    expect(document.resources[0]?.sources?.map(({ name, rows }) => [name, rows])).toEqual([
      ['directory', 20],
      ['badge', 20],
      ['hr', 20],
    ])
    expect(names(shop)[0]).toBe('login-E-00001/card-E-00001')
  })

  it('keeps dates and long numbers that a driver gave', async () => {
    const { shop, hr } = await hrWithDirectory(
      {},
      { ...MAP, createdTimestamp: '{{ hired }}', accountName: '{{ big }}' },
    )
    hr.rows = people(3).map((row) => ({ ...row, hired: new Date('2020-02-03T04:05:06Z'), big: 2n ** 60n }))
    await shop.run()
    const [record] = shop.sandbox.control.state().resources.flatMap(({ records }) => records)
    expect(record).toMatchObject({ createdTimestamp: '2020-02-03T04:05:06Z', accountName: '1152921504606846976' })
  })

  it('that delivers nothing but blank rows is as empty as one without rows', async () => {
    const { shop, directory } = await hrWithDirectory()
    await shop.run()
    directory.rows = [{ mail: '', login: '' }]
    const [resource] = (await shop.run()).resources
    expect(resource?.hold?.reasons).toContainEqual(
      expect.objectContaining({ rule: 'emptySource', names: ['directory'] }),
    )
  })

  it('can be what the guard groups by', async () => {
    const directory = tableOf(directoryOf(200).map((row, i) => ({ ...row, team: i < 6 ? 'Legal' : 'Rest' })))
    const join = { table: directory, left: '{{ lower(email) }}', right: '{{ lower(mail) }}' }
    const hr = tableOf(people(200))
    const source = tableSource({ name: 'hr', table: hr, map: MAP, joins: [join], groupBy: 'dir.team' })
    const shop = await workshop({ resource: { sources: [source], guard: { groupBy: 'dir.team' } } })
    await shop.run()
    hr.rows = people(194, 7)
    expect((await shop.run()).resources[0]?.hold?.reasons).toMatchObject([{ rule: 'groupBy', actual: 1 }])
  })
})

describe('a joined source that is not whole', () => {
  it.each(['incomplete', 'fails', 'no proof', 'wrong count'] as const)(
    '(%s) fails the resource: nothing is pushed',
    async (ending) => {
      const { shop, hr, directory } = await hrWithDirectory()
      await shop.run()
      let isLeftRead = false
      hr.before = async () => void (isLeftRead = true)
      hr.rows = people(19)
      directory.ending = ending
      const document = await shop.run()
      expect(document).toMatchObject({ exitCode: 12, outcome: 'failed' })
      expect(document.resources[0]?.error?.message).toMatch(/^directory /)
      expect(shop.held()).toHaveLength(20)
      expect(isLeftRead).toBe(false)
    },
  )

  it('is one whose data is too old', async () => {
    const { shop, directory } = await hrWithDirectory()
    shop.setResource({ maxDataAgeMs: 3_600_000 })
    directory.asOf = new Date(Date.now() - 7_200_000)
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 12 })
    expect(document.resources[0]?.error?.message).toMatch(/directory is incomplete: its data is .* old/)
  })

  it('is one that takes too long', async () => {
    const { shop, directory } = await hrWithDirectory()
    shop.setResource({ timeoutMs: 100 })
    directory.before = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('x'))))
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 12, resources: [{ error: { code: 'source-timeout' } }] })
  })

  it('is one that was full and is empty: the plan is held', async () => {
    const { shop, directory } = await hrWithDirectory()
    await shop.run()
    directory.rows = []
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 11 })
    expect(document.resources[0]?.hold?.reasons).toContainEqual(
      expect.objectContaining({ rule: 'emptySource', names: ['directory'] }),
    )
  })

  it('does not speak of a younger time than its own', async () => {
    const { shop, directory } = await hrWithDirectory()
    directory.asOf = new Date('2026-01-02T03:04:05Z')
    expect((await shop.run()).resources[0]?.asOf).toBe('2026-01-02T03:04:05Z')
  })
})

/** Finds something wrong in the rows of one person, on either side. */
const unclear = (id: string) => (row: TableRow) =>
  row['id'] === id || row['phone'] === id ? [{ field: 'status', message: 'two employments contradict each other' }] : []

describe('rows in which their connector found something wrong', () => {
  it('make their record invalid, joined or not', async () => {
    const { shop, hr } = await hrWithDirectory()
    hr.problemsOf = unclear('E-00001')
    const document = await shop.run()
    expect(document).toMatchObject({ outcome: 'degraded', resources: [{ records: { valid: 19, invalid: 1 } }] })
    expect(document.resources[0]?.problems).toEqual([
      {
        code: 'source',
        at: 'hr:2',
        uniqueId: 'E-00001',
        field: 'status',
        message: 'two employments contradict each other',
      },
    ])
  })

  it('make the record invalid that they would say more about', async () => {
    const { shop, directory } = await hrWithDirectory()
    await shop.run()
    directory.problemsOf = unclear('E-00001')
    directory.rows = directoryOf(20).map((row, i) => (i === 0 ? { ...row, login: 'wrong' } : row))
    const document = await shop.run()
    expect(document.resources[0]).toMatchObject({ records: { valid: 19, invalid: 1, carriedForward: 1 } })
    expect(document.resources[0]?.problems).toEqual([
      {
        code: 'join-invalid',
        at: 'hr:2',
        uniqueId: 'E-00001',
        field: 'dir.status',
        message: expect.stringMatching(
          /^the row of directory .*: directory:2: two employments contradict each other$/,
        ) as unknown,
      },
    ])
    expect(names(shop)[0]).toBe('login-E-00001')
  })

  it('do so when an equal row is without a problem', async () => {
    const { shop, directory } = await hrWithDirectory()
    const [first = {}] = directoryOf(1)
    directory.rows = [...directoryOf(20), { ...first, phone: 'other' }]
    directory.problemsOf = unclear('other')
    const [resource] = (await shop.run()).resources
    expect(resource?.problems).toMatchObject([{ code: 'join-invalid', at: 'hr:2' }])
    expect(resource?.problems?.[0]?.message).toMatch(/: directory:22: /)
  })

  it('are told in a warning when they have no key', async () => {
    const { shop, directory } = await hrWithDirectory()
    directory.rows = [...directoryOf(20), { mail: '', login: 'x', phone: 'lost' }]
    directory.problemsOf = unclear('lost')
    expect(await shop.run()).toMatchObject({ outcome: 'succeeded' })
    expect(shop.events).toContainEqual(
      expect.objectContaining({
        kind: 'warning',
        code: 'join-key',
        message: expect.stringContaining('1 row of directory') as unknown,
      }),
    )
  })
})

describe('columns of a joined source', () => {
  it('that it does not have fail the read at once, with the nearest name', async () => {
    const { shop } = await hrWithDirectory({}, { ...MAP, accountName: '{{ dir.lgoin }}' })
    const { error } = (await shop.run()).resources[0] ?? {}
    expect(error).toMatchObject({ code: 'columns' })
    expect(error?.message).toMatch(/^directory .*map\.accountName: .*no column 'lgoin'.*did you mean "login"\?/)
  })

  it('that are read by a name that no join has are told with the names of the joins', async () => {
    const { shop } = await hrWithDirectory({}, { ...MAP, accountName: '{{ coalesce(dir.login, dri.login) }}' })
    const { error } = (await shop.run()).resources[0] ?? {}
    expect(error?.message).toMatch(
      /^hr .*no column 'dri'; expected a column of the data, or one of dir\.; did you mean "dir"/,
    )
  })

  it('that its key names are looked for, too', async () => {
    const { shop } = await hrWithDirectory({ right: 'Mail' })
    const { error } = (await shop.run()).resources[0] ?? {}
    expect(error?.message).toMatch(/^directory .*join\[0\]\.by\.right: .*no column 'Mail'.*did you mean "mail"\?/)
  })

  it('that the left key names are looked for in the left source', async () => {
    const { shop } = await hrWithDirectory({ left: 'emial' })
    const { error } = (await shop.run()).resources[0] ?? {}
    expect(error?.message).toMatch(/^hr .*join\[0\]\.by\.left: .*no column 'emial'.*did you mean "email"\?/)
  })

  it('that feed nothing are no news', async () => {
    const { shop } = await hrWithDirectory()
    await shop.run()
    const messages = shop.events.filter((event) => event.kind === 'warning').map((event) => event.message)
    expect(messages.join()).not.toContain('phone')
  })
})

describe('a run that is aborted while rows are joined', () => {
  it('ends with the reason', async () => {
    const { shop, hr, directory } = await hrWithDirectory()
    hr.rows = people(6001)
    directory.rows = directoryOf(6000)
    const stop = new AbortController()
    const context = shop.context(stop.signal)
    const emit: typeof context.emit = (event) => {
      context.emit(event)
      if (event.kind === 'progress' && event.done === 6001) stop.abort(new SyncError(143, 'interrupted', 'Stopped'))
    }
    await expect(shop.run({ context: { ...context, emit } })).rejects.toMatchObject({ exitCode: 143 })
    expect(shop.held()).toEqual([])
  })
})
