/** Files that nobody would write: a reader gives rows with a proof, or an error for people, and tells nobody's values. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvConnector } from '../../connectors/csv/index.ts'
import { jsonConnector } from '../../connectors/json/index.ts'
import { xlsxConnector } from '../../connectors/xlsx/index.ts'
import type { Connector } from '../../core/connector.ts'
import { isSyncError } from '../../core/errors.ts'
import { readAll } from '../support/read-all.ts'
import { workbookOf } from '../support/workbook.ts'

const RUNS = { numRuns: 60, seed: 11 }
const LONGEST = 1500
const SLOWEST_MS = 5000
/** Stands in cells alone, never in a header. */
const CANARY = 'qanary-cell'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vanta-sync-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Breaks the text at some places. */
function broken(text: string, pieces: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat({ max: text.length }),
    remove: fc.nat({ max: 12 }),
    insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6, unit: 'binary' })),
  })
  return fc
    .array(change, { minLength: 1, maxLength: 5 })
    .map((changes) =>
      changes.reduce((now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove), text),
    )
}

async function judge(connector: Connector, file: string, content: Uint8Array | string, options: object): Promise<void> {
  writeFileSync(join(folder, file), content)
  const startedAt = performance.now()
  try {
    const { rows, proof } = await readAll(connector, { path: file, ...options }, { baseDir: folder })
    expect(proof?.rows ?? rows.length).toBe(rows.length)
    expect((proof?.evidence ?? '').length).toBeLessThan(LONGEST)
    expect(proof?.evidence ?? '').not.toContain(CANARY)
  } catch (error) {
    if (!isSyncError(error)) throw error
    const said = `${error.message} ${error.hint ?? ''}`
    expect(said.length).toBeLessThan(LONGEST)
    expect(said).not.toContain(CANARY)
  }
  expect(performance.now() - startedAt).toBeLessThan(SLOWEST_MS)
}

describe('csv', () => {
  const text = `id,name,mail\n1,${CANARY} one,"a ""quoted"" cell"\n2,${CANARY} two,\n3,"${CANARY}\nline",x\n`

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => judge(csvConnector, 'any.csv', bytes, {})),
      RUNS,
    )
  })

  it('survives a file that was broken anywhere', async () => {
    const pieces = ['"', '""', ',', ';', '\r', '\n', '\0', '\ufeff', '\ud800', '\t', ' '.repeat(500), ','.repeat(300)]
    const options = fc.constantFrom({}, { delimiter: ';' }, { encoding: 'utf-16le' }, { quote: 'single' })
    await fc.assert(
      fc.asyncProperty(broken(text, pieces), options, (content, chosen) =>
        judge(csvConnector, 'cut.csv', content, chosen),
      ),
      RUNS,
    )
  })
})

describe('json', () => {
  const text = `{"total":2,"data":[{"id":"1","name":"${CANARY}","tags":["a",{"b":null}]},{"id":"2","n":1e3,"x":"\\u00e9"}]}`
  const pieces = ['{', '}', '[', ']', ',', ':', '"', '\\', '\\u', '1e999', '-', 'nul', '\0', '\ufeff', '['.repeat(3000)]

  it('survives any bytes and any JSON', async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((json) => Buffer.from(json)),
    )
    const options = fc.constantFrom({}, { rows: 'data' }, { rows: 'a.b.c' })
    await fc.assert(
      fc.asyncProperty(content, options, (bytes, chosen) => judge(jsonConnector, 'any.json', bytes, chosen)),
      RUNS,
    )
  })

  it('survives a file that was broken anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(broken(text, pieces), (content) => judge(jsonConnector, 'cut.json', content, { rows: 'data' })),
      RUNS,
    )
  })
})

describe('xlsx', () => {
  const attribute = fc.constantFrom('s', 'str', 'inlineStr', 'n', 'b', 'd', 'e', 'zzz', '')
  const place = fc.oneof(
    fc.constantFrom('A1', 'B2', 'C3', 'A0', 'XFD1048576', 'ZZZZ9', '1A', '', 'a1', '$A$1'),
    fc.string({ maxLength: 5, unit: fc.constantFrom('A', 'Z', '1', '9', '$') }),
  )
  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '-1',
      '1e400',
      '45000.5',
      '99999999999999999999',
      'NaN',
      '#REF!',
      '',
      'TRUE',
      CANARY,
      '2.2E-308',
    ),
    fc.string({ maxLength: 8, unit: fc.constantFrom('0', '9', '.', '-', 'e', ' ', 'x') }),
  )
  const cells = fc.array(
    fc
      .record({ place, type: attribute, style: fc.constantFrom('', 's="0"', 's="1"', 's="99"', 's="-1"'), value })
      .map((cell) => `<c r="${cell.place}" t="${cell.type}" ${cell.style}><v>${cell.value}</v></c>`),
    { maxLength: 6 },
  )
  const header =
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'

  it('survives cells of any kind at any place', async () => {
    await fc.assert(
      fc.asyncProperty(cells, fc.nat({ max: 4 }), (row, number) => {
        const data = `${header}<row r="${number}">${row.join('')}</row>`
        const book = workbookOf({ sheets: [{ name: 'People', data }], strings: [CANARY], formats: ['yyyy-mm-dd'] })
        return judge(xlsxConnector, 'cells.xlsx', book, {})
      }),
      RUNS,
    )
  })

  it('survives markup that was broken anywhere', async () => {
    const data = `<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="inlineStr"><is><t>${CANARY}</t></is></c></row>`
    const pieces = [
      '<',
      '>',
      '&',
      '&#x0;',
      '&lol;',
      '<!DOCTYPE a [<!ENTITY lol "lol">]>',
      '<![CDATA[',
      '</row>',
      '"',
      '\0',
    ]
    await fc.assert(
      fc.asyncProperty(broken(data, pieces), (content) => {
        const book = workbookOf({ sheets: [{ name: 'People', data: header + content }], strings: [CANARY] })
        return judge(xlsxConnector, 'markup.xlsx', book, {})
      }),
      RUNS,
    )
  })

  it('survives an archive of which bytes were changed', async () => {
    const book = workbookOf({ sheets: [{ name: 'People', data: header }] })
    const changes = fc.array(fc.tuple(fc.nat({ max: book.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(changes, (places) => {
        const bytes = Buffer.from(book)
        for (const [at, byte] of places) bytes[at] = byte
        return judge(xlsxConnector, 'bytes.xlsx', bytes, {})
      }),
      RUNS,
    )
  })
})
