/** User accounts that leave the sources, with `onGone: deactivate`: the whole run, against the sandbox. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPaint } from '../../../cli/render/paint.ts'
import { runText } from '../../../cli/render/run-text.ts'
import { DAY, HOUR, toInstant } from '../../../core/clock.ts'
import type { GuardSpec, ResourceSpec } from '../../../core/resource.ts'
import type { ResourceDocument, RunDocument } from '../../../core/run/document.ts'
import { maskRun } from '../../../core/run/redact.ts'
import { openState } from '../../../core/state/open.ts'
import { approve } from '../../support/approve.ts'
import { createAutoClock, createFakeClock, type FakeClock, START } from '../../support/fake-clock.ts'
import {
  people,
  person,
  PEOPLE_MAP,
  sourceOf,
  type Table,
  typeOf,
  useWorkshops,
  type Workshop,
} from '../../support/workshop.ts'

const workshop = useWorkshops()
const LIMITS = { tokenRequests: 1000, resourceRequests: 10_000 }
const LOOSE: Partial<GuardSpec> = { maxRemoved: { kind: 'count', count: 100, text: '100' } }

interface Shop extends Workshop {
  readonly clock: FakeClock
}

interface Given {
  readonly resource?: Partial<Omit<ResourceSpec, 'guard'>>
  readonly guard?: Partial<GuardSpec>
  readonly clock?: FakeClock
}

async function open({ resource, guard = LOOSE, clock = createFakeClock() }: Given = {}): Promise<Shop> {
  const shop = await workshop({
    clock,
    sandbox: { clock, limits: LIMITS },
    resource: { keepGoneMs: 90 * DAY, ...resource, guard },
  })
  return Object.assign(shop, { clock })
}

function switchOff(shop: Workshop): void {
  const resources = shop.settings.resources.map(({ keepGoneMs: _kept, ...rest }) => rest)
  Object.assign(shop.settings, { resources })
}

function only({ resources }: RunDocument): ResourceDocument {
  const [resource, ...others] = resources
  if (resource === undefined || others.length > 0) throw new Error('there is not one resource')
  return resource
}

/** What Vanta holds of somebody. */
function remote({ sandbox }: Workshop, id: string): Record<string, unknown> | undefined {
  const rows = sandbox.control.state().resources.flatMap(({ records }) => records)
  return rows.find((row) => row['uniqueId'] === id && (row['deletedAt'] ?? null) === null)
}

/** What two sources have. */
const both = (rows: Table['rows'], other: Table['rows'] = []): readonly Table[] =>
  [rows, other].map((each) => ({ rows: each, ending: 'complete' }))

const rulesOf = (document: RunDocument): string[] => (only(document).hold?.reasons ?? []).map(({ rule }) => rule)

describe('somebody who leaves the sources', () => {
  it('is sent as DEACTIVATED with the time of the read, marked as inferred, and leaves when the period is over', async () => {
    const shop = await open()
    shop.table.rows = people(10)
    await shop.run()
    await shop.clock.advance(DAY)
    const asOf = new Date(shop.clock.now() - 3 * HOUR + 417)
    Object.assign(shop.table, { rows: people(8), asOf })
    const gone = only(await shop.run())
    const since = toInstant(asOf.getTime())
    expect(gone).toMatchObject({
      outcome: 'pushed',
      verified: true,
      changes: { added: 0, changed: 2, removed: 0, unchanged: 8 },
      records: { read: 8, valid: 8, invalid: 0, carriedForward: 0, inferred: 2, pushed: 10 },
    })
    const [first] = gone.items ?? []
    expect(first).toEqual({
      change: 'change',
      uniqueId: 'E-00009',
      inferred: true,
      fields: [
        { name: 'status', from: 'ACTIVE', to: 'DEACTIVATED' },
        { name: 'deactivatedTimestamp', from: null, to: since },
      ],
    })
    expect(remote(shop, 'E-00010')).toMatchObject({ status: 'DEACTIVATED', deactivatedTimestamp: since })

    await shop.clock.advance(89 * DAY)
    Object.assign(shop.table, { asOf: undefined })
    expect(only(await shop.run())).toMatchObject({
      changes: { changed: 0, removed: 0, unchanged: 10 },
      records: { inferred: 2, pushed: 10 },
      items: [],
    })
    expect(remote(shop, 'E-00010')).toMatchObject({ deactivatedTimestamp: since })

    await shop.clock.advance(DAY)
    const left = only(await shop.run())
    expect(left).toMatchObject({ changes: { removed: 2, unchanged: 8 }, records: { pushed: 8 } })
    expect(left.records).not.toHaveProperty('inferred')
    expect(shop.held()).toHaveLength(8)
  })

  it('is told in the text of the run, and masked where personal data is', async () => {
    const shop = await open()
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(9)
    const document = await shop.plan()
    const text = runText(document, createPaint(false))
    expect(text).toContain('(9 rows read; 1 inferred from absence: sent as DEACTIVATED)')
    expect(text).toContain('~ E-00010 (left the sources)')
    const masked = maskRun(document, (id) => shop.state.digest(id))
    expect(JSON.stringify(masked)).not.toContain('E-00010')
    expect(only(masked).items).toMatchObject([{ change: 'change', inferred: true }])
  })

  it('departs once: a big leave is held when it begins, and not again when it ends', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(60)
    const held = only(await shop.run())
    expect(held.hold?.reasons).toMatchObject([{ rule: 'maxRemoved', actual: 40, of: 100 }])
    expect(shop.held().filter((id) => remote(shop, id)?.['status'] === 'DEACTIVATED')).toEqual([])
    await approve(shop, held.hold?.id)
    expect(remote(shop, 'E-00061')).toMatchObject({ status: 'DEACTIVATED' })
    await shop.clock.advance(90 * DAY)
    expect(only(await shop.run())).toMatchObject({ outcome: 'pushed', changes: { removed: 40 } })
    expect(shop.held()).toHaveLength(60)
  })

  it('counts towards the window, so that losses cannot trickle through', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(96)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    shop.table.rows = people(92)
    const held = only(await shop.run())
    expect(held.hold?.reasons).toMatchObject([{ rule: 'maxRemoved', allowed: 5, actual: 8, of: 96 }])
  })

  it('was missed first by the read that was held, not by the one that was approved', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(10)
    await shop.run()
    await shop.clock.advance(DAY)
    shop.table.rows = people(4)
    const held = only(await shop.run())
    const since = toInstant(shop.clock.now())
    await shop.clock.advance(2 * DAY)
    await approve(shop, held.hold?.id)
    expect(remote(shop, 'E-00010')).toMatchObject({ status: 'DEACTIVATED', deactivatedTimestamp: since })
  })

  it('is missed anew after they were back in a read that was held as well', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(20)
    await shop.run()
    shop.table.rows = people(9)
    await shop.run()
    await shop.clock.advance(DAY)
    shop.table.rows = people(10)
    await shop.run()
    await shop.clock.advance(DAY)
    shop.table.rows = people(9)
    const held = only(await shop.run())
    await approve(shop, held.hold?.id)
    expect(remote(shop, 'E-00010')).toMatchObject({ deactivatedTimestamp: toInstant(START + 2 * DAY) })
    expect(remote(shop, 'E-00011')).toMatchObject({ deactivatedTimestamp: toInstant(START) })
  })

  it('is as the source says once they are back, and missed anew when they leave again', async () => {
    const shop = await open()
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(9)
    await shop.run()
    await shop.clock.advance(50 * DAY)
    shop.table.rows = people(10)
    expect(only(await shop.run())).toMatchObject({ changes: { added: 0, changed: 1 } })
    expect(remote(shop, 'E-00010')).toMatchObject({ status: 'ACTIVE' })
    expect(remote(shop, 'E-00010')?.['deactivatedTimestamp'] ?? null).toBeNull()
    await shop.clock.advance(50 * DAY)
    shop.table.rows = people(9)
    await shop.run()
    const since = toInstant(START + 100 * DAY)
    expect(remote(shop, 'E-00010')).toMatchObject({ status: 'DEACTIVATED', deactivatedTimestamp: since })
  })

  it('stays as Vanta has them while their row is invalid, and blocks nothing for having been away long', async () => {
    const shop = await open()
    shop.table.rows = people(30)
    await shop.run()
    shop.table.rows = people(29)
    await shop.run()
    await shop.clock.advance(60 * DAY)
    await shop.run()
    shop.table.rows = [...people(29), person(30, { email: '' })]
    expect(only(await shop.run())).toMatchObject({
      outcome: 'pushed',
      degraded: true,
      records: { valid: 29, invalid: 1, carriedForward: 1, pushed: 30 },
      changes: { changed: 0, removed: 0 },
    })
    expect(remote(shop, 'E-00030')).toMatchObject({ status: 'DEACTIVATED', deactivatedTimestamp: toInstant(START) })
  })

  it('is kept as the source sent them when it had them as DEACTIVATED, from the first miss', async () => {
    const shop = await open()
    shop.table.rows = [...people(9), person(10, { status: 'DEACTIVATED' })]
    await shop.run()
    await shop.clock.advance(40 * DAY)
    shop.table.rows = people(9)
    expect(only(await shop.run())).toMatchObject({ changes: { changed: 0, removed: 0 }, records: { inferred: 1 } })
    await shop.clock.advance(89 * DAY)
    await shop.run()
    expect(remote(shop, 'E-00010')).toMatchObject({ status: 'DEACTIVATED' })
    await shop.clock.advance(DAY)
    expect(only(await shop.run())).toMatchObject({ changes: { removed: 1 } })
  })

  it('does not leave for good while a row has no id: it could be theirs', async () => {
    const shop = await open()
    shop.table.rows = people(30)
    await shop.run()
    shop.table.rows = people(29)
    await shop.run()
    await shop.clock.advance(91 * DAY)
    shop.table.rows = [...people(29), person(30, { id: '' })]
    expect(only(await shop.run())).toMatchObject({
      outcome: 'pushed',
      changes: { removed: 0 },
      records: { inferred: 1 },
    })
    shop.table.rows = people(29)
    expect(only(await shop.run())).toMatchObject({ changes: { removed: 1 } })
  })

  it('leads to the same plan however often the sources are read, and to another one when somebody else leaves', async () => {
    const shop = await open()
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(9)
    const first = only(await shop.plan()).planHash
    await shop.clock.advance(HOUR)
    expect(only(await shop.plan()).planHash).toBe(first)
    shop.table.rows = [...people(8), person(10)]
    expect(only(await shop.plan()).planHash).not.toBe(first)
    shop.table.rows = people(9)
    expect(await shop.run({ onlyIf: first ?? '' })).toMatchObject({ exitCode: 0 })
  })

  it('is DEACTIVATED in a plan that leaves the state alone', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(3)
    expect(await shop.plan()).toMatchObject({ exitCode: 11 })
    await shop.clock.advance(DAY)
    const held = only(await shop.run())
    await approve(shop, held.hold?.id)
    expect(remote(shop, 'E-00010')).toMatchObject({ deactivatedTimestamp: toInstant(START + DAY) })
  })
})

describe('the guard', () => {
  const accounts = typeOf('user_account')
  it.each([
    ['nobody is left', both(people(20)), both([]), ['minRecords', 'emptySource', 'maxRemoved']],
    ['all ids are new', both(people(20)), both(people(20, 101)), ['allNew', 'maxRemoved', 'maxAdded']],
    ['a source is empty', both(people(20), people(1, 90)), both(people(20)), ['mustInclude', 'emptySource']],
    ['too few are left', both(people(20)), both(people(4)), ['minRecords', 'maxRemoved']],
    ['somebody is missing who must be there', both(people(20)), both(people(20, 2)), ['mustInclude']],
  ])('holds, when %s, as it does without deactivation', async (_, before, after, rules) => {
    for (const keepGoneMs of [90 * DAY, undefined]) {
      const tables: Table[] = before.map((table) => ({ ...table }))
      const sources = tables.map((table, index) => sourceOf(table, accounts, PEOPLE_MAP, `source-${index}`))
      const mustInclude = rules.includes('mustInclude') ? [rules.includes('emptySource') ? 'E-00090' : 'E-00001'] : []
      const shop = await open({ resource: { sources }, guard: { minRecords: 5, mustInclude } })
      if (keepGoneMs === undefined) switchOff(shop)
      await shop.run()
      for (const [index, table] of tables.entries()) table.rows = after[index]?.rows ?? []
      const document = await shop.run()
      expect(rulesOf(document)).toEqual(rules)
      expect(rulesOf(await shop.run())).toEqual(rules)
      expect(shop.held().length).toBeGreaterThanOrEqual(20)
    }
  })

  it('takes who was only inferred for having left their group', async () => {
    const rows = people(200).map((row, index) => ({ ...row, team: index < 6 ? 'Legal' : 'Rest' }))
    const table: Table = { rows, ending: 'complete' }
    const source = { ...sourceOf(table, accounts, PEOPLE_MAP), groupBy: 'team' }
    const shop = await open({ resource: { sources: [source] }, guard: { ...LOOSE, groupBy: 'team' } })
    await shop.run()
    table.rows = rows.slice(4)
    expect(await shop.run()).toMatchObject({ exitCode: 0 })
    table.rows = rows.slice(6)
    expect(await shop.run(), 'two of what is left of it is no group that is watched').toMatchObject({ exitCode: 0 })
    table.rows = rows.filter((_, index) => index < 6 || index >= 200)
    expect(rulesOf(await shop.run())).toContain('groupBy')
  })

  it('counts shares of those who are there, not of those who are gone', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(20)
    await approve(shop, only(await shop.run()).hold?.id)
    await shop.clock.advance(2 * DAY)
    shop.table.rows = people(14)
    expect(only(await shop.run()).hold?.reasons).toMatchObject([{ rule: 'maxRemoved', actual: 6, of: 20 }])
  })
})

describe('those who are gone', () => {
  const IDS = ['a', 'b', 'c'].map((letter) => letter.repeat(24))

  it('stay somewhere when the list of resource ids changes, and where they belong', async () => {
    const shop = await open({ resource: { resourceIds: IDS.slice(0, 1) } })
    shop.table.rows = people(60)
    await shop.run()
    shop.table.rows = people(40)
    await shop.run()
    for (const resourceIds of [IDS, IDS.slice(1)]) {
      shop.setResource({ resourceIds })
      await shop.clock.advance(DAY)
      const moved = only(await shop.run())
      expect(moved).toMatchObject({ outcome: 'pushed', records: { inferred: 20, pushed: 60 }, changes: { removed: 0 } })
      expect(shop.held()).toHaveLength(60)
      expect(remote(shop, 'E-00060')).toMatchObject({ status: 'DEACTIVATED', deactivatedTimestamp: toInstant(START) })
    }
    await shop.clock.advance(88 * DAY)
    expect(only(await shop.run())).toMatchObject({ outcome: 'pushed', changes: { removed: 20 } })
    expect(shop.held()).toHaveLength(40)
  })

  it('keep the time since they are gone when the state is lost, and depart again: nobody remembers that they did', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(96)
    await shop.run()
    await shop.clock.advance(30 * DAY)
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-lost-'))
    const state = await openState({ path: folder, allowNetworkFs: false, clock: shop.clock })
    try {
      const anew = { context: { ...shop.context(), state } }
      expect(only(await shop.run(anew))).toMatchObject({
        baseline: 'read',
        changes: { changed: 0, removed: 0, unchanged: 100 },
        records: { inferred: 4, pushed: 100 },
      })
      await shop.clock.advance(59 * DAY)
      expect(only(await shop.run(anew))).toMatchObject({ baseline: 'state', changes: { removed: 0 } })
      await shop.clock.advance(DAY)
      expect(only(await shop.run(anew))).toMatchObject({ changes: { removed: 4 } })
      expect(shop.held()).toHaveLength(96)
    } finally {
      await state.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('depart under the guard when only Vanta says that they were gone before', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(20)
    await shop.run()
    shop.table.rows = people(10)
    await approve(shop, only(await shop.run()).hold?.id)
    await shop.clock.advance(100 * DAY)
    const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-lost-'))
    const state = await openState({ path: folder, allowNetworkFs: false, clock: shop.clock })
    try {
      const held = only(await shop.run({ context: { ...shop.context(), state } }))
      expect(held.hold?.reasons).toMatchObject([{ rule: 'maxRemoved', actual: 10, of: 20 }])
      expect(shop.held()).toHaveLength(20)
    } finally {
      await state.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('are still gone since then when the answer to a push was lost', async () => {
    const shop = await open()
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(9)
    await shop.run()
    await shop.clock.advance(DAY)
    const connection = await shop.state.baselines.heads({ baseUrl: shop.sandbox.url })
    const [head] = connection
    if (head === undefined) throw new Error('there is no baseline')
    const { target } = head
    await shop.state.pushes.begin({
      id: 'x',
      runId: 'y',
      target,
      planHash: 'z',
      startedAt: shop.clock.now(),
      records: 9,
    })
    expect(only(await shop.run())).toMatchObject({ baseline: 'read', changes: { changed: 0, unchanged: 10 } })
    await shop.clock.advance(89 * DAY)
    expect(only(await shop.run())).toMatchObject({ baseline: 'state', changes: { removed: 1 } })
  })

  it('are still gone since then when Vanta lacks somebody else, and what it holds becomes the baseline', async () => {
    const clock = createAutoClock()
    const shop = await open({ clock })
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(9)
    await shop.run()
    await clock.advance(60 * DAY)
    const gone = remote(shop, 'E-00010')
    shop.sandbox.control.fail({ method: 'GET', count: 'all' }, { status: 200, body: { resources: [gone] } })
    expect(await shop.run()).toMatchObject({ exitCode: 20, error: { code: 'not-held' } })
    shop.sandbox.control.clearFaults()
    await clock.advance(31 * DAY)
    expect(only(await shop.run())).toMatchObject({ baseline: 'state', changes: { added: 9, removed: 1 } })
  })

  it('leave at once, and depart no second time, when deactivation is switched off', async () => {
    const shop = await open({ guard: {} })
    shop.table.rows = people(100)
    await shop.run()
    shop.table.rows = people(60)
    await approve(shop, only(await shop.run()).hold?.id)
    switchOff(shop)
    expect(only(await shop.run())).toMatchObject({ outcome: 'pushed', changes: { removed: 40 } })
  })
})
