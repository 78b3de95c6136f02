import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { LeaseRequest } from '../../../core/state/lease.ts'
import { createStateFolders, kill, runScript, says } from '../../support/state-folder.ts'

const states = createStateFolders()
afterEach(() => states.removeAll())

function request(change: Partial<LeaseRequest> = {}): LeaseRequest {
  const signal = new AbortController().signal
  return { baseUrl: 'http://127.0.0.1:1', connection: 'c', purpose: 'run', waitMs: 0, signal, ...change }
}

const lockFileIn = (path: string): string => {
  const name = readdirSync(join(path, 'leases')).find((file) => file.endsWith('.lock'))
  return join(path, 'leases', name ?? 'none')
}

describe('a lease', () => {
  it('is held by one at a time, in one process, too, and the other is told by whom', async () => {
    const path = states.folder()
    const [first, second] = [await states.open(path), await states.open(path)]
    const lease = await first.lease(request())
    await lease.prove()
    const holder = expect.stringMatching(new RegExp(`pid ${process.pid} on .+ since .+Z \\(run\\)`)) as string
    for (const state of [first, second]) {
      await expect(state.lease(request())).rejects.toMatchObject({ exitCode: 30, code: 'lease-held', message: holder })
    }
    await lease.release()
    await (await second.lease(request())).release()
  })

  it('of another connection or another Vanta is free', async () => {
    const state = await states.open()
    const leases = [
      await state.lease(request()),
      await state.lease(request({ connection: 'd' })),
      await state.lease(request({ baseUrl: 'http://127.0.0.1:2' })),
    ]
    for (const lease of leases) await lease.release()
  })

  it('goes to the one who waits, once it is released', async () => {
    const state = await states.open()
    const lease = await state.lease(request())
    const told: string[] = []
    const waiting = state.lease(
      request({
        waitMs: 20_000,
        onWait(holder) {
          told.push(holder)
          void lease.release()
        },
      }),
    )
    const next = await waiting
    await next.prove()
    await expect(lease.prove()).rejects.toMatchObject({ code: 'lease-lost' })
    await lease.release()
    await next.prove()
    expect(told).toEqual([expect.stringContaining(`pid ${process.pid}`)])
    await next.release()
  })

  it('is waited for no longer than asked, and not after an abort', async () => {
    const state = await states.open()
    const lease = await state.lease(request())
    await expect(state.lease(request({ waitMs: 300 }))).rejects.toMatchObject({ code: 'lease-held' })
    const abort = new AbortController()
    const waiting = state.lease(
      request({ waitMs: 60_000, signal: abort.signal, onWait: () => abort.abort(new Error('enough')) }),
    )
    await expect(waiting).rejects.toThrow('enough')
    await lease.release()
  })

  it('is free at once when its holder is killed, whose run then counts as interrupted', async () => {
    const path = states.folder()
    const state = await states.open(path)
    const child = states.start('./hold-lease.ts', [path, request().baseUrl, 'c'])
    await says(child, 'holding')
    await expect(state.lease(request())).rejects.toMatchObject({
      message: expect.stringContaining(`pid ${child.pid}`) as string,
    })
    await state.runs.settleInterrupted(5)
    expect(await state.runs.get('run-of-child')).toMatchObject({ status: 'running' })
    expect(readdirSync(join(path, 'scratch'))).toEqual(['run-of-child'])
    await states.open(path)
    expect(readdirSync(join(path, 'scratch'))).toEqual(['run-of-child'])

    await kill(child)
    const lease = await state.lease(request())
    await lease.prove()
    await state.runs.settleInterrupted(7)
    expect(await state.runs.get('run-of-child')).toMatchObject({
      status: 'interrupted',
      outcome: 'interrupted',
      finishedAt: 7,
    })
    await states.open(path)
    expect(readdirSync(join(path, 'scratch'))).toEqual([])
    await lease.release()
  })

  it.each([
    ['deleted', (file: string) => rmSync(file)],
    ['moved away', (file: string) => renameSync(file, `${file}.old`)],
    [
      'replaced',
      (file: string) => {
        writeFileSync(`${file}.new`, '')
        renameSync(`${file}.new`, file)
      },
    ],
  ])('is lost when its lock file is %s', async (_, harm) => {
    const path = states.folder()
    const state = await states.open(path)
    const lease = await state.lease(request())
    harm(lockFileIn(path))
    await expect(lease.prove()).rejects.toMatchObject({ exitCode: 30, code: 'lease-lost' })
    const next = await state.lease(request())
    await lease.release()
    await next.prove()
    await expect(state.lease(request())).rejects.toMatchObject({
      message: expect.stringContaining(`pid ${process.pid}`) as string,
    })
    await next.release()
  })
})

describe('a scratch folder', () => {
  it('is there until it is removed, and no other opening takes it away', async () => {
    const path = states.folder()
    const state = await states.open(path)
    const scratch = await state.scratch('run-1')
    writeFileSync(join(scratch.path, 'piece'), 'rows')
    await states.open(path)
    expect(readdirSync(scratch.path)).toContain('piece')
    await scratch.remove()
    expect(readdirSync(join(path, 'scratch'))).toEqual([])
  })

  it('that was left behind may be swept by several processes at once', async () => {
    const path = states.folder()
    for (let run = 0; run < 40; run++) mkdirSync(join(path, 'scratch', `dead-${run}`, 'pieces'), { recursive: true })
    const ended = await Promise.all([1, 2, 3, 4].map(() => runScript('./reserve-requests.ts', [path, '0', '0'])))
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']))
    await states.open(path)
    expect(readdirSync(join(path, 'scratch'))).toEqual([])
  })

  it('does not keep the state from opening when something else lies beside it', async () => {
    const path = states.folder()
    await states.open(path)
    writeFileSync(join(path, 'scratch', '.DS_Store'), '')
    await states.open(path)
  })
})
