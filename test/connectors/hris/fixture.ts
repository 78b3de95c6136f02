import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { hrisConnector } from '../../../connectors/hris/index.ts'
import { createAutoClock } from '../../support/fake-clock.ts'
import { type ReadAll, readAll } from '../../support/read-all.ts'

/** Monday, 23 November 2026, noon in Berlin. */
export const NOON = Date.UTC(2026, 10, 23, 11)

export const COLUMNS = { id: 'id', start: 'start', end: 'end' }

export async function folderWith(name: string, content: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-hris-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, name), content)
  return folder
}

export interface How {
  readonly now?: number
  readonly zone?: string
  readonly file?: string
  readonly signal?: AbortSignal
  /** Called when the connector asks what time it is. */
  onNow?(): void
}

export async function read(
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
  { now = NOON, zone = 'Europe/Berlin', file = 'people.csv', ...how }: How = {},
): Promise<ReadAll> {
  const baseDir = await folderWith(file, content)
  const all = { path: file, columns: COLUMNS, dateFormat: 'dd.MM.yyyy', settle: '0s', ...options }
  const clock = createAutoClock(now)
  const asked = { ...clock, now: () => (how.onNow?.(), clock.now()) }
  const signal = how.signal === undefined ? {} : { signal: how.signal }
  return readAll(hrisConnector, all, { baseDir, zone, clock: asked, ...signal })
}

/** Rows of `id;start;end` and more. */
export function csv(rows: readonly string[], header = 'id;start;end'): string {
  return `${[header, ...rows].join('\n')}\n`
}

export function told({ rows }: ReadAll): Record<string, unknown>[] {
  return rows.map(({ fields }) => ({ ...fields }))
}
