import { type Clock, MINUTE } from '../clock.ts'
import type { Database } from './database.ts'
import type { RequestKind, RequestTimes } from './state.ts'

/** A minute, and a little for clocks that are not the server's. */
const WINDOW = MINUTE + 250

/** Counted in the state, so that all processes on it share the minute's allowance. */
export function createRequestTimes(database: Database, clock: Clock, windowMs = WINDOW): RequestTimes {
  const unanswered = new Map<number, { kind: RequestKind; key: string }>()
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
        unanswered.set(lastInsertRowid, { kind, key })
        return { ticket: lastInsertRowid }
      })
    },
    async settle(ticket) {
      const request = unanswered.get(ticket)
      if (request === undefined) return
      unanswered.delete(ticket)
      // A request that took longer than the window was forgotten meanwhile; the server may have counted it only now.
      database
        .prepare('INSERT OR REPLACE INTO request (ticket, kind, key, at) VALUES (?, ?, ?, ?)')
        .run(ticket, request.kind, request.key, clock.now())
    },
  }
}
