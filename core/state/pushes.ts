import type { Database } from './database.ts'
import type { Pushes } from './state.ts'
import { targetKey } from './target-key.ts'

export function createPushes(database: Database): Pushes {
  return {
    async begin({ target, id, runId, planHash, startedAt, records }) {
      database
        .prepare(
          'INSERT OR REPLACE INTO pending_push (target, id, run_id, plan_hash, started_at, records) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(targetKey(target), id, runId, planHash, startedAt, records)
    },
    async withdraw(id) {
      database.prepare('DELETE FROM pending_push WHERE id = ?').run(id)
    },
    async pending(target) {
      const row = database.prepare('SELECT * FROM pending_push WHERE target = ?').get(targetKey(target))
      if (row === undefined) return undefined
      return {
        id: String(row['id']),
        runId: String(row['run_id']),
        target,
        planHash: String(row['plan_hash']),
        startedAt: Number(row['started_at']),
        records: Number(row['records']),
      }
    },
  }
}
