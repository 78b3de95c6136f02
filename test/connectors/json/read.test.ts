import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { jsonConnector } from '../../../connectors/json/index.ts'
import { readAll, runCheck } from '../../support/read-all.ts'
import { age, failureOf, plain, readText, tempFolder } from './fixture.ts'

const END = (rows: number): string => JSON.stringify({ 'vanta-sync': { complete: true, rows } })

describe('a list at the top', () => {
  test('gives its objects with their index, and is complete when it is closed', async () => {
    const read = await readText('[{"id":"007","n":1.5,"ok":true,"tags":["a",{"b":null}]},{"id":"E-2"}]')
    expect(plain(read)).toEqual([
      ['people.json[0]', { id: '007', n: 1.5, ok: true, tags: ['a', { b: null }] }],
      ['people.json[1]', { id: 'E-2' }],
    ])
    expect(read.columns).toBeUndefined()
    expect(read.proof).toMatchObject({ complete: true, rows: 2 })
    expect(read.proof?.evidence).toBe('file unchanged while read to its end, the document is whole')
  })

  test('over several lines says the line too, where each object starts', async () => {
    const read = await readText('[\r\n  {"id": 1,\r\n   "x": "a\\nb"\r\n  },\n\n  {"id": 2}\n]\n')
    expect(plain(read).map(([at]) => at)).toEqual(['people.json[0] line 2', 'people.json[1] line 6'])
  })

  test('may be empty: the list is there, and nobody is in it', async () => {
    expect((await readText(' [ ] ')).proof).toMatchObject({ complete: true, rows: 0 })
  })

  test('keeps long numbers as they are written', async () => {
    const [row] = plain(await readText('[{"id":1234567890123456789,"boss":{"id":0.12345678901234567890}}]'))
    expect(row?.[1]).toEqual({ id: '1234567890123456789', boss: { id: '0.12345678901234567890' } })
  })

  test('keeps them beside a text of megabytes, such as a photo', async () => {
    const photo = 'A\\"'.repeat(3 * 1024 ** 2)
    const { rows, proof } = await readText(`[{"photo":"${photo}","id":1234567890123456789}]`)
    expect(proof?.complete).toBe(true)
    expect(rows[0]?.fields['id']).toBe('1234567890123456789')
  })

  test('has rows without a prototype, so that no column is found that is not there', async () => {
    const { rows } = await readText('[{"__proto__":"x","id":1}]')
    expect(Object.keys(rows[0]?.fields ?? {})).toEqual(['__proto__', 'id'])
    expect(rows[0]?.fields['constructor']).toBeUndefined()
  })

  test('holds rows that are longer than the pieces in which a file is read', async () => {
    const long = 'ä"\\'.repeat(60_000)
    const read = await readText(JSON.stringify([{ long }, { id: 2 }, { long }]))
    expect(read.rows.map((row) => row.fields['long'] ?? row.fields['id'])).toEqual([long, 2, long])
  })
})

function nested(items: string): string {
  return `{"meta":{"items":[1,"]"],"a.b":[{"id":0}]},"data":{"next":null,"items":${items}},"z":[]}`
}

describe('a list inside a document', () => {
  test.each([
    ['data.items', '[{"id":1},{"id":2}]'],
    ['/data/items', '[{"id":1},{"id":2}]'],
    ['data.items[]', ' [ {"id":1} , {"id":2} ] '],
  ])('is found by %s', async (rows, items) => {
    const read = await readText(nested(items), { rows })
    expect(plain(read)).toEqual([
      ['people.json[0]', { id: 1 }],
      ['people.json[1]', { id: 2 }],
    ])
    expect(read.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('is found below a key with a dot, a slash or a tilde by a pointer', async () => {
    expect(plain(await readText(nested('[]'), { rows: '/meta/a.b' }))).toEqual([['people.json[0]', { id: 0 }]])
    expect(plain(await readText('{"a/b~c":[{"id":1}]}', { rows: '/a~1b~0c' }))).toHaveLength(1)
  })

  test('may be in each element of another list; places say which', async () => {
    const text =
      '{"Results":[{"Target":"a","Vulnerabilities":[{"id":1},{"id":2}]},{"Target":"b"},{"Target":"c","Vulnerabilities":[{"id":3}]}]}'
    const read = await readText(text, { rows: 'Results[].Vulnerabilities?', keep: ['Target'] }, { file: 'trivy.json' })
    expect(plain(read)).toEqual([
      ['trivy.json Results[0].Vulnerabilities[0]', { id: 1, Target: 'a' }],
      ['trivy.json Results[0].Vulnerabilities[1]', { id: 2, Target: 'a' }],
      ['trivy.json Results[2].Vulnerabilities[0]', { id: 3, Target: 'c' }],
    ])
    expect(read.proof).toMatchObject({ complete: true, rows: 3 })
  })

  test('may be in each element of the list at the top, or of a list of lists', async () => {
    expect(plain(await readText('[{"a":[{"id":1}]},{"a":[{"id":2}]}]', { rows: '[].a' }))).toEqual([
      ['people.json [0].a[0]', { id: 1 }],
      ['people.json [1].a[0]', { id: 2 }],
    ])
    expect(plain(await readText('{"m":[[{"a":[{"id":1}]}],[]]}', { rows: 'm[][].a' }))).toEqual([
      ['people.json m[0][0].a[0]', { id: 1 }],
    ])
  })

  test('may be missing or null only where a question mark says so', async () => {
    for (const text of ['{"data":{}}', '{"data":{"items":null}}']) {
      expect((await readText(text, { rows: 'data.items?' })).proof).toMatchObject({ complete: true, rows: 0 })
      expect((await readText(text, { rows: 'data.items' })).proof).toMatchObject({ complete: false, rows: 0 })
    }
  })

  test('gives each row what keep names of the objects around it, from the outer ones too', async () => {
    const text = '{"host":"h1","runs":[{"n":1,"r":[{"id":1}]},{"r":[{"id":2}]}]}'
    const read = await readText(text, { rows: 'runs[].r', keep: ['host', 'n'] })
    expect(plain(read).map(([, fields]) => fields)).toEqual([
      { id: 1, host: 'h1', n: 1 },
      { id: 2, host: 'h1' },
    ])
  })
})

describe('a document a line', () => {
  test('gives each with its line; the name of the file tells, or format does', async () => {
    const text = '{"id":1}\n\n{"id":2}\r\n{"id":3}'
    for (const file of ['people.ndjson', 'people.jsonl']) {
      const read = await readText(text, {}, { file })
      expect(plain(read)).toEqual([
        [`${file}:1`, { id: 1 }],
        [`${file}:3`, { id: 2 }],
        [`${file}:4`, { id: 3 }],
      ])
      expect(read.proof).toMatchObject({ complete: true, rows: 3 })
    }
    expect(plain(await readText(text, { format: 'lines' }))).toHaveLength(3)
    expect(plain(await readText('[{"id":1}]', { format: 'document' }, { file: 'people.ndjson' }))).toHaveLength(1)
  })

  test('may end with an end line, which then must agree', async () => {
    const good = await readText(`{"id":1}\n${END(1)}\n`, {}, { file: 'people.ndjson' })
    expect(good.proof).toMatchObject({ complete: true, rows: 1 })
    expect(good.proof?.evidence).toContain('the end line agrees')
    const bad = await readText(`{"id":1}\n${END(2)}\n`, {}, { file: 'people.ndjson' })
    expect(bad.proof).toMatchObject({ complete: false, rows: 1 })
    expect(bad.proof?.evidence).toBe('people.ndjson: its end line counts 2 rows, and 1 came')
  })

  test('must end with an end line when the configuration says so', async () => {
    const options = { endLine: true }
    const whole = await readText(`{"id":1}\n${END(1)}`, options, { file: 'people.ndjson' })
    expect(whole.proof).toMatchObject({ complete: true })
    for (const text of ['{"id":1}\n', '']) {
      const { proof } = await readText(text, options, { file: 'people.ndjson' })
      expect(proof?.complete).toBe(false)
      expect(proof?.evidence).toContain('lacks the end line')
    }
  })

  test('may name its columns in the first line', async () => {
    const text = '{"vanta-sync":{"columns":["id"]}}\n{"id":1}\n'
    expect((await readText(text, {}, { file: 'people.ndjson' })).columns).toEqual(['id'])
  })

  test('agrees with a count beside it, or is incomplete', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.ndjson.count'), '2\n')
    const control = { file: '{name}.count', holds: 'count' }
    const how = { file: 'people.ndjson', baseDir: folder }
    expect((await readText('{"id":1}\n{"id":2}', { control }, how)).proof).toMatchObject({ complete: true })
    expect((await readText('{"id":1}\n', { control }, how)).proof).toMatchObject({ complete: false })
  })
})

describe('encodings', () => {
  const text = '[{"name":"Zoë 🐘"}]'

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little end first', iconv.encode(text, 'utf-16le', { addBOM: true })],
    ['UTF-16, big end first', iconv.encode(text, 'utf-16be', { addBOM: true })],
  ])('%s', async (_, bytes) => {
    const read = await readText(bytes)
    expect(plain(read)).toEqual([['people.json[0]', { name: 'Zoë 🐘' }]])
    expect(read.proof).toMatchObject({ complete: true })
  })

  test.each([
    ['Windows-1252', iconv.encode('[{"name":"Zoë"}]', 'windows-1252'), 'file-encoding'],
    ['a zero byte', Buffer.from('[{"name":"\0"}]'), 'file-binary'],
    ['a web page', Buffer.from('<!doctype html><title>Log in</title>'), 'file-format'],
  ])('%s is refused', async (_, bytes, code) => {
    expect((await failureOf(readText(bytes))).code).toBe(code)
  })
})

describe('files', () => {
  test('several are one set, and minRows counts them all', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people-1.json'), '[{"id":1}]')
    await writeFile(join(folder, 'people-2.json'), '[{"id":2}]')
    const read = await readAll(jsonConnector, { path: 'people-*.json', pick: 'all', minRows: 2 }, { baseDir: folder })
    expect(plain(read)).toEqual([
      ['people-1.json[0]', { id: 1 }],
      ['people-2.json[0]', { id: 2 }],
    ])
    expect(read.proof).toMatchObject({ complete: true, rows: 2 })
    const fewer = await readAll(jsonConnector, { path: 'people-1.json', minRows: 2 }, { baseDir: folder })
    expect(fewer.proof).toMatchObject({ complete: false })
  })

  test('one that is cut while it is read is incomplete', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'people.json')
    await writeFile(path, JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, name: `Person ${id}` }))))
    await age(path, 60)
    const read = await readAll(
      jsonConnector,
      { path },
      {
        async onBatch(rows) {
          if (rows[0]?.at === 'people.json[0]') await truncate(path, 100_000)
        },
      },
    )
    expect(read.proof?.complete).toBe(false)
    expect(read.rows.length).toBeLessThan(5000)
  })

  test('check opens them, and tells what is wrong with their beginning', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'people.json'), '{"data":[{"id":1}]}')
    const check = (rows?: string) =>
      runCheck(jsonConnector, { path: 'people.json', ...(rows === undefined ? {} : { rows }) }, { baseDir: folder })
    expect(await check('data')).toMatch(/^people\.json has 19 bytes, and is of /)
    expect((await failureOf(check())).message).toContain('has an object at its top')
    expect((await failureOf(check('items'))).message).toContain('has no "items"')
  })

  test('an abort ends a read at once', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'people.json')
    await writeFile(path, JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ id }))))
    const aborting = new AbortController()
    const reading = readAll(
      jsonConnector,
      { path },
      { signal: aborting.signal, onBatch: () => aborting.abort(new Error('enough')) },
    )
    expect((await failureOf(reading)).message).toBe('enough')
  })
})

describe('optionalFields', () => {
  test('are null in the rows that lack them, in documents as in lines, and never overwrite a value', async () => {
    const options = { optionalFields: ['left', 'id', 'constructor'] }
    const expected = [
      { id: 1, left: null, constructor: null },
      { id: 0, left: false, constructor: null },
    ]
    const document = await readText('[{"id":1},{"id":0,"left":false}]', options)
    expect(plain(document).map(([, fields]) => fields)).toEqual(expected)
    const lines = await readText('{"id":1}\n{"id":0,"left":false}\n', { ...options, format: 'lines' })
    expect(plain(lines).map(([, fields]) => fields)).toEqual(expected)
    expect(lines.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('belong to the columns that a file of lines names', async () => {
    const text = `{"vanta-sync":{"columns":["id"]}}\n{"id":1}\n${END(1)}\n`
    const read = await readText(text, { format: 'lines', optionalFields: ['left'] })
    expect(read.columns).toEqual(['id', 'left'])
  })
})

describe('fileField', () => {
  test('tells the rows of several files apart', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'a.json'), '[{"id":1}]')
    await writeFile(join(folder, 'b.json'), '[{"id":2}]')
    const options = { path: '*.json', pick: 'all', fileField: 'host' }
    const { rows, proof } = await readAll(jsonConnector, options, { baseDir: folder })
    expect(rows.map(({ fields }) => ({ ...fields }))).toEqual([
      { id: 1, host: 'a.json' },
      { id: 2, host: 'b.json' },
    ])
    expect(proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('is no field that a row has itself', async () => {
    const error = await failureOf(readText('[{"host":null}]', { fileField: 'host' }))
    expect(error).toMatchObject({ name: 'ConfigError', code: 'json-options' })
    expect(error.message).toContain('"host"')
  })

  test('belongs to the columns that a file of lines names', async () => {
    const text = `{"vanta-sync":{"columns":["id"]}}\n{"id":1}\n${END(1)}\n`
    const read = await readText(text, { format: 'lines', fileField: 'host' })
    expect(read.columns).toEqual(['id', 'host'])
  })
})
