import type { Database } from './database.ts'
import type { SlotClaim, Slots } from './state.ts'

/** `isAlive` tells whether a daemon lives: a slot that a dead one took and did not settle is free again. */
export function createSlots(database: Database, isAlive: (daemon: string) => boolean): Slots {
  function find(scope: string): SlotClaim | undefined {
    const row = database.prepare('SELECT * FROM slot WHERE scope = ?').get(scope)
    if (row === undefined) return undefined
    const daemon = row['daemon']
    return {
      scope,
      schedule: String(row['schedule']),
      slotAt: Number(row['slot_at']),
      settled: Number(row['settled']) === 1,
      ...(typeof daemon === 'string' ? { daemon } : {}),
    }
  }

  function isFree(last: SlotClaim, slotAt: number): boolean {
    if (slotAt > last.slotAt) return true
    return slotAt === last.slotAt && !last.settled && last.daemon !== undefined && !isAlive(last.daemon)
  }

  return {
    async get(scope) {
      return find(scope)
    },
    async see(scope, schedule, now) {
      if (find(scope)?.schedule === schedule) return
      database.transaction(() => {
        if (find(scope)?.schedule === schedule) return
        database
          .prepare('INSERT OR REPLACE INTO slot (scope, schedule, slot_at, daemon, settled) VALUES (?, ?, ?, NULL, 1)')
          .run(scope, schedule, now)
      })
    },
    async claim({ scope, schedule, slotAt, daemon }) {
      return database.transaction(() => {
        const last = find(scope)
        if (last === undefined || last.schedule !== schedule || !isFree(last, slotAt)) return false
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
