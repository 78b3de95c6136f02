/** Emptying a set on purpose: always held, approved for what was seen, and without a look at the sources. */
import { describe, expect, it } from 'vitest'
import { createPaint } from '../../../cli/render/paint.ts'
import { runText } from '../../../cli/render/run-text.ts'
import { HOUR, systemClock } from '../../../core/clock.ts'
import { pauseResource } from '../../../core/decision/pause.ts'
import { takeSnapshot } from '../../../core/health/snapshot.ts'
import type { ResourceSpec } from '../../../core/resource.ts'
import type { ResourceDocument, RunDocument } from '../../../core/run/document.ts'
import { Secret } from '../../../core/secret.ts'
import { approve } from '../../support/approve.ts'
import { people, RESOURCE_ID, useWorkshops, type Workshop } from '../../support/workshop.ts'

const workshop = useWorkshops()
const NEW_ID = 'd'.repeat(24)
const BY = { name: 'grace', provenBy: 'a test' }

async function withPeople(count: number, scopes?: readonly string[]): Promise<Workshop> {
  const shop = await workshop(scopes === undefined ? {} : { scopes, resource: { verify: false } })
  shop.table.rows = people(count)
  await shop.run()
  return shop
}

function clear(shop: Workshop, resourceId?: string): Promise<RunDocument> {
  const asked = { by: BY, reason: 'the system was switched off', ...(resourceId === undefined ? {} : { resourceId }) }
  return shop.run({ command: 'clear', clear: asked })
}

function only({ resources }: RunDocument): ResourceDocument {
  const [resource, ...others] = resources
  if (resource === undefined || others.length > 0) throw new Error('there is not one resource')
  return resource
}

function resourceOf({ settings }: Workshop): ResourceSpec {
  const [resource] = settings.resources
  if (resource === undefined) throw new Error('there is no resource')
  return resource
}

/** From here on every read is an error. */
function breakTheSource(shop: Workshop): void {
  shop.table.before = async () => {
    throw new Error('the source was read')
  }
}

/** Three people under the old resource id, and two under the new one. */
async function moved(): Promise<Workshop> {
  const shop = await withPeople(3)
  shop.setResource({ resourceIds: [NEW_ID] })
  shop.table.rows = people(2, 11)
  await shop.run()
  return shop
}

const puts = ({ sandbox }: Workshop): number =>
  sandbox.control.requests().filter(({ method }) => method === 'PUT').length

describe('clear', () => {
  it('is held with the number of records, reads no source and pushes nothing', async () => {
    const shop = await withPeople(3)
    breakTheSource(shop)
    const document = await clear(shop)
    expect(document).toMatchObject({ command: 'clear', outcome: 'held', exitCode: 11 })
    expect(only(document)).toMatchObject({
      outcome: 'held',
      cleared: true,
      changes: { added: 0, changed: 0, removed: 3 },
      records: { read: 0, pushed: 0 },
      hold: { status: 'open', reasons: [{ rule: 'clear', actual: 3, of: 3 }] },
      warnings: [{ code: 'fills-again' }],
    })
    expect(puts(shop)).toBe(1)
    expect(shop.held()).toHaveLength(3)
  })

  it('says in its text what approves it, and that the next run fills the set again', async () => {
    const shop = await withPeople(1)
    const text = runText(await clear(shop), createPaint(false))
    expect(text).toContain('held by clear: The 1 record would leave: the set is cleared on purpose')
    expect(text).toMatch(/Approve: vanta-sync approve hold-\w+ --reason/)
    expect(text).toContain('pause it, or take it out of the configuration')
    expect(text).not.toContain('Look:')
  })

  it('pushes an empty set once it is approved, without reading a source', async () => {
    const shop = await withPeople(3)
    const held = only(await clear(shop))
    breakTheSource(shop)
    const document = await approve(shop, held.hold?.id)
    expect(document).toMatchObject({ command: 'approve', outcome: 'succeeded', exitCode: 0 })
    expect(only(document)).toMatchObject({ outcome: 'pushed', cleared: true, verified: true, records: { pushed: 0 } })
    expect(shop.held()).toEqual([])
    expect((await shop.state.holds.get(held.hold?.id ?? ''))?.status).toBe('used')
  })

  it('is held anew when more would leave than was approved', async () => {
    const shop = await withPeople(3)
    const held = only(await clear(shop))
    shop.table.rows = people(4)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    const document = await approve(shop, held.hold?.id)
    expect(only(document)).toMatchObject({ outcome: 'held', hold: { reasons: [{ rule: 'clear', actual: 4 }] } })
    expect(only(document).hold?.id).not.toBe(held.hold?.id)
    expect(shop.held()).toHaveLength(4)
    await approve(shop, only(document).hold?.id)
    expect(shop.held()).toEqual([])
  })

  it('sees what another program has pushed, and not only what the state knows', async () => {
    const shop = await withPeople(3)
    const [record] = shop.sandbox.control.state().resources.flatMap(({ records }) => records)
    const { createdAt: _c, updatedAt: _u, deletedAt: _d, ...fields } = { ...record } as Record<string, unknown>
    const resources = [{ ...fields, uniqueId: 'E-99999' }]
    shop.sandbox.control.seed({ type: 'user_account', resourceId: RESOURCE_ID, mode: 'add', resources })
    const held = only(await clear(shop))
    expect(held).toMatchObject({ baseline: 'read', requests: { put: 0, get: 1 }, hold: { reasons: [{ actual: 4 }] } })
    await approve(shop, held.hold?.id)
    expect(shop.held()).toEqual([])
  })

  it('goes by the state where nothing may be read back', async () => {
    const shop = await withPeople(3, ['connectors.self:write-resource'])
    expect(only(await clear(shop)).hold?.reasons[0]?.message).toContain('how many records that are is unknown')
    expect(shop.held()).toEqual([])
    await approve(shop, only(await shop.run()).hold?.id)
    expect(shop.held()).toHaveLength(3)
    const held = only(await clear(shop))
    expect(held).toMatchObject({ baseline: 'state', hold: { reasons: [{ actual: 3 }] } })
    expect(await approve(shop, held.hold?.id)).toMatchObject({ exitCode: 0 })
    expect(shop.held()).toEqual([])
  })

  it('is the same hold when it is asked for again, and pushes nothing even when it was approved', async () => {
    const shop = await withPeople(3)
    const first = only(await clear(shop)).hold
    const hold = await shop.state.holds.get(first?.id ?? '')
    if (hold === undefined) throw new Error('there is no hold')
    await shop.state.holds.save({ ...hold, status: 'approved' })
    expect(only(await clear(shop))).toMatchObject({ outcome: 'held', hold: { id: first?.id } })
    expect(shop.held()).toHaveLength(3)
  })

  it('is no matter of the runs between: they push what they read, and leave it open', async () => {
    const shop = await withPeople(3)
    const held = only(await clear(shop))
    expect(await shop.run()).toMatchObject({ exitCode: 0, outcome: 'succeeded' })
    expect((await shop.state.holds.get(held.hold?.id ?? ''))?.status).toBe('open')
    await approve(shop, held.hold?.id)
    expect(shop.held()).toEqual([])
    expect(only(await shop.run())).toMatchObject({ outcome: 'pushed', changes: { added: 3 } })
  })

  it('is no leave for a run to remove people, and a leave to remove people none to clear', async () => {
    const shop = await withPeople(100)
    await clear(shop)
    shop.table.rows = people(50)
    const smaller = only(await shop.run())
    expect(smaller.hold?.reasons).toMatchObject([{ rule: 'maxRemoved' }])
    const hold = await shop.state.holds.get(smaller.hold?.id ?? '')
    if (hold === undefined) throw new Error('there is no hold')
    await shop.state.holds.save({ ...hold, status: 'approved' })
    expect(only(await clear(shop))).toMatchObject({ outcome: 'held', hold: { reasons: [{ rule: 'clear' }] } })
    expect(shop.held()).toHaveLength(100)
  })

  it('may be asked for and approved while the resource is paused, and warns of no next run', async () => {
    const shop = await withPeople(3)
    const asked = { resource: resourceOf(shop), by: BY, reason: 'it is switched off', forMs: HOUR }
    await pauseResource(shop.context(), asked)
    const held = only(await clear(shop))
    expect(held).not.toHaveProperty('warnings')
    await approve(shop, held.hold?.id)
    expect(shop.held()).toEqual([])
    expect(only(await shop.run())).toMatchObject({ outcome: 'skipped' })
  })

  it('stands in the history with who wanted it and why, and is no success of the resource', async () => {
    const shop = await withPeople(3)
    const held = only(await clear(shop))
    await approve(shop, held.hold?.id)
    const entries = await shop.state.history({ limit: 10 })
    const opened = entries.find(({ kind }) => kind === 'hold')
    expect(opened?.facts).toMatchObject({ by: 'grace', provenBy: 'a test', reason: 'the system was switched off' })
    expect(opened?.facts['reasons']).toMatchObject([{ rule: 'clear', actual: 3 }])
    expect(entries.map(({ kind }) => kind)).toContain('approve')
    const rows = await shop.state.runs.rows({ resource: 'accounts', limit: 5 })
    expect(rows.map(({ success }) => success)).toEqual([false, false, true])
  })

  it('empties every resource id of a set', async () => {
    const shop = await workshop({ resource: { resourceIds: [RESOURCE_ID, NEW_ID] } })
    shop.table.rows = people(20)
    await shop.run()
    await approve(shop, only(await clear(shop)).hold?.id)
    expect(shop.held()).toEqual([])
  })
})

describe('clear of what an old resource id left behind', () => {
  it('empties that one alone, once it is approved', async () => {
    const shop = await moved()
    expect(shop.held()).toHaveLength(5)
    const held = only(await clear(shop, RESOURCE_ID))
    expect(held).toMatchObject({ outcome: 'held', resourceIds: [RESOURCE_ID] })
    expect(held.hold?.reasons).toMatchObject([{ rule: 'clear', actual: 3, names: [RESOURCE_ID] }])
    expect(held).not.toHaveProperty('warnings')
    breakTheSource(shop)
    expect(await approve(shop, held.hold?.id)).toMatchObject({ exitCode: 0 })
    expect(shop.held()).toEqual(['E-00011', 'E-00012'])
    delete shop.table.before
    expect(only(await shop.run())).not.toHaveProperty('warnings')
  })

  it('is named by what is told of it', async () => {
    const shop = await moved()
    const { state, settings } = shop
    const { resources } = await takeSnapshot({ state, settings, clock: systemClock })
    expect(resources[0]?.notices?.[0]).toContain(`vanta-sync clear accounts --resource-id ${RESOURCE_ID} --reason`)
  })

  it('is no run when the resource id is in the configuration, or known to nobody', async () => {
    const shop = await moved()
    await expect(clear(shop, NEW_ID)).rejects.toMatchObject({ exitCode: 64, code: 'resource-id' })
    await expect(clear(shop, 'e'.repeat(24))).rejects.toMatchObject({ hint: `Left behind: ${RESOURCE_ID}.` })
    expect(await shop.state.runs.rows({ resource: 'accounts', limit: 5 })).toHaveLength(2)
  })

  it('is refused when another application pushed it, with what to do', async () => {
    const shop = await withPeople(3)
    const { application } = resourceOf(shop)
    const clientSecret = { describe: '{ env: NEW }', resolve: async () => new Secret('vcs_other') }
    shop.setResource({ application: { ...application, clientId: 'vci_other', clientSecret }, resourceIds: [NEW_ID] })
    const refused = clear(shop, RESOURCE_ID)
    await expect(refused).rejects.toMatchObject({ exitCode: 64, code: 'other-application' })
    await expect(refused).rejects.toThrow('credentials of another application than people-x')
  })
})
