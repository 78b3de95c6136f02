/** A program and all that it started, as one group of processes that can be ended together. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Time to tidy up. With what follows it is well below the second within which an abort must be done. */
const GRACE_MS = 300
/** Even a killed process takes a moment to be gone. */
const LAST_MS = 300
const STEP_MS = 15

/**
 * Asks the group to end, and kills what does not.
 * @param leader process id of the group's first process, which may be gone
 * @returns false when something could not be ended, since it runs as somebody else
 */
export async function endGroup(leader: number): Promise<boolean> {
  signalGroup(leader, 'SIGTERM')
  if (await isGone(leader, GRACE_MS)) return true
  signalGroup(leader, 'SIGKILL')
  return isGone(leader, LAST_MS)
}

/** For the moment at which we end ourselves, and cannot wait. */
export function killGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL')
}

async function isGone(leader: number, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs
  while (signalGroup(leader, 0) && hasLiving(leader)) {
    if (performance.now() >= end) return false
    await wait(STEP_MS)
  }
  return true
}

/**
 * The dead belong to their group until somebody collects them. What lost its parent is left to the first process of the
 * machine or container, which may be slow at it, or never do it.
 */
function hasLiving(group: number): boolean {
  if (process.platform !== 'linux') return true
  // Read at once: nothing of this lies on a disk, and there is little time.
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && livesIn(name, group))
}

function livesIn(processId: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8')
    // Behind the program's name, which may hold anything: state, parent, group.
    const [state, , itsGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(itsGroup) === group && state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}

/** Is anybody there, dead or alive? */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal)
  } catch (error) {
    // EPERM: somebody is there, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
