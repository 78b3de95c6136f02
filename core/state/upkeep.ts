/** Removes and rewrites what the state need not hold any more. */
import { DAY, MINUTE, SECOND, toInstant } from '../clock.ts'
import { RETAIN, retainFactsOf, type RetainFacts } from '../history/chain.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'
import { appendWithin, storedEntryOf } from './history.ts'
import { keepTotals } from './run-totals.ts'
import { BUSY_MS } from './sqlite.ts'
import type { AgeLimit, Change, Erased, Remains, RunRow, Upkeep } from './state.ts'

const CLAIMED = 'upkeep'
/** Runs in one transaction: nobody else waits for long. */
const BATCH = 50
const LONGEST_STEP = 7 * DAY

export function createUpkeep(database: Database): Upkeep {
  return {
    claim: async (now) => {
      // Asked without a lock first: it is due once a day.
      if (reckon(lastClaim(database), now) === undefined) return undefined
      return database.transaction(() => claim(database, now))
    },
    cut: async (limit) => {
      const entries = chainsOf(database).reduce((sum, chain) => sum + cutChain(database, chain, limit), 0)
      const runs = database.transaction(() => cutRuns(database, limit.before))
      emptyLog(database, 0)
      return { entries, runs }
    },
    age: async (limit, change) => {
      let aged = 0
      for (;;) {
        const done = database.transaction(() => ageSome(database, limit, change))
        aged += done
        if (done < BATCH) return aged
      }
    },
    erase: async (erasing, record) =>
      database.transaction(() => {
        const erased = erase(database, erasing)
        const entry = record(erased)
        if (entry !== undefined) appendWithin(database, entry)
        return erased
      }),
    wipe: async () => wipe(database),
    remains: async (id, texts) => remains(database, id, texts),
  }
}

interface Claim {
  readonly at: number
  readonly reckoned: number
}

function lastClaim(database: Database): Claim | undefined {
  const row = database.prepare('SELECT value FROM meta WHERE name = ?').get(CLAIMED)
  return row === undefined ? undefined : (JSON.parse(String(row['value'])) as Claim)
}

/** A time to come is that of a clock that was wrong. */
function reckon(last: Claim | undefined, now: number): number | undefined {
  if (last === undefined) return now
  if (now - last.at < DAY && last.at <= now + MINUTE) return undefined
  return last.reckoned > now ? now : Math.min(now, last.reckoned + LONGEST_STEP)
}

function claim(database: Database, now: number): number | undefined {
  const reckoned = reckon(lastClaim(database), now)
  if (reckoned === undefined) return undefined
  const value = JSON.stringify({ at: now, reckoned } satisfies Claim)
  database.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(CLAIMED, value)
  return reckoned
}

function chainsOf(database: Database): string[] {
  return database
    .prepare('SELECT DISTINCT chain FROM history')
    .all()
    .map((row) => String(row['chain']))
}

/** From the front, up to the first entry that is young enough; how many they were. */
function cutChain(database: Database, chain: string, limit: AgeLimit): number {
  const isOld = database.prepare('SELECT at FROM history WHERE chain = ? ORDER BY seq LIMIT 1')
  if (Number(isOld.get(chain)?.['at'] ?? limit.before) >= limit.before) return 0
  return database.transaction(() => cutFront(database, chain, limit))
}

function cutFront(database: Database, chain: string, { before, now }: AgeLimit): number {
  const young = database.prepare('SELECT min(seq) AS seq FROM history WHERE chain = ? AND at >= ?').get(chain, before)
  const end = Number(young?.['seq'] ?? Number.MAX_SAFE_INTEGER)
  const gone = database.prepare('SELECT count(*) AS entries FROM history WHERE chain = ? AND seq < ?').get(chain, end)
  const last = database
    .prepare('SELECT * FROM history WHERE chain = ? AND seq < ? ORDER BY seq DESC LIMIT 1')
    .get(chain, end)
  if (last === undefined) return 0
  const anchor = storedEntryOf(last)
  const removed = Number(gone?.['entries'])
  // A chain that rests keeps the entry of its last removal, which would only be replaced by another.
  if (removed === 1 && anchor.kind === RETAIN) return 0
  const facts: RetainFacts = {
    removed,
    removedInAll: removed + removedBefore(database, chain),
    anchor: anchor.hash,
    until: toInstant(anchor.at),
    olderThan: toInstant(before),
  }
  // First, so that it follows the entry that was the newest.
  appendWithin(database, { chain, at: now, kind: RETAIN, facts: { ...facts } })
  database.prepare('DELETE FROM history WHERE chain = ? AND seq <= ?').run(chain, anchor.seq)
  return removed
}

function removedBefore(database: Database, chain: string): number {
  const row = database
    .prepare('SELECT * FROM history WHERE chain = ? AND kind = ? ORDER BY seq DESC LIMIT 1')
    .get(chain, RETAIN)
  return row === undefined ? 0 : (retainFactsOf(storedEntryOf(row))?.removedInAll ?? 0)
}

/** What health and the guard look at stays, however old: the last row of each resource, and its last success. */
const OLD_ROWS = `
  at < ?
  AND EXISTS (SELECT 1 FROM resource_run n WHERE n.scope = resource_run.scope AND n.at > resource_run.at)
  AND (success = 0 OR EXISTS (
    SELECT 1 FROM resource_run n WHERE n.scope = resource_run.scope AND n.success = 1 AND n.at > resource_run.at
  ))`

const ENDED = "status NOT IN ('open', 'approved', 'rejected')"

function cutRuns(database: Database, before: number): number {
  keepTotals(database, OLD_ROWS, before)
  database.prepare(`DELETE FROM resource_run WHERE ${OLD_ROWS}`).run(before)
  database
    .prepare(
      `DELETE FROM hold_subject WHERE hold IN (SELECT id FROM hold WHERE opened_at < ? AND expires_at < ? AND ${ENDED})`,
    )
    .run(before, before)
  database.prepare(`DELETE FROM hold WHERE opened_at < ? AND expires_at < ? AND ${ENDED}`).run(before, before)
  return database
    .prepare(
      "DELETE FROM run WHERE started_at < ? AND status <> 'running' AND id NOT IN (SELECT run_id FROM resource_run)",
    )
    .run(before).changes
}

type Ageing = Parameters<Upkeep['age']>[1]

function ageSome(database: Database, { before, now }: AgeLimit, change: Ageing): number {
  const runs = database
    .prepare(
      `SELECT id, row, document FROM run WHERE started_at < ? AND status <> 'running'
       AND json_extract(row, '$.erasedAt') IS NULL ORDER BY started_at LIMIT ?`,
    )
    .all(before, BATCH)
  const rows = database.prepare('SELECT run_id, scope, row FROM resource_run WHERE run_id = ?')
  const saveRun = database.prepare('UPDATE run SET row = ?, document = ? WHERE id = ?')
  const saveRow = database.prepare('UPDATE resource_run SET row = ? WHERE run_id = ? AND scope = ?')
  for (const { id = null, row, document } of runs) {
    const run: RunRow = { ...(JSON.parse(String(row)) as RunRow), erasedAt: now }
    const changed = typeof document === 'string' ? JSON.stringify(change.document(JSON.parse(document))) : null
    saveRun.run(JSON.stringify(run), changed, id)
    for (const each of rows.all(id)) {
      const after = change.row(JSON.parse(String(each['row'])))
      saveRow.run(JSON.stringify(after), id, String(each['scope']))
    }
  }
  return runs.length
}

/** Where documents are kept as JSON, and by which columns a row of it is found. */
const PLACES = [
  { of: 'runs', table: 'run', column: 'document', keys: ['id'] },
  { of: 'runs', table: 'resource_run', column: 'row', keys: ['run_id', 'scope'] },
  { of: 'holds', table: 'hold', column: 'document', keys: ['id'] },
  { of: 'others', table: 'delivery', column: 'notice', keys: ['id'] },
  { of: 'others', table: 'episode', column: 'row', keys: ['scope'] },
  { of: 'others', table: 'connector_check', column: 'row', keys: ['connector'] },
] as const

type Place = (typeof PLACES)[number]

interface Erasing {
  readonly texts: readonly string[]
  readonly change: Change
}

function erase(database: Database, erasing: Erasing): Erased {
  const runs = new Set<SqlValue>()
  const counts = { holds: 0, others: 0 }
  for (const place of PLACES) {
    const changed = eraseAt(database, place, erasing)
    if (place.of === 'runs') for (const [run = null] of changed) runs.add(run)
    else counts[place.of] += changed.length
  }
  return { runs: runs.size, ...counts }
}

/** One row at a time: documents may be large. Gives the keys of those that changed. */
function eraseAt(database: Database, { table, column, keys }: Place, { texts, change }: Erasing): SqlValue[][] {
  const holds = texts.map(() => `instr(${column}, ?) > 0`).join(' OR ')
  const found = database.prepare(`SELECT ${keys.join(', ')} FROM ${table} WHERE ${holds}`).all(...texts)
  const byKey = keys.map((key) => `${key} = ?`).join(' AND ')
  const read = database.prepare(`SELECT ${column} FROM ${table} WHERE ${byKey}`)
  const save = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${byKey}`)
  const changed: SqlValue[][] = []
  for (const row of found) {
    const key = keys.map((name) => row[name] ?? null)
    const text = String(read.get(...key)?.[column])
    const after = JSON.stringify(change(JSON.parse(text)))
    if (after === text) continue
    save.run(after, ...key)
    changed.push(key)
  }
  return changed
}

/** Writes the file anew, so that no page keeps a copy of what was there, and empties the log of changes. */
function wipe(database: Database): boolean {
  database.exec('VACUUM')
  return emptyLog(database, SECOND)
}

/**
 * Moves all changes from SQLite's log into the file, where what was deleted is overwritten; the log still has it. False
 * when somebody reads for longer than `waitMs`.
 */
export function emptyLog(database: Database, waitMs: number): boolean {
  database.exec(`PRAGMA busy_timeout = ${waitMs}`)
  const result = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
  return Number(result?.['busy'] ?? 1) === 0
}

function remains(database: Database, id: string, texts: readonly string[]): Remains {
  const held = database
    .prepare(
      `SELECT resource_id FROM baseline WHERE EXISTS (
         SELECT 1 FROM baseline_record WHERE baseline = baseline.id AND unique_id = ?
       ) ORDER BY id`,
    )
    .all(id)
  const typed = texts.map(() => 'instr(facts, ?) > 0').join(' OR ')
  const entries = database.prepare(`SELECT seq FROM history WHERE ${typed} ORDER BY seq`).all(...texts)
  return { resourceIds: namesOf(held), entries: entries.map((row) => Number(row['seq'])) }
}

function namesOf(rows: readonly SqlRow[]): string[] {
  return [...new Set(rows.map((row) => String(row['resource_id'])))]
}
