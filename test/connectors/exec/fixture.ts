import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { onTestFinished } from 'vitest'
import { execConnector } from '../../../connectors/exec/index.ts'
import { type Clock, systemClock } from '../../../core/clock.ts'
import type { SyncError } from '../../../core/errors.ts'
import { type ReadAll, type ReadHow, readAll } from '../../support/read-all.ts'

export const END = (rows: number): string => JSON.stringify({ 'vanta-sync': { complete: true, rows } })

/** A temporary folder that is gone when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-exec-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes an executable script. */
export async function script(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text)
  await chmod(join(folder, name), 0o755)
}

export interface Shell extends ReadHow {
  readonly options?: Record<string, unknown>
}

/** Runs a shell script as `people.sh` and reads it. */
export async function readShell(text: string, { options = {}, ...how }: Shell = {}): Promise<ReadAll> {
  const folder = how.baseDir ?? (await tempFolder())
  await script(folder, 'people.sh', `#!/bin/sh\n${text}\n`)
  return read({ command: ['./people.sh'], ...options }, { ...how, baseDir: folder })
}

/** Runs a Node script as `people.mjs` and reads it. */
export async function readNode(text: string, { options = {}, ...how }: Shell = {}): Promise<ReadAll> {
  const folder = how.baseDir ?? (await tempFolder())
  await writeFile(join(folder, 'people.mjs'), text)
  return read({ command: [execPath, 'people.mjs'], ...options }, { ...how, baseDir: folder })
}

export function read(options: Record<string, unknown>, how: ReadHow = {}): Promise<ReadAll> {
  const clock: Clock = systemClock
  return readAll(execConnector, options, { clock, ...how })
}

/** A script whose output is exactly these lines. */
export function printing(...lines: readonly string[]): string {
  return `cat <<'LINES'\n${lines.join('\n')}\nLINES`
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

/** Has our own child been ended, and collected? */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** Does it run no more? What lost its parent is collected by the first process of the machine, in its own time. */
export function isDead(pid: number): boolean {
  if (isGone(pid)) return true
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
}

/** The number that a program writes to a file, when it is there. */
export async function pidIn(path: string, limitMs = 10_000): Promise<number> {
  const end = Date.now() + limitMs
  for (;;) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    if (text.endsWith('\n')) return Number(text)
    if (Date.now() > end) throw new Error(`nobody wrote ${path}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
