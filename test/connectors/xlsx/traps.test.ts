import { describe, expect, test } from 'vitest'
import { textRows, workbookFiles, workbookOf } from '../../support/workbook.ts'
import { type ZipFile, zipOf } from '../../support/zip-writer.ts'
import { failureOf } from '../csv/fixture.ts'
import { fieldsOf, readBytes, readParts } from './fixture.ts'

const HEADER = textRows([['id', 'name']])

function text(reference: string, value: string): string {
  return `<c r="${reference}" t="inlineStr"><is><t>${value}</t></is></c>`
}

function staff(rows: string, header = HEADER): { sheets: [{ name: string; data: string }] } {
  return { sheets: [{ name: 'Staff', data: header + rows }] }
}

/** Name of the person whose cell it is. */
async function nameIn(cell: string, more: { formats?: string[]; strings?: string[] } = {}): Promise<unknown> {
  const read = await readParts({ ...staff(`<row r="2">${text('A2', 'E-1')}${cell}</row>`), ...more })
  return read.rows[0]?.fields['name']
}

const PARTS = workbookFiles(staff(`<row r="2">${text('A2', 'E-1')}${text('B2', 'Zoë')}</row>`))

function withSheet(change: (content: string) => string | Buffer): Buffer {
  const changed = PARTS.map((part) =>
    part.name.endsWith('sheet1.xml') ? { ...part, content: change(String(part.content)) } : part,
  )
  return zipOf(changed)
}

describe('rows and cells that contradict their places are refused, since one could replace another', () => {
  test.each([
    ['a row above the one before', `<row r="5">${text('A5', 'E-5')}</row><row r="3">${text('A3', 'E-3')}</row>`],
    ['a row twice', `<row r="2">${text('A2', 'E-2')}</row><row r="2">${text('A2', 'E-3')}</row>`],
    ['a row whose number is none', `<row r="x">${text('A2', 'E-2')}</row>`],
    ['a cell twice', `<row r="2">${text('A2', 'E-2')}${text('A2', 'E-3')}</row>`],
    ['a cell twice, the second one empty', `<row r="2">${text('B2', 'Ana')}<c r="B2"/>${text('B2', 'Bo')}</row>`],
    ['a cell of another row', `<row r="2">${text('A7', 'E-2')}</row>`],
    ['a cell beyond the last column', `<row r="2">${text('AAAAAAA2', 'E-2')}</row>`],
    ['a cell in row 0', `<row r="2">${text('A0', 'E-2')}</row>`],
  ])('%s', async (_, rows) => {
    expect(await failureOf(readParts(staff(rows)))).toMatchObject({ code: 'xlsx-damaged', exitCode: 12 })
  })

  test('but cells in any order, and without references, are read', async () => {
    const unordered = `<row r="2">${text('B2', 'Ana')}${text('A2', 'E-1')}</row>`
    const bare = '<row><c/><c t="inlineStr"><is><t>Bo</t></is></c></row>'
    expect(fieldsOf(await readParts(staff(unordered + bare)))).toEqual([
      { id: 'E-1', name: 'Ana' },
      { id: '', name: 'Bo' },
    ])
  })

  test('but a formatted empty cell in the last column makes no row wide', async () => {
    const read = await readParts(staff(`<row r="2">${text('A2', 'E-1')}<c r="XFD2" s="1"/></row>`))
    expect(read.proof).toMatchObject({ complete: true, rows: 1 })
  })

  test('but elements of drawings after the rows are none of them', async () => {
    const after = '<controls><control><anchor><from><row>5</row><c>1</c></from></anchor></control></controls>'
    const read = await readParts({ sheets: [{ name: 'Staff', data: HEADER, after }] })
    expect(read.proof).toMatchObject({ complete: true, rows: 0 })
  })
})

describe('a cell', () => {
  test.each([
    ['<c r="B2" t="b"><v>true</v></c>', 'true'],
    ['<c r="B2" t="b"><v>0</v></c>', 'false'],
    // What a formula makes of an empty cell: Excel shows 1900-01-00.
    ['<c r="B2" s="1"><v>0</v></c>', '0'],
    ['<c r="B2" s="1"><v>2958465</v></c>', '9999-12-31'],
    ['<c r="B2" s="1"><v>2958466</v></c>', '2958466'],
    ['<c r="B2" t="d" s="1"><v>2026-11-23T00:00:00.000</v></c>', '2026-11-23'],
    ['<c r="B2" t="d"><v>2026-11-23</v></c>', '2026-11-23'],
    ['<c r="B2" t="d" s="1"><v>2026-11-23T10:30:00</v></c>', '2026-11-23T10:30:00'],
    ['<c r="B2"><v>0x1F</v></c>', '0x1F'],
    ['<c r="B2"><v>4,2</v></c>', '4,2'],
    ['<c r="B2"><v>1E+22</v></c>', '10000000000000000000000'],
    // Blank is not the number of the first text.
    ['<c r="B2" t="s"><v> </v></c>', ''],
  ])('%s is read as %s', async (cell, name) => {
    expect(await nameIn(cell, { formats: ['yyyy-mm-dd'], strings: ['<t>Somebody else</t>'] })).toBe(name)
  })

  test('that refers to a text that is not there is no error value, which errorCells would excuse', async () => {
    const rows = `<row r="2">${text('A2', 'E-1')}<c r="B2" t="s"><v>9</v></c></row>`
    const { proof } = await readParts(staff(rows), { errorCells: 'empty' })
    expect(proof).toMatchObject({ complete: false })
    expect(proof?.evidence).toContain('B2 refers to a text that the workbook does not have')
  })

  test('whose formula was left for Excel to calculate is reported with its column', async () => {
    const parts = workbookFiles(staff(`<row r="2">${text('A2', 'E-1')}<c r="B2"><f>1+1</f><v>0</v></c></row>`))
    const left = '<calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>'
    const changed = parts.map((part) =>
      part.name === 'xl/workbook.xml' ? { ...part, content: String(part.content).replace('</workbook>', left) } : part,
    )
    const calculated = await readBytes(zipOf(parts))
    const uncalculated = await readBytes(zipOf(changed))
    const warning = expect.objectContaining({
      level: 'warn',
      message: expect.stringContaining('stand-ins'),
      facts: { sheet: 'people.xlsx:Staff', columns: 'B' },
    })
    expect(uncalculated.logs).toContainEqual(warning)
    expect(calculated.logs).not.toContainEqual(warning)
  })
})

describe('the header', () => {
  test.each([
    ['has a name twice', ['name', 'name']],
    ['has a year as a name', ['name', '2026']],
  ])('that %s is not replaced by the first person', async (_, header) => {
    const data = textRows([header, ['Ana', 'Miller'], ['Bo', 'Li']])
    const error = await failureOf(readParts(staff('', data)))
    expect(error).toMatchObject({ code: 'xlsx-header', exitCode: 12 })
    expect(`${error.message} ${error.hint}`).not.toContain('Ana')
  })

  test('that is told and lies below the last row fails the read', async () => {
    const error = await failureOf(readParts(staff(''), { headerRow: 5 }))
    expect(error).toMatchObject({ code: 'xlsx-header', message: expect.stringContaining('nothing in row 5') })
  })

  test('may be named like what every object has', async () => {
    const read = await readParts(
      staff(
        '',
        textRows([
          ['constructor', 'toString'],
          ['1', ''],
        ]),
      ),
    )
    expect(fieldsOf(read)).toEqual([{ constructor: '1', toString: '' }])
    expect(read.rows[0]?.fields['hasOwnProperty']).toBeUndefined()
  })

  test('may begin right of a margin, whose cells are counted and make no row', async () => {
    const header = `<row r="1">${text('B1', 'id')}${text('C1', 'name')}</row>`
    const rows = `<row r="2">${text('A2', '1')}${text('B2', 'E-1')}</row><row r="3">${text('A3', 'note')}</row>`
    const read = await readParts(staff(rows, header))
    expect(fieldsOf(read)).toEqual([{ id: 'E-1', name: '' }])
    expect(read.logs).toContainEqual(
      expect.objectContaining({ level: 'warn', facts: { sheet: 'people.xlsx:Staff', rows: 2 } }),
    )
  })
})

describe('a workbook', () => {
  test('with prefixed elements is read', async () => {
    const prefixed = withSheet((content) =>
      content
        .replace('<worksheet xmlns=', '<worksheet xmlns:x=')
        .replace(/<(\/?)(worksheet|sheetData|row|c|is|t)\b/g, '<$1x:$2'),
    )
    expect(fieldsOf(await readBytes(prefixed))).toEqual([{ id: 'E-1', name: 'Zoë' }])
  })

  test('in UTF-16 is read', async () => {
    const wide = withSheet((content) => Buffer.from(`\ufeff${content}`, 'utf16le'))
    expect(fieldsOf(await readBytes(wide))).toEqual([{ id: 'E-1', name: 'Zoë' }])
  })

  test('whose letters are no UTF-8 is refused', async () => {
    const other = withSheet((content) => Buffer.from(content, 'latin1'))
    expect(await failureOf(readBytes(other))).toMatchObject({ code: 'xlsx-damaged', exitCode: 12 })
  })

  test('that defines entities of its own is refused', async () => {
    const entity = '<!DOCTYPE w [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    const bomb = withSheet((content) => entity + content.replace('Zoë', '&b;'))
    expect(await failureOf(readBytes(bomb))).toMatchObject({ code: 'xlsx-damaged' })
  })

  test.each(['<worksheet/>', '<html><body/></html>'])('whose sheet is %s is no empty table', async (content) => {
    expect(await failureOf(readBytes(withSheet(() => content)))).toMatchObject({ code: 'xlsx-damaged' })
  })

  test('with one part twice is refused', async () => {
    const other: ZipFile = { name: 'xl/worksheets/Sheet1.xml', content: '<worksheet><sheetData/></worksheet>' }
    const error = await failureOf(readBytes(zipOf([...PARTS, other])))
    expect(error).toMatchObject({ code: 'xlsx-damaged', message: expect.stringContaining('sheet1.xml twice') })
  })

  test('whose parts have blanks and umlauts in their names is read', async () => {
    const renamed = PARTS.map(({ name, content }) => ({
      name: name.replace('sheet1.xml', 'blatt für 1.xml'),
      content: String(content).replace('sheet1.xml', 'blatt für 1.xml'),
    }))
    expect((await readBytes(zipOf(renamed))).proof).toMatchObject({ complete: true, rows: 1 })
  })

  test.each([
    ['a web page (HTML)', Buffer.from('<table><tr><td>id</td></tr></table>')],
    ['an XML document', Buffer.from('<?xml version="1.0"?><Workbook/>')],
    ['a PDF', Buffer.from('%PDF-1.7')],
    ['a text', Buffer.from('id,name\n1,Ana\n')],
    ['empty', Buffer.alloc(0)],
  ])('that is %s is named so', async (what, content) => {
    const error = await failureOf(readBytes(content))
    expect(error).toMatchObject({
      code: 'xlsx-format',
      exitCode: 12,
      message: expect.stringContaining(`it is ${what}`),
    })
  })

  test('with an empty sheet says so in its evidence', async () => {
    const { proof } = await readBytes(workbookOf({ sheets: [{ name: 'Staff', data: '' }] }))
    expect(proof?.evidence).toContain('sheet Staff is empty: it has not even a header')
  })
})
