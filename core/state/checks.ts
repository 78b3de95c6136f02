import type { Database } from './database.ts'
import type { CheckRow, Checks } from './state.ts'

export function createChecks(database: Database): Checks {
  return {
    async save(check) {
      database
        .prepare('INSERT OR REPLACE INTO connector_check (connector, row) VALUES (?, ?)')
        .run(check.connector, JSON.stringify(check))
    },
    async list() {
      const rows = database.prepare('SELECT row FROM connector_check ORDER BY connector').all()
      return rows.map((row) => JSON.parse(String(row['row'])) as CheckRow)
    },
  }
}
