import { readFile as readBuffer } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { xlsxConnector } from '../../../connectors/xlsx/index.ts'
import { readAll, runCheck } from '../../support/read-all.ts'
import { textRows, workbookFiles, workbookOf } from '../../support/workbook.ts'
import { zipOf } from '../../support/zip-writer.ts'
import { failureOf } from '../csv/fixture.ts'
import { FILES, fieldsOf, readBytes, readFile, readParts } from './fixture.ts'

const PEOPLE = textRows([
  ['id', 'name'],
  ['E-1', 'Ana'],
  ['E-2', 'Bo'],
])

function sheet(data: string, after = ''): { sheets: [{ name: string; data: string; after: string }] } {
  return { sheets: [{ name: 'Staff', data, after }] }
}

/** A header `id`, and one cell below it. */
function oneCell(cell: string): string {
  return `${textRows([['id']])}<row r="2">${cell}</row>`
}

async function textOf(cell: string, more: { formats?: string[]; strings?: string[]; date1904?: boolean } = {}) {
  const read = await readParts({ ...sheet(oneCell(cell)), ...more })
  return read.rows[0]?.fields['id']
}

describe('a workbook that another program wrote', () => {
  test('by openpyxl is read with ids as typed, dates as dates, and the hidden row reported', async () => {
    const read = await readFile('openpyxl.xlsx', { errorCells: 'empty' })
    expect(fieldsOf(read)).toEqual([
      {
        'Employee ID': '00042',
        Name: 'Ana Müller',
        'Hire date': '2024-12-31',
        Active: 'true',
        Badge: '00042',
        Salary: '4.2',
        Note: 'first',
      },
      {
        'Employee ID': '00043',
        Name: 'Bo "B" Li',
        'Hire date': '2025-01-02T13:45:00',
        Active: 'false',
        Badge: '00043',
        Salary: '1234567',
        Note: '',
      },
    ])
    expect(read.logs).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'hidden rows were read like the others',
        facts: { sheet: 'openpyxl.xlsx:Employees', rows: 1 },
      }),
    )
    expect(read.proof?.complete).toBe(true)
  })

  test('that holds a formula never calculated is incomplete, and says where', async () => {
    const { proof } = await readFile('openpyxl.xlsx')
    expect(proof).toMatchObject({ complete: false })
    expect(proof?.evidence).toContain('openpyxl.xlsx:Employees G3 holds a formula that was never calculated')
  })

  test('by xlsxwriter has its header found below a title, the epoch of 1904, rich text and cached results', async () => {
    const read = await readFile('xlsxwriter.xlsx')
    expect(fieldsOf(read)).toEqual([
      { id: '007', name: 'James Bond', start: '1990-06-01', 'end time': '17:30:00' },
      { id: '008', name: 'Bo', start: '2000-02-29', 'end time': '' },
    ])
    expect(read.rows.map(({ at }) => at)).toEqual(['xlsxwriter.xlsx:Staff:4', 'xlsxwriter.xlsx:Staff:5'])
    expect(read.logs).toContainEqual({
      level: 'info',
      message: 'found the header',
      facts: { file: 'xlsxwriter.xlsx', row: 3 },
    })
  })

  test('by LibreOffice is read', async () => {
    const read = await readFile('libreoffice.xlsx')
    expect(read.columns).toEqual(['id', 'name', 'start'])
    expect(read.rows).toHaveLength(2)
    expect(read.rows[0]?.fields['start']).toBe('2026-01-02')
    expect(read.proof).toMatchObject({ complete: true, rows: 2 })
    expect(read.proof?.files?.[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each([
    ['people.xls', 'xlsx-format', 'an old Excel workbook (.xls)'],
    ['people.ods', 'xlsx-format', 'an OpenDocument file'],
  ])('%s is refused and named', async (name, code, says) => {
    const error = await failureOf(readFile(name))
    expect(error).toMatchObject({ code, exitCode: 12 })
    expect(error.message).toContain(says)
  })

  test('that is protected with a password is named so', async () => {
    const container = Buffer.concat([
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      Buffer.alloc(70_000),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ])
    expect(await failureOf(readBytes(container))).toMatchObject({ code: 'xlsx-protected', exitCode: 12 })
  })
})

describe('a cell', () => {
  test.each([
    ['<c r="A2"><v>42</v></c>', '42'],
    ['<c r="A2"><v>4.2000000000000002</v></c>', '4.2'],
    ['<c r="A2"><v>1.23E+5</v></c>', '123000'],
    ['<c r="A2"><v>-0.5</v></c>', '-0.5'],
    ['<c r="A2" t="b"><v>1</v></c>', 'true'],
    ['<c r="A2" t="str"><f>A1</f><v>a_x000D_b</v></c>', 'a\rb'],
    ['<c r="A2" t="d"><v>2026-11-23T10:00:00</v></c>', '2026-11-23T10:00:00'],
    ['<c r="A2" t="s"><v>0</v></c>', 'Ja mes'],
    ['<c t="inlineStr"><is><r><t>Jo</t></r><rPh><t>jo</t></rPh><r><t>hn</t></r></is></c>', 'John'],
    ['<c r="A2" t="inlineStr"><is><t>0042</t></is></c>', '0042'],
  ])('%s is read as %s', async (cell, text) => {
    expect(await textOf(cell, { strings: ['<r><t xml:space="preserve">Ja </t></r><r><t>mes</t></r>'] })).toBe(text)
  })

  test.each([
    ['dd/mm/yyyy', '45657', '2024-12-31'],
    ['yyyy-mm-dd', '45657.5', '2024-12-31T12:00:00'],
    ['dd/mm/yyyy hh:mm', '45657', '2024-12-31T00:00:00'],
    ['[$-409]d\\-mmm\\-yy;@', '61', '1900-03-01'],
    ['dd/mm/yyyy', '59', '1900-02-28'],
    ['dd/mm/yyyy', '1', '1900-01-01'],
    // Day 60 never was: the number stays, and no mapping takes it for a date.
    ['dd/mm/yyyy', '60', '60'],
    ['dd/mm/yyyy', '-1', '-1'],
    ['h:mm AM/PM', '0.75', '18:00:00'],
    ['mmmm', '45657', '2024-12-31'],
    ['00000', '42', '00042'],
    ['0.00', '42', '42'],
    ['"d"0', '42', '42'],
    ['General', '42', '42'],
    ['#,##0\\ "days"', '1234', '1234'],
  ])('in the format %s, %s is read as %s', async (format, value, text) => {
    expect(await textOf(`<c r="A2" s="1"><v>${value}</v></c>`, { formats: [format] })).toBe(text)
  })

  test('counts its days from 1904 when the workbook says so', async () => {
    expect(await textOf('<c r="A2" s="1"><v>0</v></c>', { formats: ['yyyy-mm-dd'], date1904: true })).toBe('1904-01-01')
  })

  test('with a number of more than 15 digits is reported with its column', async () => {
    const { logs } = await readParts(sheet(oneCell('<c r="A2"><v>1234567890123450</v></c>')))
    expect(logs).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: expect.stringContaining('15 digits'),
        facts: { sheet: 'people.xlsx:Staff', columns: 'A' },
      }),
    )
  })

  test.each([
    ['<c r="A2" t="e"><v>#REF!</v></c>', 'A2 holds an error value'],
    ['<c r="A2"><f>SUM(B1)</f></c>', 'A2 holds a formula that was never calculated'],
    ['<c r="A2" t="s"><v>7</v></c>', 'A2 refers to a text that the workbook does not have'],
  ])('%s makes the read incomplete', async (cell, says) => {
    const { proof } = await readParts(sheet(`${oneCell(cell)}<row r="3"><c r="A3"><v>1</v></c></row>`))
    expect(proof).toMatchObject({ complete: false })
    expect(proof?.evidence).toContain(says)
  })
})

describe('the sheet', () => {
  const two = {
    sheets: [
      { name: 'Staff', data: PEOPLE },
      { name: 'Notes', data: textRows([['note'], ['x']]) },
    ],
  }

  test.each(['Staff', ' staff ', '1'])('is found as %j', async (name) => {
    expect((await readParts(two, { sheet: name })).rows).toHaveLength(2)
  })

  test('must be named when several are visible', async () => {
    const error = await failureOf(readParts(two))
    expect(error).toMatchObject({ code: 'xlsx-sheet', exitCode: 12 })
    expect(error.hint).toContain('Staff, Notes')
  })

  test('need not be named when the others are hidden', async () => {
    const read = await readParts({
      sheets: [
        { name: 'Staff', data: PEOPLE },
        { name: 'X', data: '', state: 'hidden' },
      ],
    })
    expect(read.rows).toHaveLength(2)
  })

  test('that is misspelt is a mistake with the nearest name', async () => {
    expect(await failureOf(readParts(two, { sheet: 'Stuff' }))).toMatchObject({
      code: 'xlsx-sheet',
      exitCode: 78,
      hint: 'Did you mean Staff?',
    })
  })

  test('without a row is a complete set of nobody', async () => {
    expect((await readParts(sheet(''))).proof).toMatchObject({ complete: true, rows: 0 })
  })
})

describe('the header', () => {
  const titled = textRows([['Export'], [], ['id', 'name', 'role'], ['1', 'Ana', 'x'], ['2', 'Bo', 'y']])

  test('is found below a title, and columns beside the table are none', async () => {
    expect(fieldsOf(await readParts(sheet(titled)))).toEqual([
      { id: '1', name: 'Ana', role: 'x' },
      { id: '2', name: 'Bo', role: 'y' },
    ])
  })

  test('may be told by its row', async () => {
    expect((await readParts(sheet(titled), { headerRow: 4 })).columns).toEqual(['1', 'Ana', 'x'])
    expect(await failureOf(readParts(sheet(titled), { headerRow: 2 }))).toMatchObject({ code: 'xlsx-header' })
  })

  test('that is far down is found when it is told', async () => {
    const rows = Array.from({ length: 60 }, () => ['note'])
    const data = textRows([...rows, ['id', 'name'], ['1', 'Ana']])
    expect(fieldsOf(await readParts(sheet(data), { headerRow: 61 }))).toEqual([{ id: '1', name: 'Ana' }])
  })

  test('that is not clear fails the read', async () => {
    const error = await failureOf(
      readParts(
        sheet(
          textRows([
            ['1', '2'],
            ['3', '4'],
          ]),
        ),
      ),
    )
    expect(error).toMatchObject({ code: 'xlsx-header', exitCode: 12 })
    expect(error.hint).toContain('headerRow')
  })

  test('with a name twice is refused', async () => {
    expect(
      await failureOf(
        readParts(
          sheet(
            textRows([
              ['id', 'id'],
              ['1', '2'],
            ]),
          ),
          { headerRow: 1 },
        ),
      ),
    ).toMatchObject({
      code: 'bad-header',
    })
  })

  test('narrower than a row makes the read incomplete', async () => {
    const { proof } = await readParts(
      sheet(
        textRows([
          ['id', 'name'],
          ['1', 'Ana', 'surplus'],
          ['2', 'Bo'],
        ]),
      ),
      { headerRow: 1 },
    )
    expect(proof).toMatchObject({ complete: false })
    expect(proof?.evidence).toContain('people.xlsx:Staff:2 has 3 cells where the header has 2')
  })
})

/** Two people, and a last row that counts them. */
function totalled(count: string): string {
  return textRows([['id', 'name'], ['1', 'Ana'], ['2', 'Bo'], [`Total ${count}`]])
}

describe('rows', () => {
  test('that are empty, with styles or blanks alone, are left out', async () => {
    const data = `${PEOPLE}<row r="4"><c r="A4" s="0"/></row><row r="9"><c r="A9" t="inlineStr"><is><t> </t></is></c></row>`
    expect((await readParts(sheet(data))).proof).toMatchObject({ complete: true, rows: 2 })
  })

  test('that are merged are reported', async () => {
    const { logs } = await readParts(
      sheet(PEOPLE, '<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="A1:B1"/></mergeCells>'),
    )
    expect(logs).toContainEqual(
      expect.objectContaining({ level: 'warn', facts: { sheet: 'people.xlsx:Staff', areas: 'B2:B3', count: 1 } }),
    )
  })

  test('end with a trailer that must agree', async () => {
    const trailer = { prefix: 'Total' }
    expect((await readParts(sheet(totalled('2')), { trailer })).proof).toMatchObject({ complete: true, rows: 2 })
    expect((await readParts(sheet(totalled('3')), { trailer })).proof).toMatchObject({ complete: false })
  })

  test('come in batches, and the signal ends them', async () => {
    const data = textRows(Array.from({ length: 20_000 }, (_, i) => (i === 0 ? ['id'] : [`E-${i}`])))
    const end = new AbortController()
    let batches = 0
    const read = readBytes(
      workbookOf(sheet(data)),
      {},
      {
        signal: end.signal,
        onBatch: () => {
          batches++
          end.abort(new Error('enough'))
        },
      },
    )
    await expect(read).rejects.toThrow('enough')
    expect(batches).toBe(1)
  })
})

describe('a damaged workbook', () => {
  const whole = workbookOf(sheet(PEOPLE))

  test('cut anywhere is never complete', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        const read = await readBytes(whole.subarray(0, length)).catch((error: unknown) => error)
        expect(read).toBeInstanceOf(Error)
      }),
      { numRuns: 40 },
    )
  })

  test('with a changed byte in the sheet is told by its checksum', async () => {
    const changed = Buffer.from(whole)
    const at = changed.indexOf('xl/worksheets/sheet1.xml') + 40
    changed.writeUInt8((changed[at] ?? 0) ^ 0x10, at)
    expect(await failureOf(readBytes(changed))).toMatchObject({
      exitCode: 12,
      message: expect.stringContaining('damaged'),
    })
  })

  test('whose sheet ends within its rows is refused', async () => {
    const files = workbookFiles(sheet(PEOPLE))
    const cut = files.map((file) =>
      file.name.endsWith('sheet1.xml') ? { ...file, content: String(file.content).slice(0, -40) } : file,
    )
    expect(await failureOf(readBytes(zipOf(cut)))).toMatchObject({ code: 'xlsx-damaged', exitCode: 12 })
  })

  test.each([
    ['a zip archive without a workbook', zipOf([{ name: 'a.txt', content: 'x' }])],
    ['a text', Buffer.from('id,name\n1,Ana\n')],
    ['nothing', Buffer.alloc(0)],
  ])('that is %s fails the read', async (_, content) => {
    expect(await failureOf(readBytes(content))).toMatchObject({ exitCode: 12 })
  })
})

describe('check', () => {
  test('says what it saw', async () => {
    const sentence = await runCheck(xlsxConnector, { path: 'libreoffice.xlsx' }, { baseDir: FILES })
    expect(sentence).toMatch(/^libreoffice\.xlsx has 3 columns, \d+ bytes, and is of /)
  })
})

test('a workbook of 30,000 rows is read at a steady rate of memory', async () => {
  const data = textRows(Array.from({ length: 30_000 }, (_, i) => (i === 0 ? ['id', 'name'] : [`E-${i}`, `Name ${i}`])))
  const { proof } = await readBytes(workbookOf(sheet(data)))
  expect(proof).toMatchObject({ complete: true, rows: 29_999 })
})

test('the bytes that other programs wrote are read as they are committed', async () => {
  const bytes = await readBuffer(join(FILES, 'libreoffice.xlsx'))
  expect((await readAll(xlsxConnector, { path: 'libreoffice.xlsx' }, { baseDir: FILES })).proof?.files?.[0]?.size).toBe(
    bytes.length,
  )
})
