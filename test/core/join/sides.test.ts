import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFields, encodeFields } from '../../../core/join/fields-text.ts'
import { type JoinCounts, layBeside, type Match } from '../../../core/join/lay-beside.ts'
import { compareKeyed, type LeftRow, leftRowCodec, type RightRow, rightRowCodec } from '../../../core/join/staged.ts'

const KEYS = ['', 'a', 'b', 'ä', '￾', '😀', 'zz']

const leftRows = fc
  .array(fc.constantFrom(...KEYS))
  .map((keys) =>
    keys.map((key, seq): LeftRow => ({ key, seq, at: `l:${seq}`, fields: '{}', faults: [], found: [], problems: [] })),
  )
const rightRows = fc
  .array(fc.record({ key: fc.constantFrom(...KEYS.slice(1)), fields: fc.constantFrom('{"x":1}', '{"x":2}') }))
  .map((rows) => rows.map((row, seq): RightRow => ({ ...row, seq, at: `r:${seq}`, faults: [] })))

function beside(
  left: readonly LeftRow[],
  right: readonly RightRow[],
): { matches: Map<number, Match>; counts: JoinCounts } {
  const matches = new Map<number, Match>()
  const pairs = layBeside([...left].sort(compareKeyed), [...right].sort(compareKeyed))
  let step = pairs.next()
  for (; step.done !== true; step = pairs.next()) matches.set(step.value[0].seq, step.value[1])
  return { matches, counts: step.value }
}

describe('two sides laid beside each other', () => {
  it('give every left row exactly what has its key, and count both sides', () => {
    fc.assert(
      fc.property(leftRows, rightRows, (left, right) => {
        const { matches, counts } = beside(left, right)
        expect(matches.size).toBe(left.length)
        for (const { key, seq } of left) {
          const same = right.filter((row) => row.key === key)
          const distinct = new Set(same.map(({ fields }) => fields))
          const kind = distinct.size === 0 ? 'missing' : distinct.size === 1 ? 'found' : 'ambiguous'
          expect(matches.get(seq)?.kind).toBe(kind)
          const match = matches.get(seq)
          if (match?.kind === 'found') expect(distinct).toContain(match.fields)
        }
        expect(counts.matched + counts.missing + counts.ambiguous).toBe(left.length)
        const asked = new Set(left.map(({ key }) => key))
        expect(counts.unused).toBe(right.filter(({ key }) => !asked.has(key)).length)
      }),
    )
  })

  it('name a few places of an ambiguous match, however many rows have the key', () => {
    const left: LeftRow = { key: 'k', seq: 0, at: 'l', fields: '{}', faults: [], found: [], problems: [] }
    const right = Array.from({ length: 1000 }, (_, seq) => ({
      key: 'k',
      seq,
      at: `r:${seq}`,
      fields: `{"x":${seq}}`,
      faults: [],
    }))
    const match = beside([left], right).matches.get(0)
    expect(match).toMatchObject({ kind: 'ambiguous', rows: 1000 })
    expect(match?.kind === 'ambiguous' && match.places).toEqual(['r:0', 'r:1', 'r:2', 'r:3', 'r:4', 'r:5'])
  })
})

describe('fields that wait on disk', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: false })
  const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '$date', '$object', '$bytes'))

  it('come back as they were, whatever a driver gives', () => {
    fc.assert(
      fc.property(fc.dictionary(names, anything), (fields) => {
        const back = decodeFields(encodeFields(fields))
        expect(plain(back)).toEqual(plain(fields))
      }),
      { numRuns: 500 },
    )
  })

  it('keep dates, bytes, long numbers and what looks like their marks', () => {
    const fields = {
      date: new Date(5),
      bytes: new Uint8Array([1, 2, 255]),
      long: 2n ** 70n,
      looks: { $date: 'no date', inner: [{ $bigint: 1n }] },
      nothing: null,
      infinite: Infinity,
    }
    const back = decodeFields(encodeFields(fields))
    expect(back['date']).toEqual(new Date(5))
    expect(Buffer.from(back['bytes'] as Uint8Array).toString('hex')).toBe('0102ff')
    expect(back['long']).toBe(2n ** 70n)
    expect(plain(back['looks'])).toEqual(plain(fields.looks))
    expect(back['infinite']).toBe(Infinity)
  })

  it('do not let a column called __proto__ become a prototype', () => {
    const fields = decodeFields('{"__proto__":{"admin":true},"x":{"$date":"1"}}')
    expect(Object.hasOwn(fields, '__proto__')).toBe(true)
    expect((fields as { admin?: unknown }).admin).toBeUndefined()
  })

  it('are one line, with their key and place', () => {
    const text = fc.string({ unit: 'binary' })
    const fields = fc.dictionary(text, text).map(encodeFields)
    const faults = fc.array(fc.record({ field: text, message: text }))
    const right = fc.record({ key: text, seq: fc.nat(), at: text, fields, faults })
    fc.assert(
      fc.property(right, (row) => {
        expect(rightRowCodec.encode(row)).not.toContain('\n')
        expect(rightRowCodec.decode(rightRowCodec.encode(row))).toEqual(row)
      }),
    )
    const problems = fc.array(fc.record({ code: text, field: text, message: text }))
    const found = fc.array(fc.option(fields), { minLength: 0, maxLength: 3 })
    const left = fc.record({ key: text, seq: fc.nat(), at: text, fields, faults, found, problems })
    fc.assert(
      fc.property(left, (row) => {
        expect(leftRowCodec.encode(row)).not.toContain('\n')
        expect(leftRowCodec.decode(leftRowCodec.encode(row))).toEqual(row)
      }),
    )
  })
})

/** As a comparison sees it: own fields only, what JSON and databases have no word for left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'symbol' || typeof value === 'function' || value === undefined) return undefined
  if (Array.isArray(value)) return value.map((each) => plain(each) ?? null)
  if (value instanceof Date) return `date ${value.getTime()}`
  if (typeof value === 'bigint') return `bigint ${value}`
  if (typeof value === 'number') return Object.is(value, -0) ? 'minus zero' : String(value)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const)
  return entries.filter(([, inner]) => inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
}
