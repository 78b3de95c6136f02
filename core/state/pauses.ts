import type { Database } from './database.ts'
import type { Pause, Pauses } from './state.ts'

export function createPauses(database: Database): Pauses {
  return {
    async live(scope, now) {
      const row = database.prepare('SELECT row FROM pause WHERE scope = ? AND until > ?').get(scope, now)
      return row === undefined ? undefined : (JSON.parse(String(row['row'])) as Pause)
    },
    async save(pause) {
      database
        .prepare('INSERT OR REPLACE INTO pause (scope, until, row) VALUES (?, ?, ?)')
        .run(pause.scope, pause.until, JSON.stringify(pause))
    },
    async end(scope) {
      return database.prepare('DELETE FROM pause WHERE scope = ?').run(scope).changes > 0
    },
  }
}
