import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { jsonConnector } from '../../../connectors/json/index.ts'
import type { SyncError } from '../../../core/errors.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'

/** A temporary folder that is gone when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-json-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface JsonHow extends ReadHow {
  /** Default: `people.json`. */
  readonly file?: string
}

/** Writes the file and reads it. */
export async function readText(
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
  { file = 'people.json', ...how }: JsonHow = {},
): Promise<ReadAll> {
  const folder = how.baseDir ?? (await tempFolder())
  await writeFile(join(folder, file), content)
  return readAll(jsonConnector, { path: file, ...options }, { baseDir: folder, ...how })
}

/** Places and fields, without the missing prototype. */
export function plain({ rows }: ReadAll): [string, Record<string, unknown>][] {
  return rows.map(({ at, fields }) => [at, { ...fields }])
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

/** Dates a file, in seconds before now. */
export async function age(path: string, seconds: number): Promise<void> {
  const time = new Date(Date.now() - seconds * 1000)
  await utimes(path, time, time)
}
