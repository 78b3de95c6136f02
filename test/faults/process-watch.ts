/** What a process holds of the operating system: its leases and its scratch folder. Both end with it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSyncError } from '../../core/errors.ts'
import type { Lease, LeaseRequest } from '../../core/state/lease.ts'
import type { ScratchFolder, State } from '../../core/state/state.ts'
import { Violation } from './violation.ts'

export interface ProcessWatch {
  /** Leases at this moment. */
  readonly live: number
  watch(state: State): State
  /** Told of the next lease that is given back. */
  whenReleased(tell: () => void): void
  /** What a killed process leaves: free locks, and files in its scratch folder. */
  bury(): Promise<void>
  /** Another process asks for the lease that is held. */
  rival(open: () => Promise<State>): Promise<void>
}

export function createProcessWatch(found: Violation[]): ProcessWatch {
  const live = new Map<Lease, LeaseRequest>()
  const folders = new Set<ScratchFolder>()
  let tellRelease: (() => void) | undefined

  async function take(state: State, request: LeaseRequest): Promise<Lease> {
    const lease = await state.lease(request)
    const others = [...live.values()].filter(({ connection }) => connection === request.connection)
    if (others.length > 0) found.push(new Violation('lease', 'two leases of one connection live at one time'))
    live.set(lease, request)
    return {
      connection: lease.connection,
      prove: () => lease.prove(),
      async release() {
        live.delete(lease)
        tellRelease?.()
        await lease.release()
      },
    }
  }

  async function keep(state: State, runId: string): Promise<ScratchFolder> {
    const folder = await state.scratch(runId)
    folders.add(folder)
    return {
      path: folder.path,
      async remove() {
        folders.delete(folder)
        await folder.remove()
      },
    }
  }

  return {
    get live() {
      return live.size
    },
    whenReleased(tell) {
      tellRelease = tell
    },
    watch: (state) => ({
      ...state,
      lease: (request) => take(state, request),
      scratch: (runId) => keep(state, runId),
    }),
    async bury() {
      for (const lease of live.keys()) await lease.release()
      live.clear()
      for (const folder of folders) {
        await folder.remove()
        mkdirSync(folder.path)
        writeFileSync(join(folder.path, 'owner.lock'), '')
        writeFileSync(join(folder.path, 'piece'), 'rows')
      }
      folders.clear()
    },
    async rival(open) {
      const request = [...live.values()][0]
      if (request === undefined) return
      const state = await open()
      try {
        const lease = await state.lease({ ...request, waitMs: 0 })
        await lease.release()
        found.push(new Violation('lease', 'a second process was given the lease while the first one had it'))
      } catch (error) {
        if (!isSyncError(error) || error.code !== 'lease-held') throw error
      } finally {
        await state.close()
      }
    },
  }
}
