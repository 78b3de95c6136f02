/** The lease between real processes, and on disks and clocks that are not as they should be. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { HOUR, systemClock } from '../../../core/clock.ts'
import type { LeaseRequest } from '../../../core/state/lease.ts'
import { createStateFolders, kill, runScript, says } from '../../support/state-folder.ts'

const states = createStateFolders()
const mounted: string[] = []
afterEach(async () => {
  await states.closeStates()
  for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder])
  await states.removeAll()
})

const PATIENT = 180_000

function request(change: Partial<LeaseRequest> = {}): LeaseRequest {
  const signal = new AbortController().signal
  return { baseUrl: 'http://127.0.0.1:1', connection: 'c', purpose: 'run', waitMs: 0, signal, ...change }
}

describe('a lease between processes', () => {
  it(
    'is held by one of ten at a time, and each gets its turn',
    async () => {
      const path = states.folder()
      await states.open(path)
      const ended = await Promise.all(Array.from({ length: 10 }, () => runScript('./take-turns.ts', [path])))
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']))
    },
    PATIENT,
  )

  it(
    'stays with a holder that is stopped, who is named, and is free once that one is dead',
    async () => {
      const path = states.folder()
      const state = await states.open(path)
      const child = states.start('./hold-lease.ts', [path, request().baseUrl, 'c'])
      await says(child, 'holding')
      child.kill('SIGSTOP')
      await expect(state.lease(request({ waitMs: 400 }))).rejects.toMatchObject({
        exitCode: 30,
        code: 'lease-held',
        message: expect.stringContaining(`pid ${child.pid}`) as string,
      })
      await kill(child)
      await (await state.lease(request())).release()
    },
    PATIENT,
  )

  it('is free when its holder died and another process has that pid now', async () => {
    const path = states.folder()
    const state = await states.open(path)
    await (await state.lease(request())).release()
    const lock = readdirSync(join(path, 'leases')).find((name) => name.endsWith('.lock')) ?? ''
    const note = { pid: process.pid, host: 'here', since: '2026-01-01T00:00:00Z', purpose: 'run' }
    writeFileSync(join(path, 'leases', lock.replace('.lock', '.json')), JSON.stringify(note))
    const lease = await state.lease(request())
    await lease.prove()
    await lease.release()
  })
})

describe('a lease while the clock jumps', () => {
  it.each([-10 * HOUR, 10 * HOUR])('by %i ms is neither lost nor given to another', async (jump) => {
    let wrong = 0
    const clock = { now: () => systemClock.now() + wrong, sleep: systemClock.sleep }
    const path = states.folder()
    const [state, other] = [await states.open(path, clock), await states.open(path, clock)]
    const lease = await state.lease(request())
    wrong = jump
    await lease.prove()
    await expect(other.lease(request({ waitMs: 200 }))).rejects.toMatchObject({ code: 'lease-held' })
    await lease.release()
    await (await other.lease(request())).release()
  })
})

/** A small disk of its own; undefined where this process may not mount. */
function mountDisk(): string | undefined {
  const folder = states.folder()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (status !== 0) return undefined
  mounted.push(folder)
  return folder
}

describe('a state folder on a disk that takes nothing', () => {
  it.each(['read-only', 'full'] as const)(
    'because it is %s is a clear error, before a lease or anything else',
    async (how) => {
      const disk = mountDisk()
      // Only root can mount; containers often may not either.
      if (disk === undefined) return
      const path = join(disk, 'state')
      mkdirSync(path)
      if (how === 'read-only') spawnSync('mount', ['-o', 'remount,ro', disk])
      else spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=4096'], { stdio: 'ignore' })
      await expect(states.open(path)).rejects.toMatchObject({ exitCode: 74, code: 'state-unusable' })
      if (how === 'full') {
        rmSync(join(disk, 'ballast'))
        await (await (await states.open(path)).lease(request())).release()
      }
    },
  )

  it('that fills up after it was opened refuses what must be remembered', async () => {
    const disk = mountDisk()
    if (disk === undefined) return
    const state = await states.open(join(disk, 'state'))
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'ballast')}`, 'bs=4096'], { stdio: 'ignore' })
    const begun = (async () => {
      for (let run = 0; run < 500; run++) {
        const row = { command: 'run', startedAt: run, startedBy: 'x'.repeat(900), toolVersion: '0', configHash: 'hash' }
        await state.runs.begin({ id: `run-${run}`, ...row })
      }
    })()
    await expect(begun).rejects.toMatchObject({ exitCode: 74 })
    rmSync(join(disk, 'ballast'))
    expect((await state.runs.list({ limit: 1000 })).every(({ status }) => status === 'running')).toBe(true)
  })
})
