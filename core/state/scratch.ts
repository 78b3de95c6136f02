import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StateError } from '../errors.ts'
import { type FileLock, tryLock } from './lock.ts'
import type { ScratchFolder } from './state.ts'

const LOCK = 'owner.lock'

/** A folder that belongs to one run as long as its process lives. */
export function createScratch(parent: string, runId: string): ScratchFolder {
  const path = join(parent, runId)
  const lock = claim(path)
  return {
    path,
    async remove() {
      rmSync(path, { recursive: true, force: true })
      lock.release()
    },
  }
}

/** Another process may sweep the folder between its making and its locking: then it is made again. */
function claim(path: string): FileLock {
  for (let attempt = 0; attempt < 100; attempt++) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const lock = tryLock(join(path, LOCK))
    if (lock?.stillOurs()) return lock
    lock?.release()
  }
  throw new StateError('state-unusable', `The scratch folder ${path} could not be locked`)
}

/** Removes what dead processes left; what a living one holds is locked. */
export function sweepScratch(parent: string): void {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name)
    const lock = tryLock(join(path, LOCK))
    if (lock === undefined) continue
    rmSync(path, { recursive: true, force: true })
    lock.release()
  }
}
