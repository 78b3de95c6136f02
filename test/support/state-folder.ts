/** States in temporary folders, closed and removed after each test; and processes that share one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../../core/clock.ts'
import { openState } from '../../core/state/open.ts'
import type { BaselineCommit, BaselineRecord, State, Target } from '../../core/state/state.ts'
import { runProgram, type ProgramResult } from './run-program.ts'

export interface StateFolders {
  folder(): string
  open(path?: string, clock?: Clock): Promise<State>
  /** A process with `script` of test/support on the folder; it is killed at the end when it still lives. */
  start(script: string, args: readonly string[]): ChildProcess
  closeStates(): Promise<void>
  removeAll(): Promise<void>
}

export function createStateFolders(): StateFolders {
  const folders: string[] = []
  const states: State[] = []
  const children: ChildProcess[] = []
  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'vanta-sync-state-'))
    folders.push(made)
    return made
  }
  async function closeStates(): Promise<void> {
    for (const state of states.splice(0)) await state.close()
  }
  return {
    folder,
    async open(path = folder(), clock = systemClock) {
      const state = await openState({ path, allowNetworkFs: false, clock })
      states.push(state)
      return state
    },
    start(script, args) {
      const child = spawn(process.execPath, childArguments(script, args), { stdio: ['ignore', 'pipe', 'inherit'] })
      children.push(child)
      return child
    },
    closeStates,
    async removeAll() {
      for (const child of children.splice(0)) await kill(child)
      await closeStates()
      for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
    },
  }
}

export async function runScript(script: string, args: readonly string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, childArguments(script, args))
}

function childArguments(script: string, args: readonly string[]): string[] {
  return ['--import', 'jiti/register', fileURLToPath(new URL(script, import.meta.url)), ...args]
}

/** Resolves when the process prints a line that begins with `word`. */
export async function says(child: ChildProcess, word: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').some((line) => line.startsWith(word))) resolve()
    })
    child.once('exit', () => reject(new Error(`The process ended before it said ${word}: ${text}`)))
  })
}

/** As the out-of-memory killer does it. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  child.kill('SIGKILL')
  await gone
}

export const TARGET: Target = {
  baseUrl: 'http://127.0.0.1:1',
  connection: 'connection',
  type: 'user_account',
  resourceId: 'part-1',
  shape: '',
}

export function commitOf(
  records: readonly {
    uniqueId: string
    body?: string
    acceptedAt?: number | null
    group?: string
    goneAt?: number
  }[],
  change: Partial<BaselineCommit> = {},
): BaselineCommit {
  return {
    target: TARGET,
    runId: 'run-1',
    confirmedAt: 1000,
    origin: 'push',
    siblings: [TARGET.resourceId],
    replace: true,
    removed: [],
    upserted: records.map(({ uniqueId, body = '{}', acceptedAt = null, group, goneAt }) => ({
      uniqueId,
      body,
      acceptedAt,
      ...(group === undefined ? {} : { group }),
      ...(goneAt === undefined ? {} : { goneAt }),
    })),
    ...change,
  }
}

export async function recordsOf(state: State, target = TARGET): Promise<BaselineRecord[]> {
  const records: BaselineRecord[] = []
  for await (const batch of state.baselines.records(target)) records.push(...batch)
  return records
}
