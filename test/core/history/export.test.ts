import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, toInstant } from '../../../core/clock.ts'
import { decideHold } from '../../../core/decision/hold.ts'
import { type ExportAsked, exportHistory } from '../../../core/history/export.ts'
import { COLUMNS } from '../../../core/history/lines.ts'
import { changedSince, madeOf } from '../../../core/history/made.ts'
import type { RunDocument } from '../../../core/run/document.ts'
import { scopeOf } from '../../../core/run/target.ts'
import type { State } from '../../../core/state/state.ts'
import { START } from '../../support/fake-clock.ts'
import { people, useWorkshops, type Workshop } from '../../support/workshop.ts'

const workshop = useWorkshops()

async function textOf(state: State, format: 'csv' | 'jsonl', asked: ExportAsked = {}): Promise<string> {
  let text = ''
  for await (const part of exportHistory(state, format, asked)) text += part
  return text
}

async function linesOf(state: State, asked?: ExportAsked): Promise<Record<string, unknown>[]> {
  const text = await textOf(state, 'jsonl', asked)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true, record_delimiter: '\r\n' })

function firstOf(shop: Workshop): Workshop['settings']['resources'][number] {
  const [resource] = shop.settings.resources
  if (resource === undefined) throw new Error('There is no resource')
  return resource
}

describe('a line of the export', () => {
  it('says of a run who started it, what it was made with, what it read, and what Vanta answered', async () => {
    const shop = await workshop()
    const document = await shop.run({ startedBy: 'ada@host', toolVersion: '1.2.3' })
    const [line] = await linesOf(shop.state)
    const made = madeOf(shop.settings, firstOf(shop), '1.2.3')
    const [entry] = await shop.state.history({ limit: 1 })
    expect(line).toMatchObject({
      run: document.runId,
      command: 'run',
      startedBy: 'ada@host',
      toolVersion: '1.2.3',
      configHash: 'hash',
      mappingHash: made.mapping,
      moduleHash: made.module,
      resource: 'accounts',
      outcome: 'pushed',
      exitCode: 0,
      read: 3,
      pushed: 3,
      added: 3,
      sources: [{ name: 'people', rows: 3 }],
      planHash: document.planHash,
      answers: [{ status: 200 }],
      verified: true,
      seq: entry?.seq,
      hash: entry?.hash,
    })
    expect(line?.['bytes']).toBeGreaterThan(0)
  })

  it('says who approved what, when and why', async () => {
    const shop = await workshop()
    shop.table.rows = people(10)
    await shop.run()
    shop.table.rows = people(2)
    const held = await shop.run()
    const hold = held.resources[0]?.hold?.id ?? ''
    const by = { name: 'vera', provenBy: 'password on the page' }
    await decideHold(shop.context(), { name: hold, decision: 'approve', by, reason: 'they left, "really"' })
    const pushed = await shop.run({ command: 'approve' })
    expect(pushed.resources[0]).toMatchObject({ outcome: 'pushed', approval: { hold, by: 'vera' } })
    const decision = { hold, decidedBy: 'vera', provenBy: 'password on the page', reason: 'they left, "really"' }
    expect(await linesOf(shop.state)).toMatchObject([
      { command: 'approve', outcome: 'pushed', decision: 'used', ...decision },
      { command: 'run', outcome: 'held', decision: 'used', ...decision },
      { outcome: 'pushed' },
    ])
  })

  it('names nobody whose record was read, and no place of one', async () => {
    const shop = await workshop()
    shop.table.rows = people(5)
    await shop.run()
    const text = `${await textOf(shop.state, 'csv')}${await textOf(shop.state, 'jsonl')}`
    expect(text).not.toMatch(/E-0000|Person|example\.com/)
    const chain = JSON.stringify(await shop.state.history({ limit: 10 }))
    expect(chain).not.toMatch(/E-0000|Person|example\.com/)
  })
})

describe('the export', () => {
  it('has as CSV the same lines as JSON lines, a cell for each column', async () => {
    const shop = await workshop()
    for (let runs = 0; runs < 3; runs++) await shop.run()
    const rows = rowsOf(await textOf(shop.state, 'csv'))
    const lines = await linesOf(shop.state)
    expect(rows.map(({ run }) => run)).toEqual(lines.map(({ run }) => run))
    expect(Object.keys(rows[0] ?? {})).toEqual([...COLUMNS])
    expect(rows[0]?.['sources']).toMatch(/^people: 3 rows as of \d{4}-/)
    expect(rows[0]?.['answers']).toMatch(/^200 sha256:[0-9a-f]{64}$/)
  })

  it('is of one chain, and between two instants, when that is asked for', async () => {
    const shop = await workshop()
    for (const [index, chain] of ['a', 'b', 'a', 'b'].entries()) {
      const facts = { runId: `r${index}`, resource: chain }
      await shop.state.append({ chain, at: START + index * DAY, kind: 'run', facts })
      await shop.state.append({ chain, at: START, kind: 'pause', facts: {} })
    }
    const runsOf = async (asked: ExportAsked) => (await linesOf(shop.state, asked)).map(({ run }) => run)
    expect(await runsOf({})).toEqual(['r3', 'r2', 'r1', 'r0'])
    expect(await runsOf({ only: { chain: 'a' } })).toEqual(['r2', 'r0'])
    expect(await runsOf({ only: { resource: 'b' } })).toEqual(['r3', 'r1'])
    expect(await runsOf({ since: START + DAY })).toEqual(['r3', 'r2', 'r1'])
    expect(await runsOf({ since: START + DAY, until: START + 3 * DAY })).toEqual(['r2', 'r1'])
  })

  it('tells of runs that were killed, between those that were not', async () => {
    const shop = await workshop()
    const { state } = shop
    const run = { command: 'run', startedBy: 'cron', toolVersion: '1', configHash: 'c' }
    for (const [index, id] of ['k0', 'k1'].entries()) {
      await state.runs.begin({ ...run, id, startedAt: START + index * 2 * HOUR })
      await state.append({
        chain: 'c',
        at: START + index * 2 * HOUR + HOUR,
        kind: 'run',
        facts: { runId: `r${index}` },
      })
    }
    await state.runs.settleInterrupted(START)
    expect((await linesOf(state)).map(({ run: id }) => id)).toEqual(['r1', 'k1', 'r0', 'k0'])
    expect((await linesOf(state)).at(-1)).toEqual({
      at: toInstant(START),
      run: 'k0',
      command: 'run',
      startedBy: 'cron',
      toolVersion: '1',
      configHash: 'c',
      outcome: 'interrupted',
    })
    expect((await linesOf(state, { until: START + HOUR })).map(({ run: id }) => id)).toEqual(['k0'])
  })

  it('is read by the page, however long the history is', async () => {
    const shop = await workshop()
    const history = Array.from({ length: 1001 }, (_, at) => ({ chain: 'c', at, kind: 'run', facts: {} }) as const)
    await shop.state.runs.begin({ id: 'r', command: '', startedAt: 1, startedBy: '', toolVersion: '', configHash: '' })
    const end = { finishedAt: 1, outcome: '', exitCode: 0, resources: [], document: {} }
    await shop.state.runs.finish('r', { ...end, history })
    const parts: number[] = []
    for await (const part of exportHistory(shop.state, 'jsonl', {})) parts.push(part.split('\n').length - 1)
    expect(parts.reduce((sum, lines) => sum + lines, 0)).toBe(1001)
    expect(Math.max(...parts)).toBe(200)
  })

  it('has no cell that a spreadsheet takes for a formula, and no line that breaks in one', async () => {
    const shop = await workshop()
    const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\uff1d1', ' =1', 'a,"b"\r\nc']
    for (const [at, startedBy] of evil.entries()) {
      await shop.state.append({ chain: 'c', at, kind: 'run', facts: { runId: String(at), startedBy } })
    }
    const rows = rowsOf(await textOf(shop.state, 'csv')).toReversed()
    expect(rows.map((row) => row['startedBy'])).toEqual([...evil.slice(0, -1).map((text) => `'${text}`), evil.at(-1)])
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[\s=+\-@\uff1d]/)
  })
})

const changeIn = ({ resources }: RunDocument) => resources[0]?.changedSince

describe('what has changed since the set that Vanta holds', () => {
  it('is named in the plan and in the run that follows, until one was pushed', async () => {
    const shop = await workshop()
    const first = await shop.run()
    expect(first.resources[0]?.changedSince).toBeUndefined()
    const [source] = firstOf(shop).sources
    if (source === undefined) throw new Error('There is no source')
    shop.setResource({ sources: [{ ...source, mappingHash: 'other', moduleHash: 'other' }] })
    const changed = { run: first.runId, what: ['tool', 'mapping', 'module'] }
    expect(changeIn(await shop.plan({ toolVersion: '9' }))).toEqual(changed)
    shop.table.ending = 'fails'
    expect(changeIn(await shop.run({ toolVersion: '9' }))).toEqual(changed)
    shop.table.ending = 'complete'
    expect(changeIn(await shop.run({ toolVersion: '9' }))).toEqual(changed)
    expect(changeIn(await shop.run({ toolVersion: '9' }))).toBeUndefined()
    expect((await linesOf(shop.state)).map((line) => line['changedSince'])).toEqual([
      undefined,
      'tool, mapping, module',
      'tool, mapping, module',
      undefined,
    ])
  })

  it('is not known of a state that a version before this one wrote', async () => {
    const shop = await workshop()
    const scope = scopeOf(shop.settings, firstOf(shop))
    expect(await changedSince(shop.state, scope, madeOf(shop.settings, firstOf(shop), '1'))).toBeUndefined()
  })
})
