import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { xlsxConnector } from '../../../connectors/xlsx/index.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'
import { type WorkbookParts, workbookOf } from '../../support/workbook.ts'

/** Workbooks that other programs wrote. */
export const FILES = join(import.meta.dirname, 'files')

export async function readBytes(
  content: Uint8Array,
  options: Record<string, unknown> = {},
  how: ReadHow = {},
): Promise<ReadAll> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-xlsx-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'people.xlsx'), content)
  return readAll(xlsxConnector, { path: 'people.xlsx', ...options }, { baseDir: folder, ...how })
}

export function readParts(parts: WorkbookParts, options: Record<string, unknown> = {}): Promise<ReadAll> {
  return readBytes(workbookOf(parts), options)
}

export function readFile(name: string, options: Record<string, unknown> = {}): Promise<ReadAll> {
  return readAll(xlsxConnector, { path: name, ...options }, { baseDir: FILES })
}

export function fieldsOf(read: ReadAll): Record<string, unknown>[] {
  return read.rows.map(({ fields }) => ({ ...fields }))
}
