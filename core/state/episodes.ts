import { MINUTE } from '../clock.ts'
import type { Database, SqlRow } from './database.ts'
import type { Delivery, Episode, Episodes } from './state.ts'

/** Long enough for one attempt; whoever is killed in it leaves the message to the next. */
const TAKEN_MS = MINUTE

export function createEpisodes(database: Database): Episodes {
  const textOf = (scope: string): string | undefined => {
    const row = database.prepare('SELECT row FROM episode WHERE scope = ?').get(scope)
    return row === undefined ? undefined : String(row['row'])
  }

  function insert(messages: readonly { notifier: string; notice: unknown }[], at: number): void {
    const statement = database.prepare(
      'INSERT INTO delivery (notifier, at, due_at, attempts, notice) VALUES (?, ?, ?, 0, ?)',
    )
    for (const { notifier, notice } of messages) statement.run(notifier, at, at, JSON.stringify(notice))
  }

  return {
    async get(scope) {
      const text = textOf(scope)
      return text === undefined ? undefined : (JSON.parse(text) as Episode)
    },
    async list() {
      const rows = database.prepare('SELECT row FROM episode ORDER BY scope').all()
      return rows.map((row) => JSON.parse(String(row['row'])) as Episode)
    },
    async change({ scope, before, after, messages, at }) {
      return database.transaction(() => {
        if (textOf(scope) !== (before === undefined ? undefined : JSON.stringify(before))) return false
        if (after === undefined) database.prepare('DELETE FROM episode WHERE scope = ?').run(scope)
        else {
          database
            .prepare('INSERT OR REPLACE INTO episode (scope, row) VALUES (?, ?)')
            .run(scope, JSON.stringify(after))
        }
        insert(messages, at)
        return true
      })
    },
    async queue(messages, at) {
      database.transaction(() => insert(messages, at))
    },
    async take(now) {
      const due = database.prepare('SELECT * FROM delivery WHERE due_at <= ? ORDER BY id')
      // Asked without a lock first: there is hardly ever one.
      if (due.all(now).length === 0) return []
      return database.transaction(() => {
        const rows = due.all(now)
        database.prepare('UPDATE delivery SET due_at = ? WHERE due_at <= ?').run(now + TAKEN_MS, now)
        return rows.map(deliveryOf)
      })
    },
    async delivered(id) {
      database.prepare('DELETE FROM delivery WHERE id = ?').run(id)
    },
    async failed(id, nextAt) {
      if (nextAt === undefined) database.prepare('DELETE FROM delivery WHERE id = ?').run(id)
      else database.prepare('UPDATE delivery SET due_at = ?, attempts = attempts + 1 WHERE id = ?').run(nextAt, id)
    },
  }
}

function deliveryOf(row: SqlRow): Delivery {
  return {
    id: Number(row['id']),
    notifier: String(row['notifier']),
    at: Number(row['at']),
    attempts: Number(row['attempts']),
    notice: JSON.parse(String(row['notice'])) as unknown,
  }
}
