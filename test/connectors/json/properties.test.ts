import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Row } from '../../../core/connector.ts'
import { silentLog } from '../../../core/log.ts'
import type { BodyEnd } from '../../../connectors/files/read-files.ts'
import { parseJson } from '../../../core/text/json.ts'
import { readJson } from '../../../connectors/tables/read-json.ts'

const DEFAULTS = { keep: [], optionalFields: [], endLine: false }

interface Read {
  readonly rows: readonly Row[]
  readonly end: BodyEnd
}

/** The bytes in pieces of the sizes given, over and over. */
async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer, void, void> {
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(from, from + size)
    from += size
  }
}

async function read(bytes: Buffer, options: object, sizes: readonly number[], name = 'people.json'): Promise<Read> {
  const body = {
    name,
    pieces: pieces(bytes, sizes),
    openLocal: () => Promise.reject(new Error('not asked for')),
    log: silentLog,
    signal: new AbortController().signal,
    announce: () => undefined,
  }
  const rows: Row[] = []
  const reading = readJson(body, { ...DEFAULTS, ...options }, Date.now())
  let step = await reading.next()
  for (; step.done !== true; step = await reading.next()) rows.push(...step.value)
  return { rows, end: step.value }
}

const value = fc.jsonValue({ maxDepth: 3 })
const objects = fc.array(fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 4 }), { maxLength: 8 })
const blank = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 })
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })

/** As JSON is read here: a number that no double holds as it is written is text. */
function same(rows: readonly Row[], written: readonly unknown[]): void {
  expect(rows.map(({ fields }) => JSON.stringify(fields))).toEqual(
    written.map((each) => JSON.stringify(parsed(JSON.stringify(each)))),
  )
}

function parsed(text: string): unknown {
  const result = parseJson(text)
  if ('fault' in result) throw new Error(`no JSON: ${result.fault.says}`)
  return result.value
}

function spread(items: readonly string[], blanks: readonly string[], [open, close] = ['[', ']']): string {
  const gap = (i: number): string => blanks[i % Math.max(1, blanks.length)] ?? ''
  return `${gap(0)}${open}${items.map((item, i) => `${gap(i + 1)}${item}${gap(i + 2)}`).join(',')}${gap(3)}${close}${gap(4)}`
}

test('any list of objects reads back as it was written, whatever the blanks and the pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      objects,
      fc.array(blank, { maxLength: 5 }),
      sizes,
      fc.constantFrom(0, 1, 2),
      async (list, blanks, cut, indent) => {
        const text = spread(
          list.map((each) => JSON.stringify(each, null, indent)),
          blanks,
        )
        const { rows, end } = await read(Buffer.from(text), {}, cut)
        same(rows, list)
        expect(end).toMatchObject({ rows: list.length, faults: [], ending: 'closed' })
      },
    ),
    { numRuns: 300 },
  )
})

test('a list anywhere in any document reads back, with everything else stepped over', async () => {
  await fc.assert(
    fc.asyncProperty(
      objects,
      fc.tuple(value, value),
      sizes,
      fc.array(blank, { maxLength: 5 }),
      async (list, [before, after], cut, blanks) => {
        const items = spread(
          list.map((each) => JSON.stringify(each)),
          blanks,
        )
        const members = [
          `"before":${JSON.stringify(before)}`,
          `"the/list":${items}`,
          `"after":${JSON.stringify(after, null, 1)}`,
        ]
        const text = spread([`"outer":${spread(members, blanks, ['{', '}'])}`], blanks, ['{', '}'])
        const { rows, end } = await read(Buffer.from(text), { rows: '/outer/the~1list' }, cut)
        same(rows, list)
        expect(end).toMatchObject({ rows: list.length, faults: [] })
      },
    ),
    { numRuns: 300 },
  )
})

test('no strict beginning of a document is complete', async () => {
  await fc.assert(
    fc.asyncProperty(objects, value, fc.nat(), sizes, async (list, around, at, cut) => {
      for (const [document, options] of [
        [JSON.stringify(list), {}],
        [JSON.stringify({ around, data: { list }, after: around }, null, 1), { rows: 'data.list' }],
      ] as const) {
        const bytes = Buffer.from(document)
        const { end } = await read(bytes.subarray(0, at % bytes.length), options, cut)
        expect(end.faults).not.toEqual([])
      }
    }),
    { numRuns: 300 },
  )
})

test('a document with one byte changed is read as JSON.parse would read it, or not at all', async () => {
  await fc.assert(
    fc.asyncProperty(
      objects,
      fc.nat(),
      fc.constantFrom(...Buffer.from('{}[]",:\\ 0e-tn')),
      sizes,
      async (list, at, byte, cut) => {
        const bytes = Buffer.from(JSON.stringify({ a: 1, list, z: [true] }))
        bytes[at % bytes.length] = byte
        const { rows, end } = await read(bytes, { rows: 'list' }, cut).catch(() => ({ rows: [], end: undefined }))
        if (end === undefined || end.faults.length > 0) return
        const { list: now } = parsed(bytes.toString('utf8')) as { list: unknown[] }
        expect(rows.map(({ fields }) => ({ ...fields }))).toEqual(now.map((each) => ({ ...(each as object) })))
      },
    ),
    { numRuns: 500 },
  )
})

test('lines read back whatever the pieces; a strict beginning is complete only where a line ends, and never with an end line', async () => {
  await fc.assert(
    fc.asyncProperty(objects, sizes, fc.nat(), fc.constantFrom('\n', '\r\n'), async (list, cut, at, eol) => {
      const rowsOnly = list.filter((each) => !Object.hasOwn(each, 'vanta-sync'))
      const end = JSON.stringify({ 'vanta-sync': { complete: true, rows: rowsOnly.length } })
      const bytes = Buffer.from(
        [...rowsOnly.map((each) => JSON.stringify(each)), end].map((line) => line + eol).join(''),
      )
      const whole = await read(bytes, { endLine: true }, cut, 'people.ndjson')
      same(whole.rows, rowsOnly)
      expect(whole.end.faults).toEqual([])
      const short = bytes.subarray(0, at % (bytes.length - eol.length))
      expect((await read(short, { endLine: true }, cut, 'people.ndjson')).end.faults).not.toEqual([])
      const without = await read(short, {}, cut, 'people.ndjson')
      if (without.end.faults.length > 0) return
      same(without.rows, rowsOnly.slice(0, without.rows.length))
    }),
    { numRuns: 300 },
  )
})
