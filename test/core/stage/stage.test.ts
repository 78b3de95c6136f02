import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Codec, textWeight } from '../../../core/stage/codec.ts'
import { createSorter, mergeSorted } from '../../../core/stage/sorter.ts'
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

function sorted(input: readonly Item[], memory: number): Item[] {
  const sorter = createSorter({ folder: root, name: nextName(), codec, compare: byKey, memory })
  for (const item of input) sorter.add(item)
  expect(sorter.length).toBe(input.length)
  return [...sorter.sorted()]
}

describe('the sorter', () => {
  it('gives the same from files as from memory, equals in the order of their coming', () => {
    fc.assert(
      fc.property(items, fc.constantFrom(0, 60, 500), (input, memory) => {
        const expected = input.toSorted(byKey)
        expect(sorted(input, 1 << 20)).toEqual(expected)
        expect(sorted(input, memory)).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('writes nothing while all fits, and pieces when it does not', () => {
    const name = nextName()
    const filesOf = (): string[] => readdirSync(root).filter((file) => file.startsWith(`${name}-`))
    const sorter = createSorter({ folder: root, name, codec, compare: byKey, memory: 200 })
    sorter.add({ key: 'b', seq: 0 })
    expect(filesOf()).toEqual([])
    for (let seq = 1; seq < 30; seq++) sorter.add({ key: `k${30 - seq}`, seq })
    expect(filesOf().length).toBeGreaterThan(1)
    expect([...sorter.sorted()].map(({ key }) => key)).toEqual(
      ['b', ...Array.from({ length: 29 }, (_, index) => `k${index + 1}`)].toSorted(compareCodePoints),
    )
  })
})

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
