import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { entryHash, ORIGIN } from '../../../core/history/chain.ts'
import { verifyHistory } from '../../../core/history/verify.ts'
import { openDatabase } from '../../../core/state/sqlite.ts'
import type { State } from '../../../core/state/state.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

/** Entries 1, 3, 5, 7 are in the chain `odd`, the others in `even`. */
async function withEntries(): Promise<{ state: State; heads: string[]; tamper(sql: string): void }> {
  const path = states.folder()
  const state = await states.open(path)
  const heads: string[] = []
  for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const chain = at % 2 === 0 ? 'even' : 'odd'
    heads.push(await state.append({ chain, at, kind: 'run', facts: { count: at, name: 'Ü' } }))
  }
  return { state, heads, tamper: (sql) => withDatabase(path, (database) => database.exec(sql)) }
}

function withDatabase<T>(path: string, work: (database: ReturnType<typeof openDatabase>) => T): T {
  const database = openDatabase(join(path, 'state.db'))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** `odd 3 changed`: what is wrong with which entry. */
async function faultsOf(state: State): Promise<string[]> {
  const { chains } = await verifyHistory(state, [])
  return chains.flatMap(({ chain, faults }) => faults.map(({ seq, kind }) => `${chain} ${seq} ${kind}`))
}

const SWAP = `
  CREATE TEMP TABLE held AS SELECT * FROM history WHERE seq IN (3, 5);
  UPDATE history SET (at, kind, facts, previous, hash) = (SELECT at, kind, facts, previous, hash FROM held WHERE seq = 5) WHERE seq = 3;
  UPDATE history SET (at, kind, facts, previous, hash) = (SELECT at, kind, facts, previous, hash FROM held WHERE seq = 3) WHERE seq = 5;`

describe('the history', () => {
  it('holds when nobody touched it, and tells of each chain its entries and its head', async () => {
    const { state, heads } = await withEntries()
    expect(await verifyHistory(state, [])).toEqual({
      holds: true,
      chains: [
        { chain: 'odd', entries: 4, from: 1, head: heads[6], faults: [], faultsTotal: 0 },
        { chain: 'even', entries: 4, from: 2, head: heads[7], faults: [], faultsTotal: 0 },
      ],
      heads: [],
    })
  })

  it('has a new head with each entry, also when it says the same', async () => {
    const state = await states.open()
    const entry = { chain: 'c', at: 1, kind: 'run', facts: {} } as const
    expect(await state.append(entry)).not.toBe(await state.append(entry))
  })

  it.each([
    ['the facts of an entry', `UPDATE history SET facts = '{"count":9}' WHERE seq = 3`, ['odd 3 changed']],
    ['one blank in the facts', `UPDATE history SET facts = facts || ' ' WHERE seq = 3`, ['odd 3 changed']],
    ['the time of an entry', 'UPDATE history SET at = 9 WHERE seq = 1', ['odd 1 changed']],
    ['the kind of the newest entry', "UPDATE history SET kind = 'approve' WHERE seq = 8", ['even 8 changed']],
    ['the hash of an entry', "UPDATE history SET hash = 'x' WHERE seq = 3", ['odd 3 changed', 'odd 5 missing']],
    ['what an entry follows', "UPDATE history SET previous = 'x' WHERE seq = 3", ['odd 3 changed']],
    ['facts that are no JSON', "UPDATE history SET kind = 'retain', facts = '{' WHERE seq = 7", ['odd 7 changed']],
  ])('names the entry when somebody changed %s, and leaves other chains alone', async (_, sql, faults) => {
    const { state, tamper } = await withEntries()
    tamper(sql)
    expect(await faultsOf(state)).toEqual(faults)
  })

  it.each([
    ['one in the middle', 'seq = 3', ['odd 5 missing']],
    ['several in the middle', 'seq IN (3, 5)', ['odd 7 missing']],
    ['the first', 'seq = 1', ['odd 3 missing']],
    ['all but the newest', 'seq IN (1, 3, 5)', ['odd 7 missing']],
  ])('names the entry after %s that was removed', async (_, which, faults) => {
    const { state, tamper } = await withEntries()
    tamper(`DELETE FROM history WHERE ${which}`)
    expect(await faultsOf(state)).toEqual(faults)
  })

  it('says of entries that changed places after which one they were written', async () => {
    const { state, tamper } = await withEntries()
    tamper(SWAP)
    const { chains, holds } = await verifyHistory(state, [])
    expect(holds).toBe(false)
    expect(chains[0]?.faults.map(({ seq, kind, says }) => [seq, kind, says])).toEqual([
      [3, 'reordered', 'it stands in the wrong place: it was written after entry 5 of 1970-01-01T00:00:00Z'],
      [5, 'reordered', 'it stands in the wrong place: it was written after entry 1 of 1970-01-01T00:00:00Z'],
      [7, 'reordered', 'it stands in the wrong place: it was written after entry 3 of 1970-01-01T00:00:00Z'],
    ])
  })

  it('notices an entry that was put into another chain, in both', async () => {
    const { state, tamper } = await withEntries()
    tamper("UPDATE history SET chain = 'even' WHERE seq = 3")
    expect(await faultsOf(state)).toEqual(['odd 5 missing', 'even 3 changed', 'even 4 reordered'])
  })

  it('notices an entry that was put between two others', async () => {
    const { state, tamper, heads } = await withEntries()
    const forged = { chain: 'odd', at: 4, kind: 'approve', facts: '{}', previous: heads[2] ?? '' }
    tamper('UPDATE history SET seq = seq + 100 WHERE seq > 4')
    tamper(`INSERT INTO history VALUES (50, 'odd', 4, 'approve', '{}', '${forged.previous}', '${entryHash(forged)}')`)
    expect(await faultsOf(state)).toEqual(['odd 105 reordered'])
  })

  it('shows a thousand faults and counts the others', async () => {
    const state = await states.open()
    await state.runs.begin({ id: 'r', command: 'run', startedAt: 1, startedBy: '', toolVersion: '', configHash: '' })
    const history = Array.from({ length: 1200 }, (_, at) => ({ chain: 'c', at, kind: 'run', facts: {} }) as const)
    const end = { finishedAt: 1, outcome: '', exitCode: 0, resources: [], document: {} }
    await state.runs.finish('r', { ...end, history })
    withDatabase(state.where, (database) => database.exec("UPDATE history SET kind = 'hold'"))
    const { chains } = await verifyHistory(state, [])
    expect(chains[0]).toMatchObject({ entries: 1200, faultsTotal: 1200 })
    expect(chains[0]?.faults).toHaveLength(1000)
  })
})

describe('reading the history', () => {
  it('names an entry that cannot be read, and says what to do', async () => {
    const { state, tamper } = await withEntries()
    tamper("UPDATE history SET facts = '{' WHERE seq = 3")
    await expect(state.history({ limit: 10 })).rejects.toMatchObject({
      code: 'history-damaged',
      exitCode: 74,
      message: 'Entry 3 of the history cannot be read: it was changed',
    })
  })
})

describe('a head that was noted elsewhere', () => {
  it('is found, be it of today or of any day since', async () => {
    const { state, heads } = await withEntries()
    const { holds, heads: told } = await verifyHistory(state, heads)
    expect(holds).toBe(true)
    expect(told).toEqual(heads.map((head) => ({ head, found: true })))
  })

  it('proves that the newest entries were cut off, which the chain alone cannot', async () => {
    const { state, heads, tamper } = await withEntries()
    tamper('DELETE FROM history WHERE seq IN (6, 8)')
    expect((await verifyHistory(state, [])).holds).toBe(true)
    expect(await verifyHistory(state, [heads[3] ?? '', heads[7] ?? ''])).toMatchObject({
      holds: false,
      heads: [{ found: true }, { found: false }],
    })
  })

  it('proves that a whole chain was written anew with hashes that fit', async () => {
    const { state, heads, tamper } = await withEntries()
    let previous = ORIGIN
    for (const seq of [1, 3, 5, 7]) {
      const entry = { chain: 'odd', at: seq, kind: 'run', facts: `{"count":${seq * 10}}`, previous }
      previous = entryHash(entry)
      tamper(
        `UPDATE history SET facts = '${entry.facts}', previous = '${entry.previous}', hash = '${previous}' WHERE seq = ${seq}`,
      )
    }
    expect((await verifyHistory(state, [])).holds).toBe(true)
    expect((await verifyHistory(state, [heads[7] ?? ''])).holds).toBe(true)
    expect((await verifyHistory(state, [heads[6] ?? ''])).holds).toBe(false)
  })

  it('proves that a whole chain is gone', async () => {
    const { state, heads, tamper } = await withEntries()
    tamper("DELETE FROM history WHERE chain = 'even'")
    expect((await verifyHistory(state, [])).holds).toBe(true)
    expect((await verifyHistory(state, [heads[5] ?? ''])).holds).toBe(false)
  })

  it('does not count where only the hash of another entry was written over', async () => {
    const { state, heads, tamper } = await withEntries()
    tamper(`UPDATE history SET facts = '{}', hash = '${heads[7]}' WHERE seq = 8`)
    expect((await verifyHistory(state, [heads[7] ?? ''])).heads).toEqual([{ head: heads[7], found: false }])
  })
})
