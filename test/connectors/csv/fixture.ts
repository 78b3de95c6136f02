import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { csvConnector } from '../../../connectors/csv/index.ts'
import type { SyncError } from '../../../core/errors.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'

export type Content = string | Uint8Array

/** A temporary folder that is gone when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-csv-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes `people.csv` and reads it. */
export async function readCsvText(
  content: Content,
  options: Record<string, unknown> = {},
  how: ReadHow = {},
): Promise<ReadAll> {
  const folder = await tempFolder()
  await writeFile(join(folder, 'people.csv'), content)
  return readAll(csvConnector, { path: 'people.csv', ...options }, { baseDir: folder, ...how })
}

/** Cells of the rows, in the order of the announced columns. */
export function cellsOf(read: ReadAll): string[][] {
  return read.rows.map((row) => (read.columns ?? []).map((name) => String(row.fields[name])))
}

/** The error that the promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing failed')
}

/** Dates a file, in seconds before `now`. */
export async function age(path: string, seconds: number, now = Date.now()): Promise<void> {
  const time = new Date(now - seconds * 1000)
  await utimes(path, time, time)
}
