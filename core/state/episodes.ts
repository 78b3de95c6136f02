import { DAY, MINUTE } from '../clock.ts'
import type { Database, SqlRow } from './database.ts'
import type { Delivery, Episode, Episodes, LoginWarning } from './state.ts'

/** Long enough for one attempt; whoever is killed in it leaves the message to the next. */
const TAKEN_MS = MINUTE

/** Messages to notifiers that no configuration names any more are nobody's. */
const KEPT_MS = 7 * DAY

/** Logins and resources share a table; scopes of resources are digests. */
const LOGINS = 'login:*'

/** A later message on the same resource waits for the earlier one: nobody is told of a recovery before the trouble. */
const DUE = `
  SELECT * FROM delivery d WHERE due_at <= ? AND notifier = ? AND NOT EXISTS (
    SELECT 1 FROM delivery e WHERE e.notifier = d.notifier AND e.id < d.id AND e.due_at > ?
      AND json_extract(e.notice, '$.resource') IS json_extract(d.notice, '$.resource')
  ) ORDER BY id`

type Messages = readonly { readonly notifier: string; readonly notice: unknown }[]

export function createEpisodes(database: Database): Episodes {
  const textOf = (scope: string): string | undefined => {
    const row = database.prepare('SELECT row FROM episode WHERE scope = ?').get(scope)
    return row === undefined ? undefined : String(row['row'])
  }

  function rowOf(scope: string): unknown {
    const text = textOf(scope)
    return text === undefined ? undefined : JSON.parse(text)
  }

  function isStill(scope: string, before: Episode | LoginWarning | undefined): boolean {
    if (before !== undefined && textOf(before.scope) !== JSON.stringify(before)) return false
    return before?.scope === scope || textOf(scope) === undefined
  }

  function insert(messages: Messages, at: number): void {
    if (messages.length === 0) return
    database.prepare('DELETE FROM delivery WHERE at < ?').run(at - KEPT_MS)
    const statement = database.prepare(
      'INSERT INTO delivery (notifier, at, due_at, attempts, notice) VALUES (?, ?, ?, 0, ?)',
    )
    for (const { notifier, notice } of messages) statement.run(notifier, at, at, JSON.stringify(notice))
  }

  function dueTo(notifiers: readonly string[], now: number): Delivery[] {
    const due = database.prepare(DUE)
    return notifiers.flatMap((notifier) => due.all(now, notifier, now)).map(deliveryOf)
  }

  return {
    get: async (scope) => rowOf(scope) as Episode | undefined,
    async list() {
      const rows = database.prepare('SELECT row FROM episode WHERE scope NOT GLOB ? ORDER BY scope').all(LOGINS)
      return rows.map((row) => JSON.parse(String(row['row'])) as Episode)
    },
    loginWarning: async (scope) => rowOf(scope) as LoginWarning | undefined,
    async change({ scope, before, after, messages, at }) {
      return database.transaction(() => {
        if (!isStill(scope, before)) return false
        database.prepare('DELETE FROM episode WHERE scope IN (?, ?)').run(scope, before?.scope ?? scope)
        if (after !== undefined)
          database.prepare('INSERT INTO episode (scope, row) VALUES (?, ?)').run(scope, JSON.stringify(after))
        insert(messages, at)
        return true
      })
    },
    async queue(messages, at) {
      database.transaction(() => insert(messages, at))
    },
    async take(now, notifiers) {
      // Asked without a lock first: there is hardly ever one.
      if (dueTo(notifiers, now).length === 0) return []
      return database.transaction(() => {
        const taken = dueTo(notifiers, now)
        const keep = database.prepare('UPDATE delivery SET due_at = ? WHERE id = ?')
        for (const { id } of taken) keep.run(now + TAKEN_MS, id)
        return taken
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
