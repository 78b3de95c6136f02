import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { StateError } from '../errors.ts'
import { type FileLock, tryLock } from './lock.ts'
import type { ScratchFolder } from './state.ts'

const LOCK = 'owner.lock'
const ATTEMPTS = 200
const PAUSE_MS = 10

/** A folder that belongs to one run as long as its process lives. */
export async function createScratch(parent: string, runId: string): Promise<ScratchFolder> {
  const path = join(parent, runId)
  const lock = await claim(path)
  return {
    path,
    async remove() {
      discard(path)
      lock.release()
    },
  }
}

/** Another process may sweep the folder between its making and its locking: then it is made again. */
async function claim(path: string): Promise<FileLock> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const lock = tryOwn(path)
    if (lock?.stillOurs()) return lock
    lock?.release()
    await wait(PAUSE_MS)
  }
  throw new StateError('state-unusable', `The scratch folder ${path} could not be locked`)
}

/** Removes what dead processes left; what a living one holds is locked. */
export function sweepScratch(parent: string): void {
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const path = join(parent, entry.name)
    const lock = tryOwn(path)
    if (lock === undefined) continue
    discard(path)
    lock.release()
  }
}

/**
 * Removes a folder that we have locked. It is moved away first, so that nobody takes it for free while its lock file
 * is gone and the rest is not yet. What another process sweeps at the same moment is that one's to remove.
 */
function discard(path: string): void {
  const doomed = `${path}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, doomed)
    rmSync(doomed, { recursive: true, force: true })
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Does the process of this run live? Its folder is there, and locked, from before its start is noted until after its end. */
export function ownsScratch(parent: string, runId: string): boolean {
  const path = join(parent, runId)
  if (!existsSync(join(path, LOCK))) return false
  const lock = tryOwn(path)
  lock?.release()
  return lock === undefined && existsSync(path)
}

/** Undefined when somebody has the folder, or has just removed it. */
function tryOwn(path: string): FileLock | undefined {
  try {
    return tryLock(join(path, LOCK))
  } catch (error) {
    if (!existsSync(path)) return undefined
    throw error
  }
}
