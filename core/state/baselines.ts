import type { Clock } from '../clock.ts'
import { DAY } from '../clock.ts'
import type { Database, SqlRow } from './database.ts'
import type { BaselineCommit, BaselineHead, BaselineRecord, Baselines, Target } from './state.ts'
import { targetKey } from './target-key.ts'

const BATCH = 1000
/** No guard looks further back. */
const DEPARTURE_LIFE = 35 * DAY

export function createBaselines(database: Database, clock: Clock): Baselines {
  const headOf = (target: Target): SqlRow | undefined =>
    database
      .prepare(
        'SELECT * FROM baseline WHERE base_url = ? AND connection = ? AND type = ? AND resource_id = ? AND shape = ?',
      )
      .get(...fields(target))

  async function* records(target: Target): AsyncGenerator<readonly BaselineRecord[], void, void> {
    const head = headOf(target)
    if (head === undefined) return
    const page = database.prepare(
      'SELECT * FROM baseline_record WHERE baseline = ? AND unique_id > ? ORDER BY unique_id LIMIT ?',
    )
    // By key and not by a cursor: no read transaction stays open while somebody awaits.
    let after: string | undefined
    for (;;) {
      const rows =
        after === undefined
          ? database
              .prepare('SELECT * FROM baseline_record WHERE baseline = ? ORDER BY unique_id LIMIT ?')
              .all(head['id']!, BATCH)
          : page.all(head['id']!, after, BATCH)
      if (rows.length === 0) return
      yield rows.map((row) => recordOf(row, Number(head['confirmed_at'])))
      after = String(rows.at(-1)?.['unique_id'])
    }
  }

  return {
    async head(target) {
      const row = headOf(target)
      return row === undefined ? undefined : toHead(row)
    },
    async heads({ baseUrl, connection, type }) {
      const rows = database
        .prepare('SELECT * FROM baseline WHERE base_url = ? AND connection = ? AND type = ?')
        .all(baseUrl, connection, type)
      return rows.map(toHead)
    },
    records,
    async commit(commit) {
      database.transaction(() => applyCommit(database, commit, clock.now()))
    },
    async departures(targets, since) {
      const statement = database.prepare('SELECT digest FROM departure WHERE target = ? AND at > ? AND approved = 0')
      const digests = targets.flatMap((target) =>
        statement.all(targetKey(target), since).map((row) => String(row['digest'])),
      )
      return new Set(digests)
    },
  }
}

function fields(target: Target): [string, string, string, string, string] {
  return [target.baseUrl, target.connection, target.type, target.resourceId, target.shape]
}

function applyCommit(database: Database, commit: BaselineCommit, now: number): void {
  const { target } = commit
  const id = saveHead(database, commit)
  if (commit.replace) database.prepare('DELETE FROM baseline_record WHERE baseline = ?').run(id)
  const remove = database.prepare('DELETE FROM baseline_record WHERE baseline = ? AND unique_id = ?')
  for (const uniqueId of commit.removed) remove.run(id, uniqueId)
  const upsert = database.prepare(
    'INSERT OR REPLACE INTO baseline_record (baseline, unique_id, body, accepted_at, grp) VALUES (?, ?, ?, ?, ?)',
  )
  for (const { uniqueId, body, acceptedAt, group } of commit.upserted)
    upsert.run(id, uniqueId, body, acceptedAt, group ?? null)
  database
    .prepare('UPDATE baseline SET records = (SELECT count(*) FROM baseline_record WHERE baseline = id) WHERE id = ?')
    .run(id)
  database.prepare('DELETE FROM pending_push WHERE target = ?').run(targetKey(target))
  saveDepartures(database, commit, now)
}

function saveHead(database: Database, { target, ...commit }: BaselineCommit): number {
  database
    .prepare(
      `INSERT INTO baseline (base_url, connection, type, resource_id, shape, records, confirmed_at, origin, siblings, run_id)
       VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?)
       ON CONFLICT (base_url, connection, type, resource_id, shape) DO UPDATE
       SET confirmed_at = excluded.confirmed_at, origin = excluded.origin, siblings = excluded.siblings, run_id = excluded.run_id`,
    )
    .run(...fields(target), commit.confirmedAt, commit.origin, JSON.stringify(commit.siblings), commit.runId)
  const row = database
    .prepare(
      'SELECT id FROM baseline WHERE base_url = ? AND connection = ? AND type = ? AND resource_id = ? AND shape = ?',
    )
    .get(...fields(target))
  return Number(row?.['id'])
}

function saveDepartures(
  database: Database,
  { target, departed, returned, confirmedAt }: BaselineCommit,
  now: number,
): void {
  const key = targetKey(target)
  const depart = database.prepare('INSERT OR REPLACE INTO departure (target, digest, at, approved) VALUES (?, ?, ?, ?)')
  for (const digest of departed?.digests ?? [])
    depart.run(key, digest, confirmedAt, departed?.approved === true ? 1 : 0)
  const comeBack = database.prepare('DELETE FROM departure WHERE digest = ?')
  for (const digest of returned ?? []) comeBack.run(digest)
  database.prepare('DELETE FROM departure WHERE at < ?').run(now - DEPARTURE_LIFE)
}

function toHead(row: SqlRow): BaselineHead {
  return {
    target: {
      baseUrl: String(row['base_url']),
      connection: String(row['connection']),
      type: String(row['type']),
      resourceId: String(row['resource_id']),
      shape: String(row['shape']),
    },
    records: Number(row['records']),
    confirmedAt: Number(row['confirmed_at']),
    origin: row['origin'] === 'read' ? 'read' : 'push',
    siblings: JSON.parse(String(row['siblings'])) as string[],
  }
}

function recordOf(row: SqlRow, confirmedAt: number): BaselineRecord {
  const group = row['grp']
  return {
    uniqueId: String(row['unique_id']),
    body: String(row['body']),
    acceptedAt: row['accepted_at'] === null ? confirmedAt : Number(row['accepted_at']),
    ...(group === null || group === undefined ? {} : { group: String(group) }),
  }
}
