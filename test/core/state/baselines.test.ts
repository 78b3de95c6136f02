import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DAY } from '../../../core/clock.ts'
import type { BaselineRecord } from '../../../core/state/state.ts'
import { compareCodePoints } from '../../../core/text/order.ts'
import { createFakeClock, START } from '../../support/fake-clock.ts'
import { commitOf, createStateFolders, recordsOf, TARGET } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

const idsOf = (records: readonly BaselineRecord[]): string[] => records.map(({ uniqueId }) => uniqueId)

const generation = (body: string): { uniqueId: string; body: string }[] =>
  Array.from({ length: 2500 }, (_, index) => ({ uniqueId: `E-${index}`, body }))

function* breaking(): Generator<{ uniqueId: string; body: string; acceptedAt: null }> {
  yield { uniqueId: 'new', body: '{}', acceptedAt: null }
  throw new Error('the spool broke')
}

describe('baselines', () => {
  it('know nothing of a target that was never pushed', async () => {
    const state = await states.open()
    expect(await state.baselines.head(TARGET)).toBeUndefined()
    expect(await recordsOf(state)).toEqual([])
  })

  it('give back what was committed, byte for byte', async () => {
    const state = await states.open()
    const bodies = ['{"name":"Ü\\n\\t"}', '{"name":"𝄞 漢字"}', '{"name":"o\'Neil \\"x\\""}']
    await state.baselines.commit(
      commitOf(
        bodies.map((body, index) => ({ uniqueId: `E-${index}`, body, group: index === 1 ? 'Entwicklung\tSüd' : '' })),
        { siblings: ['part-1', 'part-2'], confirmedAt: 7 },
      ),
    )
    expect(await state.baselines.head(TARGET)).toEqual({
      target: TARGET,
      records: 3,
      confirmedAt: 7,
      origin: 'push',
      siblings: ['part-1', 'part-2'],
    })
    expect(await recordsOf(state)).toEqual(
      bodies.map((body, index) => ({
        uniqueId: `E-${index}`,
        body,
        acceptedAt: 7,
        group: index === 1 ? 'Entwicklung\tSüd' : '',
      })),
    )
  })

  it('know since when somebody is gone, until they are written without', async () => {
    const state = await states.open()
    await state.baselines.commit(
      commitOf([
        { uniqueId: 'a', goneAt: 500 },
        { uniqueId: 'b', goneAt: 600 },
      ]),
    )
    await state.baselines.commit(commitOf([{ uniqueId: 'b' }], { replace: false }))
    expect(await recordsOf(state)).toMatchObject([{ uniqueId: 'a', goneAt: 500 }, { uniqueId: 'b' }])
    expect((await recordsOf(state))[1]).not.toHaveProperty('goneAt')
  })

  it('learn from a read that was not pushed who is missed, who is back, and keep what is known of leavers', async () => {
    const state = await states.open()
    const other = { ...TARGET, resourceId: 'part-2' }
    const known = ['back', 'leaves', 'still'].map((uniqueId) => ({ uniqueId, goneAt: 500 }))
    await state.baselines.commit(commitOf([...known, { uniqueId: 'missed' }, { uniqueId: 'stays' }]))
    await state.baselines.commit(commitOf([{ uniqueId: 'elsewhere' }], { target: other }))
    const gone = [
      { uniqueId: 'elsewhere', goneAt: 700 },
      { uniqueId: 'missed', goneAt: 700 },
      { uniqueId: 'still', goneAt: 500 },
    ]
    const nobody = { ...TARGET, resourceId: 'part-3' }
    await state.baselines.noteGone([TARGET, other, nobody], { gone, leaving: ['leaves', 'stays'] })
    const found = [...(await recordsOf(state)), ...(await recordsOf(state, other))]
    expect(found.map(({ uniqueId, goneAt }) => [uniqueId, goneAt])).toEqual([
      ['back', undefined],
      ['leaves', 500],
      ['missed', 700],
      ['stays', undefined],
      ['still', 500],
      ['elsewhere', 700],
    ])
  })

  it('are replaced whole, or changed by what left and what came', async () => {
    const state = await states.open()
    await state.baselines.commit(commitOf([{ uniqueId: 'a' }, { uniqueId: 'b' }, { uniqueId: 'c' }]))
    await state.baselines.commit(
      commitOf([{ uniqueId: 'b', body: '{"b":2}' }, { uniqueId: 'd' }], { replace: false, removed: ['a', 'nobody'] }),
    )
    expect((await recordsOf(state)).map(({ uniqueId, body }) => [uniqueId, body])).toEqual([
      ['b', '{"b":2}'],
      ['c', '{}'],
      ['d', '{}'],
    ])
    expect(await state.baselines.head(TARGET)).toMatchObject({ records: 3 })
    await state.baselines.commit(commitOf([{ uniqueId: 'z' }], { origin: 'read' }))
    expect(idsOf(await recordsOf(state))).toEqual(['z'])
    expect(await state.baselines.head(TARGET)).toMatchObject({ records: 1, origin: 'read' })
  })

  it('come in the order in which plans are merged, whatever the ids', async () => {
    const state = await states.open()
    const id = fc.oneof(
      // SQLite ends a text at a zero character; validation refuses such ids before they come here.
      fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll('\0', '0')),
      fc.constantFrom('\u{ffff}', '\u{10000}', '\u{e000}', '😀', '!', 'ab', 'a', 'A', 'ä'),
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(id, { maxLength: 60 }), async (ids) => {
        await state.baselines.commit(commitOf(ids.map((uniqueId) => ({ uniqueId }))))
        expect(idsOf(await recordsOf(state))).toEqual(ids.toSorted(compareCodePoints))
      }),
      { numRuns: 40 },
    )
  })

  it.each([99, 100, 101, 1000, 2001])('lose none of %i records between the batches', async (size) => {
    const state = await states.open()
    const records = Array.from({ length: size }, (_, index) => ({ uniqueId: `E-${index}`, body: `{"n":${index}}` }))
    await state.baselines.commit(commitOf(records))
    const held = await recordsOf(state)
    expect(held).toHaveLength(size)
    expect(new Set(held.map(({ uniqueId, body }) => `${uniqueId} ${body}`)).size).toBe(size)
  })

  it('let the time of acceptance follow the last confirmation until a record was carried', async () => {
    const state = await states.open()
    await state.baselines.commit(
      commitOf([{ uniqueId: 'carried', acceptedAt: 5 }, { uniqueId: 'valid' }], { confirmedAt: 10 }),
    )
    await state.baselines.commit(commitOf([], { replace: false, confirmedAt: 20 }))
    expect((await recordsOf(state)).map(({ uniqueId, acceptedAt }) => [uniqueId, acceptedAt])).toEqual([
      ['carried', 5],
      ['valid', 20],
    ])
  })

  it('are read as they were when the reading began, while a run commits', async () => {
    const path = states.folder()
    const [reader, writer] = [await states.open(path), await states.open(path)]
    await writer.baselines.commit(commitOf(generation('old')))
    const bodies = new Set<string>()
    let count = 0
    for await (const batch of reader.baselines.records(TARGET)) {
      if (count === 0) await writer.baselines.commit(commitOf(generation('new')))
      for (const { body } of batch) bodies.add(body)
      count += batch.length
    }
    expect([count, [...bodies]]).toEqual([2500, ['old']])
  })

  it('leave the old one when a commit breaks off', async () => {
    const state = await states.open()
    await state.baselines.commit(commitOf([{ uniqueId: 'old' }]))
    await expect(state.baselines.commit(commitOf([], { upserted: breaking() }))).rejects.toThrow('the spool broke')
    expect(idsOf(await recordsOf(state))).toEqual(['old'])
  })

  it('of other targets are left alone', async () => {
    const state = await states.open()
    const others = [
      { ...TARGET, resourceId: 'part-2' },
      { ...TARGET, shape: 'a:string' },
      { ...TARGET, connection: 'other' },
    ]
    for (const target of [TARGET, ...others]) await state.baselines.commit(commitOf([{ uniqueId: 'a' }], { target }))
    await state.baselines.commit(commitOf([]))
    expect(await recordsOf(state)).toEqual([])
    for (const target of others) expect(idsOf(await recordsOf(state, target))).toEqual(['a'])
    const heads = await state.baselines.heads(TARGET)
    const known = heads.map(({ target, records }) => `${target.resourceId} ${target.shape} ${records}`)
    expect(new Set(known)).toEqual(new Set(['part-1  0', 'part-1 a:string 1', 'part-2  1']))
  })
})

describe('departures', () => {
  const part2 = { ...TARGET, resourceId: 'part-2' }
  const elsewhere = { ...TARGET, connection: 'other' }

  it('count from their confirmation, unless they were approved or came back', async () => {
    const state = await states.open(undefined, createFakeClock())
    await state.baselines.commit(
      commitOf([], { confirmedAt: START, departed: { digests: ['1', '2'], approved: false } }),
    )
    await state.baselines.commit(
      commitOf([], { confirmedAt: START + 5, departed: { digests: ['3'], approved: true }, returned: ['2'] }),
    )
    expect([...(await state.baselines.departures([TARGET], START - 1))]).toEqual(['1'])
    expect([...(await state.baselines.departures([TARGET], START))]).toEqual([])
    expect([...(await state.baselines.departures([part2], START - 1))]).toEqual([])
  })

  it('end when the id comes back in another part of the set, but not when it comes back elsewhere', async () => {
    const state = await states.open(undefined, createFakeClock())
    const gone = { confirmedAt: START, departed: { digests: ['1'], approved: false } }
    await state.baselines.commit(commitOf([], gone))
    await state.baselines.commit(commitOf([], { target: elsewhere, siblings: [], confirmedAt: START, returned: ['1'] }))
    expect((await state.baselines.departures([TARGET], 0)).size).toBe(1)
    await state.baselines.commit(
      commitOf([], { target: part2, siblings: ['part-2', 'part-1'], confirmedAt: START, returned: ['1'] }),
    )
    expect((await state.baselines.departures([TARGET], 0)).size).toBe(0)
  })

  it('are forgotten when no window reaches back to them', async () => {
    const clock = createFakeClock()
    const state = await states.open(undefined, clock)
    await state.baselines.commit(commitOf([], { confirmedAt: START, departed: { digests: ['1'], approved: false } }))
    await clock.advance(36 * DAY)
    await state.baselines.commit(commitOf([], { confirmedAt: clock.now() }))
    expect((await state.baselines.departures([TARGET], 0)).size).toBe(0)
  })
})

describe('a push that was begun', () => {
  const push = { id: 'p', runId: 'r', target: TARGET, planHash: 'h', startedAt: 1, records: 3 }

  it('is pending until it is confirmed', async () => {
    const state = await states.open()
    expect(await state.pushes.pending(TARGET)).toBeUndefined()
    await state.pushes.begin(push)
    expect(await state.pushes.pending(TARGET)).toEqual(push)
    expect(await state.pushes.pending({ ...TARGET, resourceId: 'part-2' })).toBeUndefined()
    await state.baselines.commit(commitOf([]))
    expect(await state.pushes.pending(TARGET)).toBeUndefined()
  })

  it('is pending until it is withdrawn, and no later one with it', async () => {
    const state = await states.open()
    await state.pushes.begin(push)
    await state.pushes.begin({ ...push, id: 'later' })
    await state.pushes.withdraw('p')
    expect(await state.pushes.pending(TARGET)).toMatchObject({ id: 'later' })
    await state.pushes.withdraw('later')
    expect(await state.pushes.pending(TARGET)).toBeUndefined()
  })
})
