import { describe, expect, it } from 'vitest'
import { useWorkshops, DEFAULT_GUARD, people, person, RESOURCE_ID, typeOf } from '../../support/workshop.ts'
import { Secret } from '../../../core/secret.ts'
import { createAutoClock } from '../../support/fake-clock.ts'

const workshop = useWorkshops()

const only = <T>(items: readonly T[]): T => {
  expect(items).toHaveLength(1)
  const [item] = items
  if (item === undefined) throw new Error('There is none')
  return item
}

describe('a run', () => {
  it('plans 100 people as added and sends nothing', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    const document = await shop.plan()
    const resource = only(document.resources)
    expect(document).toMatchObject({ outcome: 'planned', exitCode: 0 })
    expect(resource).toMatchObject({
      outcome: 'planned',
      baseline: 'read',
      changes: { added: 100, changed: 0, removed: 0, unchanged: 0 },
    })
    expect(resource.items).toHaveLength(100)
    expect(shop.sandbox.control.requests().filter(({ method }) => method === 'PUT')).toHaveLength(0)
  })

  it('pushes with one token request and one PUT, and verifies', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    const document = await shop.run()
    expect(document).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
      applications: [{ name: 'people-x', tokensMinted: 1 }],
    })
    expect(only(document.resources)).toMatchObject({
      outcome: 'pushed',
      verified: true,
      records: { read: 100, valid: 100, pushed: 100 },
      requests: { put: 1, get: 2 },
    })
    expect(shop.held()).toHaveLength(100)
  })

  it('names the field of a promotion and the id of a leaver', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(99).map((row, index) => (index === 4 ? { ...row, role: 'Admin' } : row))
    const plan = only((await shop.plan()).resources)
    expect(plan).toMatchObject({ baseline: 'state', changes: { added: 0, changed: 1, removed: 1, unchanged: 98 } })
    expect(plan.items).toEqual([
      { change: 'change', uniqueId: 'E-00005', fields: [{ name: 'permissionLevel', from: 'BASE', to: 'ADMIN' }] },
      { change: 'remove', uniqueId: 'E-00100' },
    ])
    expect(plan.requests).toEqual({ put: 0, get: 0 })
    await shop.run()
    expect(shop.held()).toHaveLength(99)
  })

  it.each([
    ['half the rows gone', people(50), 'maxRemoved'],
    ['all ids new', people(100, 1001), 'allNew'],
    ['no row at all', [], 'minRecords'],
    [
      '40 % deactivated',
      people(100).map((row, index) => (index < 40 ? { ...row, status: 'DEACTIVATED' } : row)),
      'maxRemoved',
    ],
  ])('holds a set with %s, and an approval pushes it once', async (_, rows, rule) => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = rows
    const planned = await shop.plan()
    expect(planned).toMatchObject({ outcome: 'held', exitCode: 11 })
    expect(planned.resources[0]?.hold?.id).toBeUndefined()
    const held = only((await shop.run()).resources)
    expect(held).toMatchObject({ outcome: 'held', exitCode: 11, records: { pushed: 0 } })
    expect(held.hold?.reasons.map((reason) => reason.rule)).toContain(rule)
    expect(shop.held()).toHaveLength(100)
    const again = only((await shop.run()).resources)
    expect(again.hold?.id).toBe(held.hold?.id)
    const hold = await shop.state.holds.get(held.hold?.id ?? '')
    await shop.state.holds.save({ ...hold!, status: 'approved' })
    const approved = await shop.run({ command: 'approve' })
    expect(approved).toMatchObject({ exitCode: 0 })
    expect((await shop.state.holds.get(hold!.id))?.status).toBe('used')
    expect(shop.held()).toHaveLength(rows.length)
  })

  it('does not let an approval cover more than was approved', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(80)
    const first = only((await shop.run()).resources).hold
    const hold = await shop.state.holds.get(first?.id ?? '')
    await shop.state.holds.save({ ...hold!, status: 'approved' })
    shop.table.rows = people(79)
    const more = only((await shop.run()).resources)
    expect(more).toMatchObject({ outcome: 'held' })
    expect(more.hold?.id).not.toBe(first?.id)
    expect((await shop.state.holds.get(hold!.id))?.status).toBe('superseded')
    expect(shop.held()).toHaveLength(100)
  })

  it('closes a hold when the next plan is harmless', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(50)
    const held = only((await shop.run()).resources).hold
    shop.table.rows = people(100)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    expect((await shop.state.holds.get(held?.id ?? ''))?.status).toBe('closed')
  })

  it('holds losses that trickle: 4 % and 4 % more within the window', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(96)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    shop.table.rows = people(92)
    const held = only((await shop.run()).resources)
    expect(held.hold?.reasons).toMatchObject([{ rule: 'maxRemoved', limit: '5%', allowed: 5, actual: 8, of: 96 }])
    expect(shop.held()).toHaveLength(96)
  })

  it('does not count those who came back towards the window', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(96)
    await shop.run()
    shop.table.rows = [...people(95), ...people(4, 97)]
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    shop.table.rows = people(95)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
  })

  it('carries a person with a bad row forward, leaves a bad newcomer out, and says where', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = [...people(5), person(6, { email: '' }), ...people(94, 7), person(101, { email: '' })]
    const document = await shop.run()
    const resource = only(document.resources)
    expect(document).toMatchObject({ outcome: 'degraded', exitCode: 0 })
    expect(resource.records).toMatchObject({
      read: 101,
      valid: 99,
      invalid: 2,
      carriedForward: 1,
      dropped: 1,
      pushed: 100,
    })
    expect(resource.problems).toMatchObject([
      { code: 'missing', at: 'table:7', uniqueId: 'E-00006', field: 'email' },
      { code: 'missing', at: 'table:102', uniqueId: 'E-00101', field: 'email' },
    ])
    expect(shop.held()).toContain('E-00006')
    expect(shop.held()).not.toContain('E-00101')
  })

  it('blocks when a carried record is older than carryFor', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock, sandbox: { clock, limits: { tokenRequests: 1000, resourceRequests: 1000 } } })
    shop.table.rows = people(30)
    await shop.run()
    shop.table.rows = [...people(29), person(30, { email: '' })]
    expect(await shop.run()).toMatchObject({ exitCode: 0, outcome: 'degraded' })
    await clock.advance(8 * 24 * 3600 * 1000)
    expect(await shop.run()).toMatchObject({ exitCode: 10, error: { code: 'carried-too-long' } })
    shop.table.rows = people(30)
    expect(await shop.run()).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
  })

  it('blocks on any invalid record with onInvalid block, and drops it under the guard with drop', async () => {
    const shop = await workshop()
    shop.table.rows = people(40)
    await shop.run()
    shop.table.rows = [...people(39), person(40, { email: 'nobody' })]
    shop.setResource({ onInvalid: 'block' })
    expect(await shop.run()).toMatchObject({ exitCode: 10, error: { code: 'invalid-records' } })
    expect(shop.held()).toHaveLength(40)
    shop.setResource({ onInvalid: 'drop' })
    expect(only((await shop.run()).resources)).toMatchObject({ outcome: 'pushed', changes: { removed: 1 } })
    expect(shop.held()).toHaveLength(39)
  })

  it('blocks a row without an id while somebody leaves, and leaves it out when nobody does', async () => {
    const shop = await workshop()
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = [...people(99), person(100, { id: '' })]
    expect(await shop.run()).toMatchObject({ exitCode: 10, error: { code: 'row-without-id' } })
    expect(shop.held()).toHaveLength(100)
    shop.table.rows = [...people(100), person(101, { id: '' })]
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'degraded' })
    expect(only(document.resources).records).toMatchObject({ invalid: 1, dropped: 1, pushed: 100 })
  })

  it('takes equal rows of one id for one, and differing ones for one invalid record with both places', async () => {
    const shop = await workshop()
    shop.table.rows = people(40)
    await shop.run()
    shop.table.rows = [...people(40), person(1), person(2, { name: 'Somebody Else' })]
    const resource = only((await shop.run()).resources)
    expect(resource.records).toMatchObject({ read: 42, valid: 39, invalid: 1, carriedForward: 1, pushed: 40 })
    expect(resource.problems?.[0]).toMatchObject({ code: 'duplicate-id', uniqueId: 'E-00002' })
    expect(resource.problems?.[0]?.message).toContain('table:3, table:43')
  })

  it('skips blank rows and counts them', async () => {
    const shop = await workshop()
    shop.table.rows = [...people(3), { id: '', name: ' ', email: null, role: '', status: '' }]
    expect(only((await shop.run()).resources).records).toMatchObject({ read: 4, valid: 3, invalid: 0, blank: 1 })
  })

  it.each(['incomplete', 'fails', 'no proof', 'wrong count'] as const)(
    'pushes nothing of a read that ends "%s"',
    async (ending) => {
      const shop = await workshop()
      shop.table.rows = people(100)
      await shop.run()
      shop.table.ending = ending
      shop.table.rows = people(99)
      expect(await shop.run()).toMatchObject({ outcome: 'failed', exitCode: 12 })
      expect(shop.held()).toHaveLength(100)
    },
  )

  it('abandons a read that outlives its timeout', async () => {
    const shop = await workshop({ resource: { timeoutMs: 50 } })
    shop.table.before = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    expect(await shop.run()).toMatchObject({ exitCode: 12, error: { code: 'source-timeout' } })
  })

  it('refuses a column that the mapping names and the data lacks', async () => {
    const shop = await workshop()
    shop.table.rows = people(3).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'role')),
    )
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 12, error: { code: 'columns' } })
  })

  it('refuses data older than maxDataAge', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock, resource: { maxDataAgeMs: 1000 } })
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    shop.table.before = async () => {
      await clock.advance(0)
    }
    shop.setResource({ maxDataAgeMs: -1 })
    expect(await shop.run()).toMatchObject({ exitCode: 12, error: { code: 'source-incomplete' } })
  })
})

describe('a push', () => {
  it.each([
    ['503 twice', { method: 'PUT', count: 2 }, { status: 503 }],
    ['a reset', { method: 'PUT' }, { reset: 'after-body' }],
    ['an answer lost after the commit', { method: 'PUT' }, { loseAnswer: true }],
    ['a token revoked by another process', { method: 'PUT' }, { revokeToken: true }],
  ] as const)('survives %s', async (_, on, effect) => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock })
    shop.table.rows = people(20)
    const fault = shop.sandbox.control.fail(on, effect)
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect(shop.sandbox.control.faults().find(({ id }) => id === fault.id)?.fired).toBeGreaterThan(0)
    expect(shop.held()).toHaveLength(20)
    expect(document.applications[0]?.tokensMinted).toBe('revokeToken' in effect ? 2 : 1)
  })

  it('sends a refused set once and names the row', async () => {
    const shop = await workshop()
    shop.sandbox.control.fail({ method: 'PUT' }, { status: 400, body: { error: "/1: must have property 'fullName'" } })
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 20, error: { code: 'records-refused' } })
    expect(document.error?.message).toContain('table:3')
    expect(only(document.resources).requests?.put).toBe(1)
  })

  it('settles an unknown outcome by reading back at the next run', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(97)
    shop.sandbox.control.fail({ method: 'PUT', count: 'all' }, { status: 503, commit: true })
    expect(await shop.run()).toMatchObject({ exitCode: 21, error: { code: 'outcome-unknown' } })
    shop.sandbox.control.clearFaults()
    const plan = only((await shop.plan()).resources)
    expect(plan).toMatchObject({ baseline: 'read', changes: { removed: 0, unchanged: 97 } })
    const document = await shop.run()
    expect(only(document.resources)).toMatchObject({ outcome: 'pushed', baseline: 'read', verified: true })
    expect(only((await shop.plan()).resources)).toMatchObject({ baseline: 'state', changes: { unchanged: 97 } })
  })

  it('tells wrong credentials before anything is read', async () => {
    const shop = await workshop()
    shop.sandbox.control.rotateSecret()
    shop.setResource({
      application: {
        name: 'people-x',
        clientId: shop.sandbox.credentials.clientId,
        scopes: ['connectors.self:read-resource', 'connectors.self:write-resource'],
        clientSecret: {
          describe: 'x',
          resolve: async () => new Secret('wrong'),
        },
      },
    })
    let read = false
    shop.table.before = async () => {
      read = true
    }
    expect(await shop.run()).toMatchObject({ exitCode: 20, error: { code: 'invalid-client' } })
    expect(read).toBe(false)
  })

  it('fails when Vanta lacks what it confirmed, and takes what was read for the baseline', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock })
    shop.table.rows = people(10)
    await shop.run()
    const lacking = { resources: [] }
    shop.sandbox.control.fail({ method: 'GET', count: 'all' }, { status: 200, body: lacking })
    expect(await shop.run()).toMatchObject({ exitCode: 20, error: { code: 'not-held' } })
    shop.sandbox.control.clearFaults()
    expect(only((await shop.plan()).resources).changes).toMatchObject({ added: 10 })
  })

  it('calls a push degraded when values differ, and unverified when reading back fails', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock })
    shop.table.rows = people(1)
    await shop.run()
    const [row] = shop.sandbox.control.records({ type: 'user_account', resourceId: RESOURCE_ID })
    shop.sandbox.control.fail(
      { method: 'GET', count: 'all' },
      { status: 200, body: { resources: [{ ...row, fullName: 'Other' }] } },
    )
    const differs = only((await shop.run()).resources)
    expect(differs).toMatchObject({ outcome: 'pushed', verified: false, degraded: true })
    expect(differs.warnings).toMatchObject([{ code: 'values-differ' }])
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.fail({ method: 'GET', count: 'all' }, { status: 500 })
    const unread = only((await shop.run()).resources)
    expect(unread).toMatchObject({ outcome: 'pushed', verified: false, exitCode: 0 })
    expect(unread.warnings).toMatchObject([{ code: 'not-verified' }])
  })

  it('holds when the baseline is unknown: no state and no scope to read it', async () => {
    const shop = await workshop({ scopes: ['connectors.self:write-resource'], resource: { verify: false } })
    const resource = only((await shop.run()).resources)
    expect(resource).toMatchObject({ outcome: 'held', baseline: 'unknown' })
    expect(resource.hold?.reasons).toMatchObject([{ rule: 'unknownBaseline' }])
  })

  it('pushes only the plan that was asked for', async () => {
    const shop = await workshop()
    const { planHash } = await shop.plan()
    expect(await shop.run({ onlyIf: 'other' })).toMatchObject({ exitCode: 11 })
    expect(shop.held()).toEqual([])
    expect(await shop.run({ onlyIf: planHash ?? '' })).toMatchObject({ exitCode: 0 })
  })

  it('refuses a set that no PUT can carry, with the heaviest fields', async () => {
    const shop = await workshop({ resource: { guard: { ...DEFAULT_GUARD } } })
    shop.table.rows = people(30).map((row) => ({ ...row, name: 'n'.repeat(200_000) }))
    const document = await shop.run()
    expect(document).toMatchObject({ exitCode: 10, error: { code: 'too-large' } })
    expect(document.error?.message).toContain('fullName')
    expect(document.error?.hint).toContain('2 would do')
    expect(only(document.resources).requests?.put).toBe(0)
  })
})

describe('a partitioned resource', () => {
  const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(24))

  it('spreads the set, moves records when an id joins or leaves, and loses nobody', async () => {
    const shop = await workshop({ resource: { resourceIds: ids.slice(0, 2) } })
    shop.table.rows = people(200)
    expect(only((await shop.run()).resources)).toMatchObject({
      outcome: 'pushed',
      changes: { added: 200, moved: 0 },
      requests: { put: 2 },
    })
    shop.setResource({ resourceIds: ids })
    const joined = only((await shop.run()).resources)
    expect(joined).toMatchObject({ outcome: 'pushed', verified: true, changes: { added: 0, changed: 0, removed: 0 } })
    expect(joined.changes?.['moved']).toBeGreaterThan(30)
    expect(shop.held()).toEqual(people(200).map((row) => row['id']))
    shop.setResource({ resourceIds: ids.slice(1) })
    const left = only((await shop.run()).resources)
    expect(left).toMatchObject({ outcome: 'pushed', changes: { removed: 0 } })
    expect(shop.held()).toEqual(people(200).map((row) => row['id']))
    expect(
      shop.sandbox.control
        .records({ type: 'user_account', resourceId: 'a'.repeat(24) })
        .every((row) => row['deletedAt']),
    ).toBe(true)
  })

  it('keeps everybody somewhere when the part that gains fails', async () => {
    const clock = createAutoClock(Date.now())
    const shop = await workshop({ clock, resource: { resourceIds: ids.slice(0, 2) } })
    shop.table.rows = people(100)
    await shop.run()
    shop.setResource({ resourceIds: ids })
    shop.sandbox.control.fail({ method: 'PUT' }, { status: 400, body: { error: 'no' } })
    expect(await shop.run()).toMatchObject({ exitCode: 20 })
    expect(new Set(shop.held()).size).toBe(100)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    expect(shop.held()).toEqual(people(100).map((row) => row['id']))
  })
})

describe('custom properties', () => {
  it('are pushed from the columns of their names', async () => {
    const type = typeOf('custom_resource', { hostname: 'string', port: 'int32' })
    const { sourceOf } = await import('../../support/workshop.ts')
    const table = {
      rows: [{ uniqueId: 'a', displayName: 'A', externalUrl: 'https://x.example.com', hostname: 'h', port: '80' }],
      ending: 'complete' as const,
    }
    const shop = await workshop({ resource: { type, sources: [sourceOf(table, type, {})] } })
    expect(await shop.run()).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect(shop.held()).toEqual(['a'])
  })
})
