import { afterEach, describe, expect, it } from 'vitest'
import type { ResourceRunRow, State } from '../../../core/state/state.ts'
import { createStateFolders } from '../../support/state-folder.ts'
import { createWorkshop } from '../../support/workshop.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const beginning = { command: 'run', startedBy: 'test', toolVersion: '0', configHash: 'hash' }

function rowOf(runId: string, change: Partial<ResourceRunRow> = {}): ResourceRunRow {
  return {
    runId,
    scope: 'scope',
    resource: 'accounts',
    at: 1,
    outcome: 'pushed',
    exitCode: 0,
    degraded: false,
    success: true,
    counts: { pushed: 3 },
    ...change,
  }
}

async function ran(state: State, id: string, at: number, rows: readonly ResourceRunRow[]): Promise<void> {
  await state.runs.begin({ ...beginning, id, startedAt: at })
  const end = { finishedAt: at + 1, outcome: 'succeeded', exitCode: 0 }
  await state.runs.finish(id, { ...end, resources: rows, document: { runId: id, items: ['Ü'] } })
}

const idsOf = (runs: readonly { id: string }[]): string[] => runs.map(({ id }) => id)

describe('runs', () => {
  it('are kept with their resources and their document', async () => {
    const state = await states.open()
    await ran(state, 'r1', 10, [rowOf('r1')])
    expect(await state.runs.get('r1')).toEqual({
      ...beginning,
      id: 'r1',
      status: 'finished',
      startedAt: 10,
      finishedAt: 11,
      outcome: 'succeeded',
      exitCode: 0,
      resources: [rowOf('r1')],
      document: { runId: 'r1', items: ['Ü'] },
    })
    expect(await state.runs.get('r2')).toBeUndefined()
  })

  it('are listed newest first, by resource and status, no more than asked for', async () => {
    const state = await states.open()
    await ran(state, 'r1', 10, [rowOf('r1')])
    await ran(state, 'r2', 20, [rowOf('r2', { resource: 'other' })])
    await ran(state, 'r3', 20, [rowOf('r3')])
    await state.scratch('r4')
    await state.runs.begin({ ...beginning, id: 'r4', startedAt: 30 })
    expect(idsOf(await state.runs.list({}))).toEqual(['r4', 'r3', 'r2', 'r1'])
    expect(idsOf(await state.runs.list({ limit: 2 }))).toEqual(['r4', 'r3'])
    expect(idsOf(await state.runs.list({ resource: 'accounts' }))).toEqual(['r3', 'r1'])
    expect(idsOf(await state.runs.list({ resource: 'accounts', status: 'running' }))).toEqual([])
    expect(idsOf(await state.runs.list({ status: 'running' }))).toEqual(['r4'])
  })

  it('tell the last row and the last success of each scope', async () => {
    const state = await states.open()
    await ran(state, 'r1', 10, [rowOf('r1', { at: 11 })])
    await ran(state, 'r2', 20, [rowOf('r2', { at: 21, success: false, outcome: 'held' })])
    await ran(state, 'r3', 30, [rowOf('r3', { at: 31, scope: 'new', success: false })])
    const latest = await state.runs.latest(['scope', 'new', 'never'])
    expect(latest.get('scope')).toMatchObject({ last: { runId: 'r2' }, success: { runId: 'r1' } })
    const [first] = await state.runs.rows({ resource: 'accounts', limit: 1 })
    expect(first?.runId).toBe('r3')
    expect(latest.get('new')).toMatchObject({ last: { runId: 'r3' }, firstAt: expect.any(Number) })
    expect(latest.get('new')).not.toHaveProperty('success')
    expect(latest.get('never')).toEqual({})
  })

  it('without an end are interrupted when nobody lives who could end them, and no others', async () => {
    const path = states.folder()
    const state = await states.open(path)
    await ran(state, 'ended', 10, [])
    await state.runs.begin({ ...beginning, id: 'killed', startedAt: 20 })
    const scratch = await state.scratch('living')
    await state.runs.begin({ ...beginning, id: 'living', startedAt: 30 })
    const next = await states.open(path)
    const statuses = (await next.runs.list({})).map(({ id, status }) => [id, status])
    expect(statuses).toEqual([
      ['living', 'running'],
      ['killed', 'interrupted'],
      ['ended', 'finished'],
    ])
    await scratch.remove()
  })

  it('that were killed show as interrupted once the next run has the lease', async () => {
    const shop = await createWorkshop()
    try {
      await shop.state.runs.begin({ ...beginning, id: 'killed', startedAt: Date.now() })
      expect(await shop.state.runs.get('killed')).toMatchObject({ status: 'running' })
      const document = await shop.run()
      expect(await shop.state.runs.get('killed')).toMatchObject({ status: 'interrupted' })
      expect(await shop.state.runs.get(document.runId)).toMatchObject({ status: 'finished' })
    } finally {
      await shop.close()
    }
  })
})
