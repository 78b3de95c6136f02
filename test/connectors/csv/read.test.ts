import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import { readAll } from '../../support/read-all.ts'
import { cellsOf, failureOf, readCsvText, tempFolder } from './fixture.ts'

describe('a CSV file', () => {
  test('gives rows of text, with leading zeros and blanks alive', async () => {
    const read = await readCsvText('id,name,active\n007, Ada ,TRUE\n1.23E+11,,false\n')
    expect(read.columns).toEqual(['id', 'name', 'active'])
    expect(cellsOf(read)).toEqual([
      ['007', ' Ada ', 'TRUE'],
      ['1.23E+11', '', 'false'],
    ])
    expect(read.proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('is proven by its name, size, time and SHA-256', async () => {
    const folder = await tempFolder()
    const text = 'id\n1\n2\n'
    await writeFile(join(folder, 'people.csv'), text)
    const { proof } = await readAll(csvConnector, { path: 'people.csv' }, { baseDir: folder })
    const sha256 = createHash('sha256').update(text).digest('hex')
    expect(proof?.files).toEqual([{ name: 'people.csv', size: 7, modifiedAt: proof?.asOf, sha256 }])
    expect(Math.abs(Date.now() - (proof?.asOf.getTime() ?? 0))).toBeLessThan(60_000)
  })

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('with %s line ends names the physical line where each record starts', async (_, eol) => {
    const lines = ['id,note', '', '1,"a', 'b', '', 'c"', '2,x', '', '', '3,"""q"""', '4,"y', '"']
    const read = await readCsvText(lines.join(eol))
    expect(read.rows.map((row) => row.at)).toEqual(['people.csv:3', 'people.csv:7', 'people.csv:10', 'people.csv:11'])
    expect(read.rows[0]?.fields['note']).toBe(['a', 'b', '', 'c'].join(eol))
    expect(read.rows[2]?.fields['note']).toBe('"q"')
    expect(read.proof?.complete).toBe(true)
  })

  test('with mixed line ends splits and counts its lines all the same', async () => {
    const read = await readCsvText('id,n\r\n1,a\n2,"b\nc\r\nd"\r\n\n3,c\r4,d')
    expect(cellsOf(read).map(([id]) => id)).toEqual(['1', '2', '3', '4'])
    expect(read.rows.map((row) => row.at.split(':')[1])).toEqual(['2', '3', '7', '8'])
  })

  test('without a final line break, or with many, is complete', async () => {
    expect((await readCsvText('id,n\n1,a')).proof).toMatchObject({ complete: true, rows: 1 })
    expect((await readCsvText('id,n\n1,a\n\n  \n\n')).proof).toMatchObject({ complete: true, rows: 1 })
  })

  test('that is only a header is complete and has no rows', async () => {
    const read = await readCsvText('id,name\n')
    expect(read.columns).toEqual(['id', 'name'])
    expect(read.proof).toMatchObject({ complete: true, rows: 0 })
  })

  test.each([
    ['of no bytes', ''],
    ['of a byte order mark', '\ufeff'],
    ['of blank lines', '\n\r\n\n'],
  ])('%s is a complete set of nobody, for the guard to judge, and says so', async (_, text) => {
    const { proof, columns } = await readCsvText(text)
    expect(columns).toBeUndefined()
    expect(proof).toMatchObject({ complete: true, rows: 0 })
    expect(proof?.evidence).toContain('people.csv is empty')
  })

  test('keeps an empty cell in quotes as a row when there is one column', async () => {
    expect(cellsOf(await readCsvText('id\n""\n\na\n'))).toEqual([[''], ['a']])
  })

  test('has fields without a prototype, so that no column is found that is not there', async () => {
    const { rows } = await readCsvText('id,toString\n1,x\n')
    expect(rows[0]?.fields['constructor']).toBeUndefined()
    expect(rows[0]?.fields['toString']).toBe('x')
    expect(Object.keys(rows[0]?.fields ?? {})).toEqual(['id', 'toString'])
  })

  test('reports its bytes as progress, up to the whole', async () => {
    const read = await readCsvText(`id,note\n${'1,some text that fills the row\n'.repeat(9000)}`)
    expect(read.progress.length).toBeGreaterThan(2)
    expect(read.progress.at(-1)).toEqual({ done: 279008, total: 279008, unit: 'bytes' })
  })
})

describe('a row of the wrong width', () => {
  test('makes the read incomplete, with its physical line and both numbers of cells', async () => {
    const { proof, rows } = await readCsvText('id,name,mail\n1,"a\nb",x\n2,b\n3,c,y\n')
    expect(proof).toMatchObject({ complete: false, rows: 2 })
    expect(proof?.evidence).toBe('people.csv:4 has 2 cells where the header has 3')
    expect(rows).toHaveLength(2)
  })

  test('is named up to three times and then counted', async () => {
    const { proof } = await readCsvText('id,name\n1\n2,b,c\n3\n4\n5\n6,f\n')
    expect(proof?.evidence).toBe(
      'people.csv:2 has 1 cell where the header has 2; people.csv:3 has 3 cells where the header has 2; people.csv:4 has 1 cell where the header has 2; and 2 more rows like these',
    )
    expect(proof?.rows).toBe(1)
  })
})

describe('quotation marks', () => {
  test('that are still open at the end make the read incomplete', async () => {
    const { proof, rows } = await readCsvText('id,name\n1,a\n2,"b\nc')
    expect(rows).toHaveLength(1)
    expect(proof).toMatchObject({ complete: false, rows: 1 })
    expect(proof?.evidence).toContain('people.csv ends within a quoted cell of the row that starts at people.csv:3')
  })

  test.each([
    ['within an unquoted cell', 'id,name\n1,Size 5" pipe\n', 'people.csv:2, cell 2'],
    ['after a closed cell', 'id,name\n0,z\n\n1,"a"b\n', 'people.csv:4, cell 2'],
  ])('%s make the read incomplete, and no cell is repeated', async (_, text, place) => {
    const { proof } = await readCsvText(text)
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain(`the row that starts at ${place} has a quotation mark where none may stand`)
    expect(proof?.evidence).not.toContain('pipe')
  })

  test('are letters when the configuration says none, and may be single ones', async () => {
    expect(cellsOf(await readCsvText('id,name\n1,5" pipe\n', { quote: 'none' }))).toEqual([['1', '5" pipe']])
    expect(cellsOf(await readCsvText("id,name\n1,'O''Hara, \"Al\"'\n", { quote: 'single' }))).toEqual([
      ['1', 'O\'Hara, "Al"'],
    ])
  })

  test('that never close do not fill the memory', async () => {
    const { proof } = await readCsvText(`id,name\n1,"${'x'.repeat(11 * 1024 * 1024)}`)
    expect(proof?.complete).toBe(false)
    expect(proof?.evidence).toContain('the row that starts at people.csv:2 has no end within 10 MiB')
  })
})

describe('the header', () => {
  test('is trimmed', async () => {
    const read = await readCsvText(' id ,"  full name"\n1,a\n')
    expect(read.columns).toEqual(['id', 'full name'])
    expect(read.rows[0]?.fields).toEqual({ id: '1', 'full name': 'a' })
  })

  test('is refused with every column that cannot be used, by number and letter', async () => {
    const error = await failureOf(readCsvText('id, ,name,__proto__,id \n'))
    expect(error).toMatchObject({ code: 'bad-header', exitCode: 12 })
    expect(error.message).toBe(
      'the header at people.csv:1 cannot be used: column 2 (B) has no name; column 4 (D) is named __proto__, which no column may be; column 5 (E) is named "id" like column 1 (A)',
    )
  })

  test('counts columns beyond Z as a spreadsheet does', async () => {
    const names = Array.from({ length: 28 }, (_, i) => `c${i}`)
    names[27] = 'c0'
    const error = await failureOf(readCsvText(`${names.join(',')}\n`))
    expect(error.message).toContain('column 28 (AB) is named "c0" like column 1 (A)')
  })
})

describe('the delimiter', () => {
  test.each([
    ['comma', 'id,name\n1,a;b\n'],
    ['semicolon', 'id;name;amount\n1;"a;b";2,5\n'],
    ['tab', 'id\tname, first\n1\tx\n2\ty, z\n'],
    ['vertical bar', 'id|name\n1|a,b\n'],
    ['semicolon', '"name, full";id\n"x, y, z";1\n'],
    ['comma', 'id\n1\n2\n'],
  ])('%s is found and reported', async (delimiter, text) => {
    const read = await readCsvText(text)
    expect(read.logs).toContainEqual({
      level: 'info',
      message: 'found the delimiter',
      facts: { file: 'people.csv', delimiter },
    })
    expect(read.proof?.complete).toBe(true)
  })

  test('that is not clear is asked for', async () => {
    const error = await failureOf(readCsvText('last, first;id\nA, B;1\n'))
    expect(error).toMatchObject({ code: 'csv-delimiter', hint: 'Set `delimiter` for this connector.' })
    expect(error.message).toContain('comma or semicolon')
    expect(cellsOf(await readCsvText('last, first;id\nA, B;1\n', { delimiter: ';' }))).toEqual([['A, B', '1']])
  })

  test('may be given, as a word or as several characters', async () => {
    const tab = await readCsvText('id\tn\n1\ta\n', { delimiter: 'tab' })
    expect(cellsOf(tab)).toEqual([['1', 'a']])
    expect(tab.logs).toEqual([])
    expect(cellsOf(await readCsvText('id||n\n1||a|b\n', { delimiter: '||' }))).toEqual([['1', 'a|b']])
  })

  test('of a ragged file is still that of its header, so that the row is named', async () => {
    const { proof } = await readCsvText('id;name\n1;a\n2\n')
    expect(proof?.evidence).toBe('people.csv:3 has 1 cell where the header has 2')
  })

  test('may be told by a first line of Excel, which is no header', async () => {
    const read = await readCsvText('\ufeffsep=;\r\nid;name\r\n1;a,b\r\n')
    expect(cellsOf(read)).toEqual([['1', 'a,b']])
    expect(read.rows[0]?.at).toBe('people.csv:3')
  })
})
