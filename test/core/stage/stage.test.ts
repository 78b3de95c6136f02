import { existsSync, readdirSync, readlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Codec, textWeight } from '../../../core/stage/codec.ts'
import { mergeSorted } from '../../../core/stage/merge-sorted.ts'
import { createSorter, MERGED_AT_ONCE } from '../../../core/stage/sorter.ts'
import { createSpool } from '../../../core/stage/spool.ts'
import { compareCodePoints } from '../../../core/text/order.ts'
import { removeTree, writeTree } from '../../support/temp-tree.ts'

interface Item {
  readonly key: string
  readonly seq: number
}

const codec: Codec<Item> = {
  encode: ({ key, seq }) => `${JSON.stringify(key)}\t${seq}`,
  decode(line) {
    const [key = '', seq] = line.split('\t')
    return { key: JSON.parse(key) as string, seq: Number(seq) }
  },
  weigh: ({ key }) => textWeight(key),
}
const byKey = (a: Item, b: Item): number => compareCodePoints(a.key, b.key)

const root = writeTree({})
afterAll(() => removeTree(root))

let made = 0
const nextName = (): string => `stage-${made++}`

const text = fc.oneof(
  fc.constantFrom('a', 'a\tb', 'a\nb', '\r\n', '', '😀', '\u{ffff}', '\u2028', '"\\', 'ä'.repeat(300)),
  fc.string({ unit: 'binary' }),
)
const items = fc.array(text, { maxLength: 80 }).map((keys) => keys.map((key, seq): Item => ({ key, seq })))

const unheard = new AbortController().signal

async function sorted(input: readonly Item[], memory: number): Promise<Item[]> {
  const sorter = createSorter({ folder: root, name: nextName(), codec, compare: byKey, memory })
  for (const item of input) sorter.add(item)
  expect(sorter.length).toBe(input.length)
  return [...(await sorter.sorted(unheard))]
}

describe('the sorter', () => {
  it('gives the same from files as from memory, equals in the order of their coming', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.constantFrom(0, 60, 500), async (input, memory) => {
        const expected = input.toSorted(byKey)
        expect(await sorted(input, 1 << 20)).toEqual(expected)
        expect(await sorted(input, memory)).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('writes nothing while all fits, and pieces when it does not', async () => {
    const name = nextName()
    const sorter = createSorter({ folder: root, name, codec, compare: byKey, memory: 200 })
    sorter.add({ key: 'b', seq: 0 })
    expect(filesOf(name)).toEqual([])
    for (let seq = 1; seq < 30; seq++) sorter.add({ key: `k${30 - seq}`, seq })
    expect(filesOf(name).length).toBeGreaterThan(1)
    expect([...(await sorter.sorted(unheard))].map(({ key }) => key)).toEqual(
      ['b', ...Array.from({ length: 29 }, (_, index) => `k${index + 1}`)].toSorted(compareCodePoints),
    )
  })

  it('stays stable when there are more pieces than it merges at once', async () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'ä', '😀'), {
      minLength: MERGED_AT_ONCE - 3,
      maxLength: 3 * MERGED_AT_ONCE,
      size: 'max',
    })
    await fc.assert(
      fc.asyncProperty(keys, async (input) => {
        const all = input.map((key, seq) => ({ key, seq }))
        expect(await sorted(all, 0)).toEqual(all.toSorted(byKey))
      }),
      { numRuns: 8 },
    )
  })

  it('merges pieces of pieces, and never has more files open than it merges at once', async () => {
    const name = nextName()
    const number = MERGED_AT_ONCE * MERGED_AT_ONCE + 7
    const sorter = createSorter({ folder: root, name, codec, compare: byKey, memory: 0 })
    for (let seq = 0; seq < number; seq++) sorter.add({ key: String((seq * 7919) % 100), seq })
    const before = openPieces(name)
    const order = await sorter.sorted(unheard)
    const left = filesOf(name).length
    expect(left).toBeLessThan(MERGED_AT_ONCE)
    let last: Item | undefined
    let count = 0
    let open = 0
    for (const item of order) {
      if (last !== undefined) expect(byKey(last, item) || last.seq - item.seq).toBeLessThan(0)
      if (count === number >> 1) open = openPieces(name)
      last = item
      count++
    }
    expect(count).toBe(number)
    expect(before).toBe(0)
    expect(open).toBeLessThan(MERGED_AT_ONCE)
    if (existsSync('/proc/self/fd')) expect(open).toBeGreaterThan(0)
  })

  it('removes each piece that was read, also when the reader stops early', async () => {
    const name = nextName()
    const filled = (): ReturnType<typeof createSorter<Item>> => {
      const sorter = createSorter({ folder: root, name, codec, compare: byKey, memory: 0 })
      for (let seq = 0; seq < 20; seq++) sorter.add({ key: 'k', seq })
      return sorter
    }
    const all = await filled().sorted(unheard)
    expect(filesOf(name)).toHaveLength(20)
    expect([...all]).toHaveLength(20)
    expect(filesOf(name)).toEqual([])
    for (const { seq } of await filled().sorted(unheard)) {
      expect(seq).toBe(0)
      break
    }
    expect(filesOf(name)).toEqual([])
  })

  it('stops merging pieces when the signal says so, with no file left open', async () => {
    const name = nextName()
    const sorter = createSorter({ folder: root, name, codec, compare: byKey, memory: 2000 })
    for (let seq = 0; seq < 100_000; seq++) sorter.add({ key: `key ${seq % 97}`, seq })
    expect(filesOf(name).length).toBeGreaterThan(MERGED_AT_ONCE)
    const aborting = new AbortController()
    const merging = sorter.sorted(aborting.signal)
    aborting.abort(new Error('enough'))
    await expect(merging).rejects.toThrow('enough')
    expect(openPieces(name)).toBe(0)
  })
})

/** How many files of a sorter this process has open; 0 where the system does not tell. */
function openPieces(name: string): number {
  const folder = '/proc/self/fd'
  if (!existsSync(folder)) return 0
  const targets = readdirSync(folder).map((each) => {
    try {
      return readlinkSync(join(folder, each))
    } catch {
      // The one that listed the folder.
      return ''
    }
  })
  return targets.filter((target) => target.startsWith(join(root, `${name}-`))).length
}

function filesOf(name: string): string[] {
  return readdirSync(root).filter((file) => file.startsWith(`${name}-`))
}

describe('merging', () => {
  it('is stable: among equals the earlier sequence comes first', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 5 })), { maxLength: 9 }), (lists) => {
        const sources = lists.map((list, source) =>
          list.toSorted((a, b) => a - b).map((key, place) => ({ key, source, place })),
        )
        const merged = [
          ...mergeSorted(
            sources.map((source) => source.values()),
            (a, b) => a.key - b.key,
          ),
        ]
        expect(merged).toEqual(sources.flat().toSorted((a, b) => a.key - b.key))
      }),
    )
  })

  it('ends its sequences when the reader stops early', () => {
    const ended: string[] = []
    function* source(name: string) {
      try {
        yield 1
        yield 2
      } finally {
        ended.push(name)
      }
    }
    for (const item of mergeSorted([source('a'), source('b')], (a, b) => a - b)) {
      expect(item).toBe(1)
      break
    }
    expect(ended).toEqual(['a', 'b'])
  })
})

describe('the spool', () => {
  it('gives the same from a file as from memory, as often as it is read', () => {
    fc.assert(
      fc.property(items, fc.constantFrom(0, 60, 1 << 20), (input, memory) => {
        const spool = createSpool({ path: join(root, nextName()), codec, memory })
        for (const item of input) spool.add(item)
        spool.seal()
        expect(spool.length).toBe(input.length)
        expect([...spool]).toEqual(input)
        expect([...spool]).toEqual(input)
      }),
      { numRuns: 40 },
    )
  })

  it('keeps lines that are longer than what it reads at once', () => {
    const spool = createSpool({ path: join(root, nextName()), codec, memory: 0 })
    const input = [1, 700_000, 3, 262_144, 0].map((length, seq) => ({ key: 'ü'.repeat(length), seq }))
    for (const item of input) spool.add(item)
    spool.seal()
    expect([...spool].map(({ key, seq }) => [key.length, seq])).toEqual(input.map(({ key, seq }) => [key.length, seq]))
  })

  it('does not take a file that was cut for a shorter one', () => {
    const path = join(root, nextName())
    const spool = createSpool({ path, codec, memory: 0 })
    for (const seq of [1, 2, 3]) spool.add({ key: 'abc', seq })
    spool.seal()
    truncateSync(path, 20)
    expect(() => [...spool]).toThrow('cut')
  })

  it('is not read before it was sealed', () => {
    const spool = createSpool({ path: join(root, nextName()), codec, memory: 0 })
    spool.add({ key: 'a', seq: 0 })
    expect(() => [...spool]).toThrow('sealed')
    spool.seal()
  })
})
