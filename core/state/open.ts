/** Opens the state: a folder with a SQLite database, lock files and scratch data. */
import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { isSyncError, messageOf, StateError } from '../errors.ts'
import { createBaselines } from './baselines.ts'
import { createChecks } from './checks.ts'
import { createDaemons } from './daemons.ts'
import type { Database } from './database.ts'
import { createEpisodes } from './episodes.ts'
import { appendHistory, createChains, listHistory } from './history.ts'
import { createHolds } from './holds.ts'
import { takeLease } from './lease-file.ts'
import { migrate } from './migrations.ts'
import { createPauses } from './pauses.ts'
import { createPrivate } from './private-file.ts'
import { createPushes } from './pushes.ts'
import { createRequestTimes } from './requests.ts'
import { createRuns } from './runs.ts'
import { createScratch, ownsScratch, sweepScratch } from './scratch.ts'
import { createSlots } from './slots.ts'
import { type Explain, openDatabase } from './sqlite.ts'
import type { State } from './state.ts'
import { createUpkeep, emptyLog } from './upkeep.ts'

const SWITCH_ATTEMPTS = 500
const SWITCH_PAUSE_MS = 20

export interface OpenState {
  readonly path: string
  readonly allowNetworkFs: boolean
  readonly clock: Clock
}

/** @throws StateError when the folder or the database cannot be used */
export async function openState({ path, allowNetworkFs, clock }: OpenState): Promise<State> {
  const folder = resolve(path)
  const [leases, scratch] = [join(folder, 'leases'), join(folder, 'scratch')]
  const database = await guarded(folder, () => {
    for (const each of [folder, leases, scratch]) mkdirSync(each, { recursive: true, mode: 0o700 })
    proveWritable(folder)
    if (!allowNetworkFs) refuseNetwork(folder)
    sweepScratch(scratch)
    return openMain(join(folder, 'state.db'), (error) => (isOurs(error) ? error : stateError(folder, error)))
  })
  const salt = await guarded(folder, () => saltOf(database))
  // Runs and daemons hold a folder of their id as long as their process lives.
  const isAlive = (id: string): boolean => ownsScratch(scratch, id)
  const runs = createRuns(database, isAlive)
  await runs.settleInterrupted(clock.now())
  return {
    where: folder,
    baselines: createBaselines(database, clock),
    pushes: createPushes(database),
    holds: createHolds(database, clock),
    runs,
    requests: createRequestTimes(database, clock),
    slots: createSlots(database, isAlive),
    pauses: createPauses(database),
    episodes: createEpisodes(database),
    daemons: createDaemons(database, isAlive),
    checks: createChecks(database),
    append: async (entry) => appendHistory(database, entry),
    history: async (filter) => listHistory(database, filter),
    chains: createChains(database),
    upkeep: createUpkeep(database),
    digest: (text) => createHmac('sha256', salt).update(text).digest('hex').slice(0, 32),
    lease: (request) => takeLease(leases, clock, request),
    scratch: (runId) => createScratch(scratch, runId),
    close: async () => closeMain(database),
  }
}

async function guarded<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isSyncError(error)) throw error
    throw stateError(folder, error)
  }
}

/** A statement that SQLite does not understand, or that breaks a constraint, is a bug and no trouble of the folder's. */
function isOurs(error: unknown): boolean {
  return isSyncError(error) || /constraint|syntax error|no such|bind/i.test(messageOf(error))
}

function stateError(folder: string, error: unknown): StateError {
  const message = messageOf(error)
  if (/not a database|malformed|corrupt/i.test(message)) {
    return new StateError('state-damaged', `The state database in ${folder} is damaged: ${message}`, {
      cause: error,
      hint: 'Nothing was pushed. Put the file back from a backup, or move it away: the next run then reads back what Vanta holds.',
    })
  }
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  return new StateError(
    'state-unusable',
    `The state folder ${folder} cannot be used by uid ${uid}, gid ${gid}: ${message}`,
    {
      cause: error,
      hint: `Give it to the process: chown -R ${uid}:${gid} ${folder} && chmod 700 ${folder}; or check that the disk is not full or read-only.`,
    },
  )
}

function proveWritable(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}-${randomBytes(4).toString('hex')}`)
  writeFileSync(probe, 'probe', { mode: 0o600 })
  rmSync(probe)
}

/** Locks on these are promises of another machine. By the magic numbers of statfs(2). */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x00c36400: 'Ceph',
  0x47504653: 'GPFS',
  0x0bd00bd0: 'Lustre',
}

function refuseNetwork(folder: string): void {
  const kind = NETWORK[statfsSync(folder).type >>> 0]
  if (kind === undefined) return
  throw new StateError(
    'state-on-network',
    `The state folder ${folder} is on a network file system (${kind}), where locks cannot be trusted`,
    {
      hint: 'Put the state on a local disk, or set state.allowNetworkFs when you are sure that one host alone uses it.',
    },
  )
}

async function openMain(path: string, explain: Explain): Promise<Database> {
  createPrivate(path)
  chmodSync(path, 0o600)
  const database = openDatabase(path, explain)
  try {
    await useWal(database)
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function closeMain(database: Database): void {
  try {
    emptyLog(database, 0)
  } catch {
    // The disk is full, or somebody took the file away: nothing is lost, and the next one empties it.
  } finally {
    database.close()
  }
}

/**
 * WAL and FULL: a push that Vanta confirmed is still known after a power cut. What is deleted is overwritten: who left
 * Vanta leaves the disk. While another process makes the switch, ours is refused at once, without the busy timeout.
 */
async function useWal(database: Database): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA secure_delete = ON',
      )
      return
    } catch (error) {
      if (attempt === SWITCH_ATTEMPTS || !/database is locked/.test(messageOf(error))) throw error
      await wait(SWITCH_PAUSE_MS)
    }
  }
}

function saltOf(database: Database): string {
  const find = database.prepare("SELECT value FROM meta WHERE name = 'salt'")
  if (find.get() === undefined) {
    database.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES ('salt', ?)").run(randomBytes(32).toString('hex'))
  }
  return String(find.get()?.['value'])
}
