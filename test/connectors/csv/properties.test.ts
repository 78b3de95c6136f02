import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { type ReadAll, readAll } from '../../support/read-all.ts'
import { cellsOf, tempFolder } from './fixture.ts'

interface Dialect {
  readonly delimiter: string
  readonly quote: '"' | "'"
  readonly eol: string
  readonly quoteAll: boolean
  readonly finalBreak: boolean
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  readonly mark: boolean
}

const dialects = fc.record<Dialect>({
  delimiter: fc.constantFrom(',', ';', '\t', '|', '||'),
  quote: fc.constantFrom('"', "'"),
  eol: fc.constantFrom('\n', '\r\n', '\r'),
  quoteAll: fc.boolean(),
  finalBreak: fc.boolean(),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
  mark: fc.boolean(),
})

const cell = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom('"', "'", ',', ';', '\t', '|', '\n', '\r', ' ', 'a', '7', 'ü'),
      maxLength: 8,
    }),
  },
)

/** A header of distinct names, and rows as wide as it, of any text but zero bytes. */
const tables = fc.integer({ min: 2, max: 4 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(
      fc.array(
        cell.map((text) => text.replaceAll('\0', '0')),
        { minLength: width, maxLength: width },
      ),
      { maxLength: 12 },
    ),
  }),
)

function write(rows: readonly (readonly string[])[], dialect: Dialect): Buffer {
  const lines = rows.map((row) => row.map((text) => quoted(text, dialect)).join(dialect.delimiter))
  const text = lines.join(dialect.eol) + (dialect.finalBreak ? dialect.eol : '')
  return iconv.encode(text, dialect.encoding, { addBOM: dialect.mark })
}

function quoted(text: string, { quote, quoteAll, delimiter }: Dialect): string {
  const needed =
    /[\r\n]/.test(text) || text.includes(quote) || Array.from(delimiter).some((char) => text.includes(char))
  return needed || quoteAll ? quote + text.replaceAll(quote, quote + quote) + quote : text
}

function optionsFor(dialect: Dialect): Record<string, unknown> {
  return {
    path: 'people.csv',
    delimiter: dialect.delimiter,
    quote: dialect.quote === '"' ? 'double' : 'single',
    encoding: dialect.encoding,
  }
}

/** Names that no first bytes of another format begin with. */
function headerOf(width: number): string[] {
  return Array.from({ length: width }, (_, i) => `c${i}`)
}

test('any table in any dialect comes back cell by cell, each row with its physical line', async () => {
  const folder = await tempFolder()
  await fc.assert(
    fc.asyncProperty(tables, dialects, async ({ width, rows }, dialect) => {
      const all = [headerOf(width), ...rows]
      await writeFile(join(folder, 'people.csv'), write(all, dialect))
      const read = await readAll(csvConnector, optionsFor(dialect), { baseDir: folder })
      expect(read.proof).toMatchObject({ complete: true, rows: rows.length })
      expect(cellsOf(read)).toEqual(rows)
      expect(read.rows.map((row) => row.at)).toEqual(startLines(all).map((line) => `people.csv:${line}`))
    }),
    { numRuns: 300 },
  )
})

/** Counted by the text of the cells: one line a row, and one more for each break within. */
function startLines(all: readonly (readonly string[])[]): number[] {
  const starts: number[] = []
  let line = 1
  for (const row of all) {
    starts.push(line)
    line += 1 + row.reduce((sum, text) => sum + (text.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
  }
  return starts.slice(1)
}

test('a table of many pieces comes back whole, wherever the pieces are split', async () => {
  const folder = await tempFolder()
  const shifts = fc.integer({ min: 0, max: 40 })
  await fc.assert(
    fc.asyncProperty(shifts, fc.constantFrom('\n', '\r\n', '\r'), async (shift, eol) => {
      const rows = Array.from({ length: 4000 }, (_, i) => [
        `${i}`,
        i % 3 === 0 ? `Zoë "${'x'.repeat(shift)}"\r\n👩‍🚀` : 'ß,;',
      ])
      const dialect: Dialect = {
        delimiter: ',',
        quote: '"',
        eol,
        quoteAll: false,
        finalBreak: true,
        encoding: 'utf-8',
        mark: false,
      }
      await writeFile(join(folder, 'people.csv'), write([['c0', 'x'.repeat(shift + 1)], ...rows], dialect))
      const read = await readAll(csvConnector, { path: 'people.csv' }, { baseDir: folder })
      expect(cellsOf(read)).toEqual(rows)
      expect(read.rows.map((row) => row.at)).toEqual(
        startLines([['c0', ''], ...rows]).map((line) => `people.csv:${line}`),
      )
    }),
    { numRuns: 12 },
  )
})

/** Reads a file cut after `length` bytes; a failed read is as good as an incomplete one. */
async function readCut(folder: string, bytes: Buffer, options: Record<string, unknown>): Promise<ReadAll | undefined> {
  await writeFile(join(folder, 'people.csv'), bytes)
  try {
    return await readAll(csvConnector, { path: 'people.csv', ...options }, { baseDir: folder })
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 12 })
    return undefined
  }
}

const ROWS = [
  ['0', 'Ada', 'x'],
  ['1', 'Zoë, "B"', 'line\r\nbreak'],
  ['2', '', '👩‍🚀'],
  ['3', '4', '4'],
]

test('a file cut anywhere yields no row that the whole does not have, and is complete only at the end of a row', async () => {
  const folder = await tempFolder()
  for (const eol of ['\n', '\r\n']) {
    const dialect: Dialect = {
      delimiter: ',',
      quote: '"',
      eol,
      quoteAll: false,
      finalBreak: true,
      encoding: 'utf-8',
      mark: true,
    }
    const bytes = write([['id', 'name', 'note'], ...ROWS], dialect)
    for (let length = 0; length < bytes.length; length++) {
      const read = await readCut(folder, bytes.subarray(0, length), {})
      if (read === undefined) continue
      const cells = cellsOf(read)
      // A last cell cut short cannot be told from a short one by the text alone; every other cell can.
      const last = cells.at(-1)
      expect(cells.slice(0, -1)).toEqual(ROWS.slice(0, Math.max(0, cells.length - 1)))
      expect(last?.slice(0, 2)).toEqual(ROWS[cells.length - 1]?.slice(0, 2))
      expect(ROWS[cells.length - 1]?.[2]?.startsWith(last?.[2] ?? '') ?? true).toBe(true)
      if (read.proof?.complete !== true || read.columns?.length !== 3) continue
      expect(read.proof.rows).toBe(cells.length)
    }
  }
})

const PROOFS: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['a trailer with a prefix', 'TRAILER,4', { trailer: { prefix: 'TRAILER', column: 2 } }],
  ['a trailer without a prefix', '4', { trailer: {} }],
  ['a trailer of the same width', 'T,4,', { trailer: { prefix: 'T', column: 2 } }],
  ['a control file', '', { control: { file: 'people.ctl', holds: 'count' } }],
]

test.each(PROOFS)(
  'with %s a file cut anywhere is never complete, unless nothing but its end is missing',
  async (_, trailer, options) => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.ctl'), '4\n')
    const dialect: Dialect = {
      delimiter: ',',
      quote: '"',
      eol: '\r\n',
      quoteAll: false,
      finalBreak: true,
      encoding: 'utf-8',
      mark: false,
    }
    const bytes = Buffer.concat([
      write([['id', 'name', 'note'], ...ROWS], dialect),
      Buffer.from(trailer === '' ? '' : `${trailer}\r\n`),
    ])
    let complete = 0
    for (let length = 0; length <= bytes.length; length++) {
      const read = await readCut(folder, bytes.subarray(0, length), options)
      if (read?.proof?.complete !== true) continue
      complete++
      expect(cellsOf(read)).toEqual(ROWS)
    }
    expect(complete).toBeGreaterThan(0)
  },
)
