import type { ChildProcess } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { DAY } from '../../../core/clock.ts'
import type { State } from '../../../core/state/state.ts'
import { createStateFolders, kill, says } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const claimOf = (daemon: string, slotAt: number, schedule = 'schedule') => ({
  scope: 'scope',
  schedule,
  slotAt,
  daemon,
})

/** A daemon of this process. */
async function daemonOn(path: string, id: string): Promise<State> {
  const state = await states.open(path)
  await state.scratch(id)
  return state
}

/** What the process prints after `got`. */
async function gotBy(child: ChildProcess): Promise<number[]> {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await says(child, 'got')
  return JSON.parse(text.slice(text.indexOf('['))) as number[]
}

describe('a slot', () => {
  it('before the first sight of its schedule is nobody’s', async () => {
    const { slots } = await daemonOn(states.folder(), 'a')
    expect(await slots.get('scope')).toBeUndefined()
    expect(await slots.claim(claimOf('a', 100))).toBe(false)
    const seen = { scope: 'scope', schedule: 'schedule', slotAt: 50, daemon: 'a', settled: true }
    expect(await slots.see('scope', 'schedule', 50, 'a')).toEqual(seen)
    expect(await slots.get('scope')).toEqual(seen)
    expect(await slots.claim(claimOf('a', 50))).toBe(false)
    expect(await slots.claim(claimOf('a', 51))).toBe(true)
    expect(await slots.get('scope')).toEqual({ ...seen, slotAt: 51, settled: false })
    await slots.settle('scope', 51)
    expect(await slots.see('scope', 'schedule', 99, 'a')).toEqual({ ...seen, slotAt: 51 })
  })

  it('is taken by one of two handles on one folder, and never again', async () => {
    const path = states.folder()
    const [a, b] = [await daemonOn(path, 'a'), await daemonOn(path, 'b')]
    await Promise.all([a.slots.see('scope', 'schedule', 0, 'a'), b.slots.see('scope', 'schedule', 0, 'b')])
    for (let slotAt = 1; slotAt <= 10; slotAt++) {
      const won = await Promise.all([a.slots.claim(claimOf('a', slotAt)), b.slots.claim(claimOf('b', slotAt))])
      expect(won.filter(Boolean)).toHaveLength(1)
      await b.slots.settle('scope', slotAt)
    }
    expect(await a.slots.claim(claimOf('a', 10))).toBe(false)
    expect(await a.slots.claim(claimOf('a', 9))).toBe(false)
  })

  it('is taken by one of three processes that race for all of them, and by another when the winner is killed', async () => {
    const path = states.folder()
    const state = await daemonOn(path, 'here')
    const children = ['x', 'y', 'z'].map((id) => states.start('./claim-slots.ts', [path, id, '40']))
    const got = await Promise.all(children.map(gotBy))
    // What one of them has not settled yet, the others leave out.
    const all = got.flat().sort((a, b) => a - b)
    expect(all).toEqual([...new Set(all)])
    expect(all.at(-1)).toBe(40)
    expect(await state.slots.claim(claimOf('here', 40))).toBe(false)

    for (const [index, child] of children.entries()) if (got[index]?.at(-1) === 40) await kill(child)
    expect(await state.slots.claim(claimOf('here', 39))).toBe(false)
    expect(await state.slots.claim(claimOf('here', 40))).toBe(true)
    expect(await state.slots.claim(claimOf('here', 40))).toBe(false)
    expect(await state.slots.get('scope')).toMatchObject({ slotAt: 40, daemon: 'here', settled: false })
  })

  it('of a daemon that died after its run was settled does not run again', async () => {
    const path = states.folder()
    const [a, b] = [await states.open(path), await daemonOn(path, 'b')]
    const scratch = await a.scratch('a')
    await a.slots.see('scope', 'schedule', 0, 'a')
    await a.slots.claim(claimOf('a', 10))
    await a.slots.settle('scope', 10)
    await scratch.remove()
    expect(await b.slots.claim(claimOf('b', 10))).toBe(false)
    expect(await b.slots.claim(claimOf('b', 11))).toBe(true)
  })

  it('is not taken while what another daemon started for the last one goes on', async () => {
    const path = states.folder()
    const [a, b] = [await daemonOn(path, 'a'), await daemonOn(path, 'b')]
    await a.slots.see('scope', 'schedule', 0, 'a')
    await a.slots.claim(claimOf('a', 10))
    expect(await b.slots.claim(claimOf('b', 20))).toBe(false)
    await a.slots.settle('scope', 10)
    expect(await b.slots.claim(claimOf('b', 20))).toBe(true)
  })

  it('is taken by a daemon that could not settle its last one', async () => {
    const { slots } = await daemonOn(states.folder(), 'a')
    await slots.see('scope', 'schedule', 0, 'a')
    expect(await slots.claim(claimOf('a', 10))).toBe(true)
    expect(await slots.claim(claimOf('a', 10))).toBe(false)
    expect(await slots.claim(claimOf('a', 20))).toBe(true)
  })

  it('is settled for itself alone, and each resource has its own', async () => {
    const { slots } = await daemonOn(states.folder(), 'a')
    await slots.see('scope', 'schedule', 0, 'a')
    await slots.see('other', 'schedule', 0, 'a')
    await slots.claim(claimOf('a', 10))
    await slots.settle('scope', 9)
    await slots.settle('other', 10)
    expect(await slots.get('scope')).toMatchObject({ slotAt: 10, settled: false })
    expect(await slots.claim({ ...claimOf('a', 5), scope: 'other' })).toBe(true)
  })
})

describe('another schedule', () => {
  it('begins anew, and slots of the one before are nobody’s', async () => {
    const { slots } = await daemonOn(states.folder(), 'a')
    await slots.see('scope', 'schedule', 0, 'a')
    await slots.claim(claimOf('a', 10))
    await slots.settle('scope', 10)
    expect(await slots.see('scope', 'changed', 100, 'a')).toMatchObject({
      schedule: 'changed',
      slotAt: 100,
      settled: true,
    })
    expect(await slots.claim(claimOf('a', 110))).toBe(false)
    expect(await slots.claim(claimOf('a', 90, 'changed'))).toBe(false)
    expect(await slots.claim(claimOf('a', 110, 'changed'))).toBe(true)
  })

  it('of a second daemon waits until the first one, which keeps its own, has ended', async () => {
    const path = states.folder()
    const [a, b] = [await states.open(path), await daemonOn(path, 'b')]
    const scratch = await a.scratch('a')
    await a.slots.see('scope', 'schedule', 0, 'a')
    expect(await b.slots.see('scope', 'changed', 5, 'b')).toMatchObject({ schedule: 'schedule', slotAt: 0 })
    expect(await b.slots.claim(claimOf('b', 10, 'changed'))).toBe(false)
    expect(await a.slots.claim(claimOf('a', 10))).toBe(true)
    await a.slots.settle('scope', 10)
    await scratch.remove()
    expect(await b.slots.see('scope', 'changed', 20, 'b')).toMatchObject({ schedule: 'changed', slotAt: 20 })
    expect(await b.slots.claim(claimOf('b', 30, 'changed'))).toBe(true)
  })
})

describe('a claim that is ahead of the clock', () => {
  it('by less than a day stays, so that no slot runs twice; by more, it is of a clock that was wrong', async () => {
    const { slots } = await daemonOn(states.folder(), 'a')
    const wrong = 400 * DAY
    await slots.see('scope', 'schedule', wrong, 'a')
    expect(await slots.see('scope', 'schedule', wrong - DAY, 'a')).toMatchObject({ slotAt: wrong })
    expect(await slots.see('scope', 'schedule', wrong - DAY - 1, 'a')).toMatchObject({ slotAt: wrong - DAY - 1 })
  })
})
