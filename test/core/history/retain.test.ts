import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, toInstant } from '../../../core/clock.ts'
import { forgetPerson } from '../../../core/history/forget.ts'
import { retainHistory } from '../../../core/history/retain.ts'
import { verifyHistory } from '../../../core/history/verify.ts'
import { silentLog } from '../../../core/log.ts'
import type { RunContext } from '../../../core/run/context.ts'
import { openDatabase } from '../../../core/state/sqlite.ts'
import type { HistoryEntry, ResourceRunRow, State } from '../../../core/state/state.ts'
import { createFakeClock, type FakeClock, START } from '../../support/fake-clock.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

async function opened(): Promise<{ state: State; clock: FakeClock; path: string; retain(): Promise<void> }> {
  const [path, clock] = [states.folder(), createFakeClock()]
  const state = await states.open(path, clock)
  const settings = { state: { path, allowNetworkFs: false } } as RunContext['settings']
  return { state, clock, path, retain: () => retainHistory({ state, settings, clock, log: silentLog }) }
}

const entryAt = (chain: string, at: number): HistoryEntry => ({ chain, at, kind: 'run', facts: { at } })

const rowOf = (runId: string, at: number, change: Partial<ResourceRunRow> = {}): ResourceRunRow => ({
  runId,
  scope: 'scope',
  resource: 'people',
  at,
  outcome: 'pushed',
  exitCode: 0,
  degraded: false,
  success: true,
  counts: { pushed: 3 },
  ...change,
})

/** A run that names Ada in every place that a document has. */
function documentOf(runId: string): object {
  return {
    command: 'run',
    runId,
    outcome: 'degraded',
    exitCode: 0,
    applications: [],
    resources: [
      {
        name: 'people',
        type: 'user_account',
        application: 'people-x',
        resourceIds: [],
        outcome: 'failed',
        exitCode: 20,
        records: { read: 3, valid: 1, invalid: 2 },
        changes: { added: 1, changed: 1, removed: 0 },
        items: [
          { change: 'change', uniqueId: 'E-ada', fields: [{ name: 'email', from: 'ada@old', to: 'ada@new' }] },
          { change: 'change', uniqueId: 'E-bob', fields: [{ name: 'managerId', from: null, to: 'E-ada' }] },
        ],
        problems: [
          { code: 'missing', at: 'cn=E-ada,dc=x', uniqueId: 'E-ada', field: 'email', message: 'is missing' },
          { code: 'missing', at: 'cn=bob,dc=x', uniqueId: 'E-bob', field: 'email', message: 'is missing' },
        ],
        conflicts: [{ uniqueId: 'E-ada', fields: ['email'], places: ['cn=E-ada,dc=x'] }],
        conflictsTotal: 1,
        sources: [{ name: 'ldap', rows: 3, evidence: 'end', asOf: '', login: { personal: 'cn=E-ada is a person' } }],
        answers: [{ status: 422, text: '{"error":"record \\"E-ada\\" of E-adamant"}' }],
        error: { code: 'records-refused', message: 'refused because of the record from cn=E-ada,dc=x: no' },
      },
    ],
  }
}

async function ran(state: State, id: string, at: number, change: Partial<ResourceRunRow> = {}): Promise<void> {
  await state.runs.begin({ id, command: 'run', startedAt: at, startedBy: 'cron', toolVersion: '1', configHash: 'c' })
  const row = rowOf(id, at, change)
  const history: HistoryEntry[] = [{ chain: row.scope, at, kind: 'run', facts: { runId: id, resource: row.resource } }]
  const end = { finishedAt: at, outcome: row.outcome, exitCode: 0, resources: [row], document: documentOf(id), history }
  await state.runs.finish(id, end)
}

describe('retention of the history', () => {
  it('removes what is older than 400 days from the front of each chain, and the rest still proves itself', async () => {
    const { state, retain } = await opened()
    const heads: string[] = []
    for (const days of [500, 450, 401, 399, 10]) {
      heads.push(await state.append(entryAt('one', START - days * DAY)))
      if (days < 400) await state.append(entryAt('young', START - days * DAY))
    }
    await retain()
    const { holds, chains } = await verifyHistory(state, heads.slice(2))
    expect(holds).toBe(true)
    expect(chains).toMatchObject([
      { chain: 'one', entries: 3, removed: { entries: 3, until: toInstant(START - 401 * DAY) } },
      { chain: 'young', entries: 2 },
    ])
    expect(chains[1]?.removed).toBeUndefined()
    expect((await verifyHistory(state, heads.slice(0, 1))).holds).toBe(false)
    const [newest] = await state.history({ limit: 1, chain: 'one' })
    expect(newest).toMatchObject({ kind: 'retain', facts: { removed: 3, removedInAll: 3, anchor: heads[2] } })
  })

  it('goes on from removal to removal, and leaves a chain that rests alone', async () => {
    const { state, clock, retain } = await opened()
    await state.append(entryAt('rests', START))
    for (let day = 0; day < 600; day += 5) {
      await clock.advance(5 * DAY)
      await retain()
      expect((await verifyHistory(state, [])).holds).toBe(true)
    }
    expect(await state.history({ limit: 10 })).toMatchObject([{ kind: 'retain', facts: { removedInAll: 1 } }])
  })

  it('is seen through when somebody removes more than it says', async () => {
    const { state, path, retain } = await opened()
    for (const days of [500, 450, 300, 200]) await state.append(entryAt('one', START - days * DAY))
    await retain()
    const database = openDatabase(join(path, 'state.db'))
    database.exec('DELETE FROM history WHERE seq = 3')
    database.close()
    const { chains } = await verifyHistory(state, [])
    expect(chains[0]?.faults).toMatchObject([{ seq: 4, kind: 'missing' }])
  })

  it('is a fault when it removed what was not old enough', async () => {
    const { state } = await opened()
    const anchor = '0'.repeat(64)
    const facts = { removed: 1, removedInAll: 1, anchor, until: toInstant(START), olderThan: toInstant(START - DAY) }
    await state.append({ chain: 'one', at: START, kind: 'retain', facts })
    const { chains } = await verifyHistory(state, [])
    expect(chains[0]?.faults).toMatchObject([{ seq: 1, kind: 'retention' }])
  })

  it('happens once a day, however many runs there are', async () => {
    const { state, clock, retain } = await opened()
    await retain()
    await state.append(entryAt('one', START - 500 * DAY))
    await clock.advance(23 * HOUR)
    await retain()
    expect(await state.history({ limit: 10 })).toHaveLength(1)
    await clock.advance(HOUR)
    await retain()
    expect(await state.history({ limit: 10 })).toMatchObject([{ kind: 'retain' }])
  })

  it('does not believe a clock that jumps by years', async () => {
    const { state, clock, retain } = await opened()
    await retain()
    await ran(state, 'r1', START)
    await ran(state, 'r2', START + HOUR)
    await clock.advance(3 * 365 * DAY)
    await retain()
    expect(await state.history({ limit: 10 })).toHaveLength(2)
    expect(await state.runs.get('r1')).toMatchObject({ document: documentOf('r1') })
  })

  it('keeps the last run and the last success of a resource, and the counts of runs since ever', async () => {
    const { state, retain } = await opened()
    await ran(state, 'r1', START - 700 * DAY)
    await ran(state, 'r2', START - 600 * DAY)
    await ran(state, 'r3', START - 500 * DAY, { success: false, outcome: 'failed' })
    await ran(state, 'r4', START - 450 * DAY, { success: false, outcome: 'failed' })
    const totals = await state.runs.totals()
    await retain()
    expect((await state.runs.list({})).map(({ id }) => id)).toEqual(['r4', 'r2'])
    const latest = (await state.runs.latest(['scope'])).get('scope')
    expect([latest?.last?.runId, latest?.success?.runId]).toEqual(['r4', 'r2'])
    expect(new Set(await state.runs.totals())).toEqual(new Set(totals))
  })

  it('removes holds that ended with what they were about, and none that is open', async () => {
    const { state, retain } = await opened()
    const hold = { scope: 's', resource: 'people', runId: 'r', planHash: 'h', reasons: [], openedAt: START - 500 * DAY }
    await state.holds.save({ ...hold, id: 'old', status: 'used', expiresAt: START - 497 * DAY }, [
      { rule: 'maxRemoved', subject: 'digest' },
    ])
    await state.holds.save({ ...hold, id: 'open', status: 'open', expiresAt: START + DAY })
    await retain()
    expect((await state.holds.list()).map(({ id }) => id)).toEqual(['open'])
    expect(await state.holds.covers('old', [{ rule: 'maxRemoved', subject: 'digest' }])).toBe(false)
  })
})

describe('retention of personal data', () => {
  it('takes ids, values, places and answers out of runs after 90 days; outcome and counts stay', async () => {
    const { state, retain } = await opened()
    const error = { code: 'refused', message: 'because of the record from cn=E-ada,dc=x: no' }
    await ran(state, 'old', START - 91 * DAY, { error, logins: [{ source: 'ldap', personal: 'cn=E-ada' }] })
    await ran(state, 'young', START - 89 * DAY, { error })
    await retain()
    const old = await state.runs.get('old')
    expect(JSON.stringify(old)).not.toMatch(/ada|bob/i)
    expect(old).toMatchObject({ outcome: 'pushed', erasedAt: START, resources: [{ counts: { pushed: 3 } }] })
    expect(old?.document).toMatchObject({
      resources: [
        {
          records: { read: 3, valid: 1, invalid: 2 },
          changes: { added: 1, changed: 1, removed: 0 },
          problems: [
            { code: 'missing', field: 'email', message: 'missing, 2 times; where and whose is no longer kept' },
          ],
          problemsTotal: 2,
          conflictsTotal: 1,
          answers: [{ status: 422, text: '…' }],
        },
      ],
    })
    expect(await state.runs.get('young')).toMatchObject({ document: documentOf('young') })
  })

  it('does not touch a run twice', async () => {
    const { state, clock, retain } = await opened()
    await ran(state, 'old', START - 100 * DAY)
    await retain()
    const before = await state.runs.get('old')
    await clock.advance(2 * DAY)
    await retain()
    expect(await state.runs.get('old')).toEqual(before)
  })
})

describe('appends, removals and erasures in any order', () => {
  it('never break a chain, and every head of the last 400 days is in it', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('run' as const), scope: fc.constantFrom('a', 'b') }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('back' as const), days: fc.integer({ min: 1, max: 500 }) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { state, clock, retain } = await opened()
        const heads: { head: string; at: number }[] = []
        for (const [index, each] of steps.entries()) {
          if (each.do === 'wait') await clock.advance(each.days * DAY)
          if (each.do === 'run') await ran(state, `r${index}`, clock.now(), { scope: each.scope })
          // As if the clock had been wrong when it was written.
          if (each.do === 'back') await state.append(entryAt('a', clock.now() - each.days * DAY))
          if (each.do === 'forget') await forgetAda(state, clock)
          const [newest] = await state.history({ limit: 1 })
          if (newest !== undefined) heads.push({ head: newest.hash, at: newest.at })
          await retain()
        }
        const kept = heads.filter(({ at }) => at >= clock.now() - 400 * DAY).map(({ head }) => head)
        expect(await verifyHistory(state, [...new Set(kept)])).toMatchObject({ holds: true })
        await states.closeStates()
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})

async function forgetAda(state: State, clock: FakeClock): Promise<void> {
  const by = { name: 'dpo', provenBy: 'operating-system user' }
  await forgetPerson({ state, clock }, { id: 'E-ada', by, reason: 'ticket 7', waitMs: 0 }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'unknown-id') throw error
  })
}
