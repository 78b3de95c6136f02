import { createHash } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Clock, toInstant } from '../clock.ts'
import { LeaseError } from '../errors.ts'
import { sayDuration } from '../text/duration.ts'
import type { Lease, LeaseRequest } from './lease.ts'
import { type FileLock, tryLock } from './lock.ts'

const POLL_MS = 150

/** Waits for the lease on a lock file in `folder`. @throws LeaseError `lease-held` */
export async function takeLease(folder: string, clock: Clock, request: LeaseRequest): Promise<Lease> {
  const name = createHash('sha256')
    .update(JSON.stringify([request.baseUrl, request.connection]))
    .digest('hex')
    .slice(0, 32)
  const path = join(folder, `${name}.lock`)
  const note = join(folder, `${name}.json`)
  const lock = await waitForLock(path, note, { clock, request })
  writeNote(note, request.purpose, clock.now())
  return leaseOf({ lock, path, note, connection: request.connection })
}

async function waitForLock(
  path: string,
  note: string,
  { clock, request }: { clock: Clock; request: LeaseRequest },
): Promise<FileLock> {
  const until = clock.now() + request.waitMs
  let told = false
  for (;;) {
    request.signal.throwIfAborted()
    const lock = tryLock(path)
    if (lock !== undefined) return lock
    const holder = readHolder(note)
    if (clock.now() >= until) throw heldElsewhere(holder, request.waitMs)
    if (!told) request.onWait?.(holder)
    told = true
    await clock.sleep(Math.min(POLL_MS, Math.max(1, until - clock.now())), request.signal)
  }
}

function heldElsewhere(holder: string, waitedMs: number): LeaseError {
  return new LeaseError('lease-held', `The lease is held by ${holder}; waited ${sayDuration(waitedMs)}`, {
    hint: 'A second token would break that run. Wait for its end, or give --wait a longer time.',
  })
}

function leaseOf({
  lock,
  path,
  note,
  connection,
}: {
  lock: FileLock
  path: string
  note: string
  connection: string
}): Lease {
  let released = false
  return {
    connection,
    async prove() {
      if (!released && lock.stillOurs()) return
      throw new LeaseError(
        'lease-lost',
        `The lease was lost: its lock file ${path} was deleted or replaced while we held it`,
        {
          hint: 'Nothing more was minted or pushed. Find what deletes files in the state folder, then run again.',
        },
      )
    },
    async release() {
      if (released) return
      released = true
      // When it was lost, the note is that of whoever holds it now.
      if (lock.stillOurs()) rmSync(note, { force: true })
      lock.release()
    },
  }
}

function writeNote(path: string, purpose: string, now: number): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, JSON.stringify({ pid: process.pid, host: hostname(), since: toInstant(now), purpose }), {
    mode: 0o600,
  })
  renameSync(temporary, path)
}

function readHolder(note: string): string {
  try {
    const { pid, host, since, purpose } = JSON.parse(readFileSync(note, 'utf8')) as Record<string, unknown>
    return `pid ${String(pid)} on ${String(host)} since ${String(since)} (${String(purpose)})`
  } catch {
    return 'a process that has not said its name yet'
  }
}
