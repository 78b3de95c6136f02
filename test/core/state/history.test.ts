import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { brokenLink } from '../../../core/state/history.ts'
import { openDatabase } from '../../../core/state/sqlite.ts'
import { createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

async function withEntries(): Promise<string> {
  const path = states.folder()
  const state = await states.open(path)
  for (const at of [1, 2, 3, 4]) {
    await state.append({ chain: at % 2 === 0 ? 'even' : 'odd', at, kind: 'run', facts: { count: at, name: 'Ü' } })
  }
  return join(path, 'state.db')
}

function brokenAfter(path: string, sql: string): { odd: number | undefined; even: number | undefined } {
  const database = openDatabase(path)
  try {
    if (sql !== '') database.exec(sql)
    return { odd: brokenLink(database, 'odd'), even: brokenLink(database, 'even') }
  } finally {
    database.close()
  }
}

describe('the history', () => {
  it('holds when nobody touched it', async () => {
    expect(brokenAfter(await withEntries(), '')).toEqual({ odd: undefined, even: undefined })
  })

  it('has a new head with each entry', async () => {
    const state = await states.open()
    const entry = { chain: 'c', at: 1, kind: 'run', facts: {} } as const
    expect(await state.append(entry)).not.toBe(await state.append(entry))
  })

  it.each([
    ['its facts', `UPDATE history SET facts = '{"count":9}' WHERE seq = 1`],
    ['its time', 'UPDATE history SET at = 9 WHERE seq = 1'],
    ['its kind', "UPDATE history SET kind = 'approve' WHERE seq = 1"],
    ['its hash', "UPDATE history SET hash = 'x' WHERE seq = 1"],
  ])('shows the entry of which %s was changed, and leaves other chains alone', async (_, sql) => {
    expect(brokenAfter(await withEntries(), sql)).toEqual({ odd: 1, even: undefined })
  })

  it('shows the entry that follows a removed one', async () => {
    expect(brokenAfter(await withEntries(), 'DELETE FROM history WHERE seq = 2')).toEqual({ odd: undefined, even: 4 })
  })

  it('shows an entry that was put into another chain', async () => {
    const moved = "UPDATE history SET chain = 'even' WHERE seq = 3"
    expect(brokenAfter(await withEntries(), moved)).toEqual({ odd: undefined, even: 3 })
  })
})
