/** What a workbook says of itself: its sheets, its epoch, and where its parts lie. */
import { OperatorError } from '../../../core/errors.ts'
import type { Archive, ArchiveEntry } from '../../files/archive.ts'
import { type Attributes, readXml } from './xml.ts'

export interface Sheet {
  readonly name: string
  /** Path in the archive. */
  readonly path: string
  /** Hidden sheets are read only when they are named. */
  readonly isHidden: boolean
}

export interface Workbook {
  /** For people: `people.xlsx`. */
  readonly name: string
  readonly sheets: readonly Sheet[]
  /** Days count from 1904 instead of 1900. */
  readonly is1904: boolean
  /** Whoever wrote it left the formulas to be calculated by Excel: their results may be stand-ins, such as 0. */
  readonly isUncalculated: boolean
  readonly stylesPath: string | undefined
  readonly stringsPath: string | undefined
  /** The part's bytes; undefined when there is no such part. */
  part(path: string | undefined): AsyncIterable<Buffer> | undefined
}

interface Relation {
  readonly id: string
  /** The last word of the type: `worksheet`, `styles`. */
  readonly type: string
  readonly path: string
}

/** @throws OperatorError when the archive is no workbook that can be read */
export async function openWorkbook(archive: Archive, name: string, signal: AbortSignal): Promise<Workbook> {
  const entries = entriesByName(archive)
  const part = (path: string | undefined): AsyncIterable<Buffer> | undefined => {
    const entry = path === undefined ? undefined : entries.get(path.toLowerCase())
    return entry === undefined ? undefined : archive.read(entry, signal)
  }
  const path = await workbookPath(part, name, entries)
  const body = part(path)
  if (body === undefined) throw noWorkbook(name, 'a zip archive without a workbook in it')
  const relations = await readRelations(part, path)
  const written = await readBook(body)
  const sheets = written.sheets.flatMap((sheet) => sheetOf(sheet, relations))
  if (sheets.length === 0) throw noWorkbook(name, 'a workbook without a worksheet')
  return {
    name,
    sheets,
    is1904: written.is1904,
    isUncalculated: written.isUncalculated,
    stylesPath: relations.find(({ type }) => type === 'styles')?.path,
    stringsPath: relations.find(({ type }) => type === 'sharedStrings')?.path,
    part,
  }
}

type Part = Workbook['part']

/** Names of parts know no letter case. Of two parts of one name nobody can tell which is meant. */
function entriesByName(archive: Archive): ReadonlyMap<string, ArchiveEntry> {
  const entries = new Map<string, ArchiveEntry>()
  for (const entry of archive.entries) {
    const name = entry.name.toLowerCase()
    if (entries.has(name)) throw new Error(`it holds ${name} twice`)
    entries.set(name, entry)
  }
  return entries
}

async function workbookPath(part: Part, name: string, entries: ReadonlyMap<string, ArchiveEntry>): Promise<string> {
  const relations = await readRelations(part, '')
  const path = relations.find(({ type }) => type === 'officeDocument')?.path
  if (path?.endsWith('.bin')) throw noWorkbook(name, 'an Excel binary workbook (.xlsb)')
  if (path?.endsWith('.xml')) return path
  if (entries.has('content.xml') && entries.has('mimetype')) throw noWorkbook(name, 'an OpenDocument file')
  throw noWorkbook(name, 'a zip archive without a workbook in it')
}

/** Relations of a part, which lie in `_rels` beside it. */
async function readRelations(part: Part, path: string): Promise<readonly Relation[]> {
  const slash = path.lastIndexOf('/') + 1
  const folder = path.slice(0, slash)
  const body = part(`${folder}_rels/${path.slice(slash)}.rels`)
  const relations: Relation[] = []
  if (body === undefined) return relations
  await readXml(body, {
    open(name, { Id = '', Type = '', Target = '', TargetMode = 'Internal' }) {
      if (name !== 'Relationship' || TargetMode === 'External') return
      relations.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), path: resolvePath(folder, Target) })
    },
  })
  return relations
}

/** Targets are relative to the part's folder, or absolute in the archive. */
function resolvePath(folder: string, target: string): string {
  return decodeURI(new URL(target, `zip://archive/${folder}`).pathname).slice(1)
}

interface WrittenSheet {
  readonly name: string
  readonly relation: string
  readonly isHidden: boolean
}

interface WrittenBook extends Pick<Workbook, 'is1904' | 'isUncalculated'> {
  readonly sheets: readonly WrittenSheet[]
}

async function readBook(body: AsyncIterable<Buffer>): Promise<WrittenBook> {
  const sheets: WrittenSheet[] = []
  let is1904 = false
  let isUncalculated = false
  await readXml(body, {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = isTrue(attributes['date1904'])
      if (name === 'calcPr') isUncalculated = isTrue(attributes['fullCalcOnLoad'])
      if (name === 'sheet') sheets.push(writtenSheet(attributes))
    },
  })
  return { sheets, is1904, isUncalculated }
}

function isTrue(written = ''): boolean {
  return /^(1|true)$/.test(written)
}

function writtenSheet(attributes: Attributes): WrittenSheet {
  const relation = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? ''
  const state = attributes['state'] ?? 'visible'
  return { name: attributes['name'] ?? '', relation, isHidden: state !== 'visible' }
}

/** Charts and macros have sheets too, and no rows. */
function sheetOf({ name, relation, isHidden }: WrittenSheet, relations: readonly Relation[]): readonly Sheet[] {
  const found = relations.find(({ id, type }) => id === relation && type === 'worksheet')
  return found === undefined ? [] : [{ name, path: found.path, isHidden }]
}

function noWorkbook(name: string, what: string): OperatorError {
  return new OperatorError('xlsx-format', `${name} is no workbook of the kind .xlsx: it is ${what}`, {
    hint: 'Save it as "Excel workbook (.xlsx)", or deliver a CSV.',
  })
}
