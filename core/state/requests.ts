import { type Clock, MINUTE } from '../clock.ts'
import type { Database } from './database.ts'
import type { RequestTimes } from './state.ts'

/** A minute, and a little for clocks that are not the server's. */
const WINDOW = MINUTE + 250

/** Counted in the state, so that all processes on it share the minute's allowance. */
export function createRequestTimes(database: Database, clock: Clock, windowMs = WINDOW): RequestTimes {
  return {
    async reserve(kind, key, limit) {
      return database.transaction(() => {
        const now = clock.now()
        // A clock that was put back would leave requests in the future, which nobody could wait out.
        database.prepare('UPDATE request SET at = ? WHERE at > ?').run(now, now)
        database.prepare('DELETE FROM request WHERE at <= ?').run(now - windowMs)
        const times = database
          .prepare('SELECT at FROM request WHERE kind = ? AND key = ? ORDER BY at DESC LIMIT ?')
          .all(kind, key, limit)
        const oldest = times[limit - 1]
        if (oldest !== undefined) return { waitMs: Math.max(1, Number(oldest['at']) + windowMs - now) }
        const { lastInsertRowid } = database
          .prepare('INSERT INTO request (kind, key, at) VALUES (?, ?, ?)')
          .run(kind, key, now)
        return { ticket: lastInsertRowid }
      })
    },
    async settle(ticket) {
      database.prepare('UPDATE request SET at = ? WHERE ticket = ?').run(clock.now(), ticket)
    },
  }
}
