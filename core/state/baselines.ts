import type { Clock } from '../clock.ts'
import { DAY } from '../clock.ts'
import type { Database, SqlRow, SqlValue } from './database.ts'
import type { BaselineCommit, BaselineHead, BaselineRecord, Baselines, Missed, Target } from './state.ts'
import { targetKey } from './target-key.ts'

const BATCH = 1000
/** Rows in one INSERT: each statement has a price of its own. */
const ROWS = 100
const OF_TARGET = 'base_url = ? AND connection = ? AND type = ? AND resource_id = ? AND shape = ?'
/** No guard looks further back. */
const DEPARTURE_LIFE = 35 * DAY

export function createBaselines(database: Database, clock: Clock): Baselines {
  const headOf = (target: Target): SqlRow | undefined =>
    database.prepare(`SELECT * FROM baseline WHERE ${OF_TARGET}`).get(...fields(target))

  /** On a connection of its own: all batches come from one moment, while we and others may write. */
  async function* records(target: Target): AsyncGenerator<readonly BaselineRecord[], void, void> {
    const reader = database.another()
    try {
      reader.exec('BEGIN')
      const head = reader.prepare(`SELECT * FROM baseline WHERE ${OF_TARGET}`).get(...fields(target))
      if (head !== undefined) yield* batches(reader, Number(head['id']), Number(head['confirmed_at']))
    } finally {
      reader.close()
    }
  }

  return {
    async head(target) {
      const row = headOf(target)
      return row === undefined ? undefined : toHead(row)
    },
    async heads({ baseUrl, connection, type }) {
      const rows = database
        .prepare(
          'SELECT * FROM baseline WHERE base_url = ? AND connection = coalesce(?, connection) AND type = coalesce(?, type)',
        )
        .all(baseUrl, connection ?? null, type ?? null)
      return rows.map(toHead)
    },
    records,
    async commit(commit) {
      database.transaction(() => applyCommit(database, commit, clock.now()))
    },
    async noteGone(targets, missed) {
      database.transaction(() => saveGone(database, targets.map(headOf), missed))
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

function* batches(reader: Database, baseline: number, confirmedAt: number): Generator<readonly BaselineRecord[]> {
  const all = reader.prepare('SELECT * FROM baseline_record WHERE baseline = ? ORDER BY unique_id')
  let batch: BaselineRecord[] = []
  for (const row of all.iterate(baseline)) {
    batch.push(recordOf(row, confirmedAt))
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
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
  upsertAll(database, id, commit.upserted)
  database
    .prepare('UPDATE baseline SET records = (SELECT count(*) FROM baseline_record WHERE baseline = id) WHERE id = ?')
    .run(id)
  database.prepare('DELETE FROM pending_push WHERE target = ?').run(targetKey(target))
  saveDepartures(database, commit, now)
}

function upsertAll(database: Database, baseline: number, upserted: BaselineCommit['upserted']): void {
  const many = database.prepare(upsertOf(ROWS))
  let values: SqlValue[] = []
  for (const { uniqueId, body, acceptedAt, group, goneAt } of upserted) {
    values.push(baseline, uniqueId, body, acceptedAt, group ?? null, goneAt ?? null)
    if (values.length < ROWS * COLUMNS) continue
    many.run(...values)
    values = []
  }
  if (values.length > 0) database.prepare(upsertOf(values.length / COLUMNS)).run(...values)
}

const COLUMNS = 6

function upsertOf(rows: number): string {
  const places = Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?)').join(', ')
  return `INSERT OR REPLACE INTO baseline_record (baseline, unique_id, body, accepted_at, grp, gone_at) VALUES ${places}`
}

function saveGone(database: Database, heads: readonly (SqlRow | undefined)[], { gone, leaving }: Missed): void {
  const ids = heads.flatMap((head) => (head === undefined ? [] : [Number(head['id'])]))
  const all = database.prepare(
    'SELECT unique_id, gone_at FROM baseline_record WHERE baseline = ? AND gone_at IS NOT NULL',
  )
  const before = ids.map((id) => new Map(all.all(id).map((row) => [row['unique_id'], Number(row['gone_at'])])))
  const forget = database.prepare(
    'UPDATE baseline_record SET gone_at = NULL WHERE baseline = ? AND gone_at IS NOT NULL',
  )
  for (const id of ids) forget.run(id)
  const note = database.prepare('UPDATE baseline_record SET gone_at = ? WHERE baseline = ? AND unique_id = ?')
  for (const { uniqueId, goneAt } of gone) for (const id of ids) note.run(goneAt, id, uniqueId)
  for (const uniqueId of leaving) {
    for (const [index, id] of ids.entries()) note.run(before[index]?.get(uniqueId) ?? null, id, uniqueId)
  }
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
  const row = database.prepare(`SELECT id FROM baseline WHERE ${OF_TARGET}`).get(...fields(target))
  return Number(row?.['id'])
}

function saveDepartures(
  database: Database,
  { target, siblings, departed, returned, confirmedAt }: BaselineCommit,
  now: number,
): void {
  const key = targetKey(target)
  const depart = database.prepare('INSERT OR REPLACE INTO departure (target, digest, at, approved) VALUES (?, ?, ?, ?)')
  for (const digest of departed?.digests ?? [])
    depart.run(key, digest, confirmedAt, departed?.approved === true ? 1 : 0)
  // An id may come back in another part than it left from; what other resources lost stays lost.
  const parts = new Set(partsOf(database, target, siblings).map((resourceId) => targetKey({ ...target, resourceId })))
  const comeBack = database.prepare('DELETE FROM departure WHERE target = ? AND digest = ?')
  for (const digest of returned ?? []) for (const part of parts) comeBack.run(part, digest)
  database.prepare('DELETE FROM departure WHERE at < ?').run(now - DEPARTURE_LIFE)
}

/** The resource ids of the set, those that the config no longer lists included. */
function partsOf(
  database: Database,
  { baseUrl, connection, type, resourceId, shape }: Target,
  siblings: readonly string[],
): string[] {
  const own = new Set([resourceId, ...siblings])
  const heads = database
    .prepare('SELECT * FROM baseline WHERE base_url = ? AND connection = ? AND type = ? AND shape = ?')
    .all(baseUrl, connection, type, shape)
    .map(toHead)
  const former = heads.filter((head) => head.siblings.some((sibling) => own.has(sibling)))
  return [...own, ...former.map((head) => head.target.resourceId)]
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
  const [group, goneAt] = [row['grp'], row['gone_at']]
  return {
    uniqueId: String(row['unique_id']),
    body: String(row['body']),
    acceptedAt: row['accepted_at'] === null ? confirmedAt : Number(row['accepted_at']),
    ...(group === null || group === undefined ? {} : { group: String(group) }),
    ...(goneAt === null || goneAt === undefined ? {} : { goneAt: Number(goneAt) }),
  }
}
