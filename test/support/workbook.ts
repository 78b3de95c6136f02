/** Workbooks made for a test, part by part, so that a test may write what no program would. */
import { type ZipFile, zipOf } from './zip-writer.ts'

export interface SheetParts {
  readonly name: string
  /** Content of `sheetData`: `<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>`. */
  readonly data: string
  /** What follows `sheetData`, such as merged cells. */
  readonly after?: string
  readonly state?: 'hidden' | 'veryHidden'
}

export interface WorkbookParts {
  readonly sheets: readonly SheetParts[]
  readonly strings?: readonly string[]
  /** Format codes: style 1 is the first of them, style 0 has none. */
  readonly formats?: readonly string[]
  readonly date1904?: boolean
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'

export function workbookOf(parts: WorkbookParts): Buffer {
  return zipOf(workbookFiles(parts))
}

export function workbookFiles({ sheets, strings = [], formats = [], date1904 }: WorkbookParts): ZipFile[] {
  const listed = sheets.map(
    ({ name, state }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${i + 1}"/>`,
  )
  const relations = sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`))
  const about = date1904 === true ? '<workbookPr date1904="1"/>' : '<workbookPr/>'
  return [
    { name: '_rels/.rels', content: relationsOf([relation('rId1', 'officeDocument', 'xl/workbook.xml')]) },
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns="${MAIN}" xmlns:r="${RELATION}">${about}<sheets>${listed.join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: relationsOf([
        ...relations,
        relation('rId98', 'styles', '/xl/styles.xml'),
        relation('rId99', 'sharedStrings', 'sharedStrings.xml'),
      ]),
    },
    { name: 'xl/styles.xml', content: stylesOf(formats) },
    {
      name: 'xl/sharedStrings.xml',
      content: `<sst xmlns="${MAIN}">${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    ...sheets.map(({ data, after = '' }, i) => ({
      name: `xl/worksheets/sheet${i + 1}.xml`,
      content: `<worksheet xmlns="${MAIN}"><sheetData>${data}</sheetData>${after}</worksheet>`,
    })),
  ]
}

/** A sheet of texts, one list a row, from row 1 on. */
export function textRows(rows: readonly (readonly string[])[]): string {
  return rows
    .map((cells, r) => {
      const written = cells.map((text, c) => `<c r="${letter(c)}${r + 1}" t="inlineStr"><is><t>${text}</t></is></c>`)
      return `<row r="${r + 1}">${written.join('')}</row>`
    })
    .join('')
}

function letter(column: number): string {
  return String.fromCharCode(65 + column)
}

function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${RELATION}/${type}" Target="${target}"/>`
}

function relationsOf(relations: readonly string[]): string {
  return `<Relationships xmlns="${PACKAGE}">${relations.join('')}</Relationships>`
}

function stylesOf(formats: readonly string[]): string {
  const own = formats.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escape(code)}"/>`)
  const styles = ['<xf numFmtId="0"/>', ...formats.map((_, i) => `<xf numFmtId="${164 + i}"/>`)]
  return `<styleSheet xmlns="${MAIN}"><numFmts>${own.join('')}</numFmts><cellXfs>${styles.join('')}</cellXfs></styleSheet>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}
