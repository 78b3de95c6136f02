import type { Clock } from '../clock.ts'
import type { Database, SqlRow } from './database.ts'
import type { Hold, Holds } from './state.ts'

export function createHolds(database: Database, clock: Clock): Holds {
  const dueNow = (): SqlRow[] =>
    database
      .prepare("SELECT * FROM hold WHERE status IN ('open', 'approved', 'rejected') AND expires_at <= ?")
      .all(clock.now())

  /** Looked at again behind the lock: another process may have used the approval meanwhile. */
  function expire(): void {
    if (dueNow().length === 0) return
    database.transaction(() => {
      for (const row of dueNow()) save({ ...toHold(row), status: 'expired' })
    })
  }

  function save(hold: Hold): void {
    database
      .prepare(
        'INSERT OR REPLACE INTO hold (id, scope, status, opened_at, expires_at, document) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(hold.id, hold.scope, hold.status, hold.openedAt, hold.expiresAt, JSON.stringify(hold))
  }

  return {
    async get(id) {
      expire()
      const row = database.prepare('SELECT * FROM hold WHERE id = ?').get(id)
      return row === undefined ? undefined : toHold(row)
    },
    async live(scope) {
      expire()
      const row = database
        .prepare("SELECT * FROM hold WHERE scope = ? AND status IN ('open', 'approved', 'rejected')")
        .get(scope)
      return row === undefined ? undefined : toHold(row)
    },
    async list({ scope, status } = {}) {
      expire()
      const rows = database.prepare('SELECT * FROM hold ORDER BY opened_at DESC').all()
      return rows
        .map(toHold)
        .filter((hold) => (scope ?? hold.scope) === hold.scope && (status ?? hold.status) === hold.status)
    },
    async save(hold, subjects) {
      database.transaction(() => {
        save(hold)
        if (subjects === undefined) return
        database.prepare('DELETE FROM hold_subject WHERE hold = ?').run(hold.id)
        const insert = database.prepare('INSERT OR IGNORE INTO hold_subject (hold, rule, subject) VALUES (?, ?, ?)')
        for (const { rule, subject } of subjects) insert.run(hold.id, rule, subject)
      })
    },
    async change(before, after) {
      expire()
      const { changes } = database
        .prepare('UPDATE hold SET status = ?, expires_at = ?, document = ? WHERE id = ? AND status = ?')
        .run(after.status, after.expiresAt, JSON.stringify(after), before.id, before.status)
      return changes === 1
    },
    async covers(id, subjects) {
      const find = database.prepare('SELECT 1 FROM hold_subject WHERE hold = ? AND rule = ? AND subject = ?')
      for (const { rule, subject } of subjects) if (find.get(id, rule, subject) === undefined) return false
      return true
    },
  }
}

function toHold(row: SqlRow): Hold {
  return JSON.parse(String(row['document'])) as Hold
}
