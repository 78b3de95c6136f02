import { afterEach, describe, expect, it } from 'vitest'
import { textsBelow } from '../../support/cli.ts'
import { commitOf, createStateFolders } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const idOf = (number: number): string => `E-${String(number).padStart(5, '0')}`

describe('a record that left Vanta', () => {
  it('has left the files of the state, too, once nobody has it open', async () => {
    const path = states.folder()
    const state = await states.open(path)
    const all = Array.from({ length: 3000 }, (_, number) => ({
      uniqueId: idOf(number),
      body: JSON.stringify({ uniqueId: idOf(number), fullName: `Person ${number} of the sea`.repeat(3) }),
    }))
    await state.baselines.commit(commitOf(all))
    // One by one, in rows, and so many that pages are joined.
    const leaving = all.filter((_, number) => number % 7 === 3 || (number > 1000 && number < 2000))
    const removed = leaving.map(({ uniqueId }) => uniqueId)
    await state.baselines.commit(commitOf([], { replace: false, removed }))
    await states.closeStates()
    const files = [...(await textsBelow(path)).values()].join('\n')
    expect(files).toContain(idOf(1))
    expect(removed.filter((id) => files.includes(id))).toEqual([])
  })
})
