import { isFromFuture } from '../schedule/claim.ts'
import type { Database } from './database.ts'
import type { SlotClaim, Slots } from './state.ts'

/** `isAlive` tells whether a daemon lives: a slot that a dead one took and did not settle is free again. */
export function createSlots(database: Database, isAlive: (daemon: string) => boolean): Slots {
  const row = database.prepare('SELECT * FROM slot WHERE scope = ?')

  function find(scope: string): SlotClaim | undefined {
    const found = row.get(scope)
    if (found === undefined) return undefined
    const daemon = found['daemon']
    return {
      scope,
      schedule: String(found['schedule']),
      slotAt: Number(found['slot_at']),
      settled: Number(found['settled']) === 1,
      ...(typeof daemon === 'string' ? { daemon } : {}),
    }
  }

  /**
   * While the daemon that keeps another schedule lives, it goes on: taking the resource from each other, neither of two
   * would run.
   */
  function beginsAnew({ schedule, now, daemon }: Sight, last: SlotClaim): boolean {
    return (last.schedule !== schedule || isFromFuture(last, now)) && !isOthers(last, daemon)
  }

  function isFree(last: SlotClaim, slotAt: number, daemon: string): boolean {
    if (slotAt > last.slotAt) return last.settled || !isOthers(last, daemon)
    return slotAt === last.slotAt && !last.settled && last.daemon !== daemon && !isOthers(last, daemon)
  }

  /** It belongs to another daemon, which lives. */
  function isOthers(last: SlotClaim, daemon: string | undefined): boolean {
    return last.daemon !== undefined && last.daemon !== daemon && isAlive(last.daemon)
  }

  return {
    async get(scope) {
      return find(scope)
    },
    async see(scope, schedule, now, daemon) {
      const sight = { schedule, now, daemon }
      // Asked without a lock first: nearly always nothing is to be written.
      const known = find(scope)
      if (known !== undefined && !beginsAnew(sight, known)) return known
      return database.transaction(() => {
        const last = find(scope)
        if (last !== undefined && !beginsAnew(sight, last)) return last
        database
          .prepare('INSERT OR REPLACE INTO slot (scope, schedule, slot_at, daemon, settled) VALUES (?, ?, ?, ?, 1)')
          .run(scope, schedule, now, daemon ?? null)
        return { scope, schedule, slotAt: now, settled: true, ...(daemon === undefined ? {} : { daemon }) }
      })
    },
    async claim({ scope, schedule, slotAt, daemon }) {
      return database.transaction(() => {
        const last = find(scope)
        if (last === undefined || last.schedule !== schedule || !isFree(last, slotAt, daemon)) return false
        database
          .prepare('UPDATE slot SET slot_at = ?, daemon = ?, settled = 0 WHERE scope = ?')
          .run(slotAt, daemon, scope)
        return true
      })
    },
    async settle(scope, slotAt) {
      database.prepare('UPDATE slot SET settled = 1 WHERE scope = ? AND slot_at = ?').run(scope, slotAt)
    },
  }
}

interface Sight {
  readonly schedule: string
  readonly now: number
  readonly daemon: string | undefined
}
