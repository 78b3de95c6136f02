import type { Database, SqlRow } from './database.ts'
import { appendWithin } from './history.ts'
import { totalsOf } from './run-totals.ts'
import type { LatestRuns, ResourceRunRow, RunRecord, RunRow, Runs } from './state.ts'

const DEFAULT_LIMIT = 20

/** `isAlive` tells whether the process of a run that has no end lives. */
export function createRuns(database: Database, isAlive: (runId: string) => boolean): Runs {
  function recordOf(row: SqlRow): RunRecord {
    const run = JSON.parse(String(row['row'])) as RunRow
    const rows = database.prepare('SELECT row FROM resource_run WHERE run_id = ? ORDER BY resource').all(run.id)
    const document = row['document']
    return {
      ...run,
      resources: rows.map(resourceRunOf),
      ...(typeof document === 'string' ? { document: JSON.parse(document) as unknown } : {}),
    }
  }

  function update(id: string, change: (run: RunRow) => RunRow, document: string | null): void {
    const row = database.prepare('SELECT * FROM run WHERE id = ?').get(id)
    if (row === undefined) return
    const run = change(JSON.parse(String(row['row'])) as RunRow)
    database
      .prepare('UPDATE run SET status = ?, row = ?, document = ? WHERE id = ?')
      .run(run.status, JSON.stringify(run), document, id)
  }

  /** Rows are ordered by it: when the clock was put back, an earlier run would stay the latest. The row tells the time. */
  function nextAt(scope: string): number {
    const row = database.prepare('SELECT max(at) AS at FROM resource_run WHERE scope = ?').get(scope)
    return row?.['at'] === null || row === undefined ? 0 : Number(row['at']) + 1
  }

  /** Where a page of runs goes on; before nothing when there is no such run. */
  function beginOf(id: string | undefined): { at: number; id: string } {
    if (id === undefined) return { at: Number.MAX_SAFE_INTEGER, id: '' }
    const row = database.prepare('SELECT started_at FROM run WHERE id = ?').get(id)
    return { at: Number(row?.['started_at'] ?? 0), id }
  }

  return {
    async begin(run) {
      const row: RunRow = { ...run, status: 'running' }
      database
        .prepare('INSERT INTO run (id, status, started_at, row) VALUES (?, ?, ?, ?)')
        .run(run.id, row.status, run.startedAt, JSON.stringify(row))
    },
    async finish(id, { finishedAt, outcome, exitCode, resources, document, history = [] }) {
      return database.transaction(() => {
        const kept = document === undefined ? null : JSON.stringify(document)
        update(id, (run) => ({ ...run, status: 'finished', finishedAt, outcome, exitCode }), kept)
        const insert = database.prepare(
          'INSERT INTO resource_run (run_id, scope, resource, at, success, row) VALUES (?, ?, ?, ?, ?, ?)',
        )
        for (const row of resources) {
          const at = Math.max(row.at, nextAt(row.scope))
          insert.run(id, row.scope, row.resource, at, row.success ? 1 : 0, JSON.stringify(row))
        }
        return new Map(history.map((entry) => [entry.chain, appendWithin(database, entry)]))
      })
    },
    async settleInterrupted(at) {
      const running = database.prepare("SELECT id FROM run WHERE status = 'running'")
      const dead = (): string[] =>
        running
          .all()
          .map((row) => String(row['id']))
          .filter((id) => !isAlive(id))
      if (dead().length === 0) return
      database.transaction(() => {
        for (const id of dead()) {
          update(id, (run) => ({ ...run, status: 'interrupted', finishedAt: at, outcome: 'interrupted' }), null)
        }
      })
    },
    async list({ resource, limit = DEFAULT_LIMIT, status, before }) {
      const end = beginOf(before)
      const rows =
        resource === undefined
          ? database
              .prepare(
                `SELECT row FROM run WHERE status = coalesce(?, status) AND (started_at, id) < (?, ?)
                 ORDER BY started_at DESC, id DESC LIMIT ?`,
              )
              .all(status ?? null, end.at, end.id, limit)
          : database
              .prepare(
                `SELECT row FROM run WHERE status = coalesce(?, status) AND (started_at, id) < (?, ?)
                 AND id IN (SELECT run_id FROM resource_run WHERE resource = ?) ORDER BY started_at DESC, id DESC LIMIT ?`,
              )
              .all(status ?? null, end.at, end.id, resource, limit)
      return rows.map(recordOf)
    },
    async rows({ resource, limit, since = 0 }) {
      return database
        .prepare('SELECT row FROM resource_run WHERE resource = ? AND at >= ? ORDER BY at DESC, run_id DESC LIMIT ?')
        .all(resource, since, limit)
        .map(resourceRunOf)
    },
    totals: async () => totalsOf(database),
    async get(id) {
      const row = database.prepare('SELECT * FROM run WHERE id = ?').get(id)
      return row === undefined ? undefined : recordOf(row)
    },
    async latest(scopes) {
      const last = database.prepare(
        'SELECT row FROM resource_run WHERE scope = ? ORDER BY at DESC, run_id DESC LIMIT 1',
      )
      const success = database.prepare(
        'SELECT row FROM resource_run WHERE scope = ? AND success = 1 ORDER BY at DESC, run_id DESC LIMIT 1',
      )
      const first = database.prepare('SELECT min(at) AS at FROM resource_run WHERE scope = ?')
      const found = new Map<string, LatestRuns>()
      for (const scope of scopes) {
        const lastRow = last.get(scope)
        const successRow = success.get(scope)
        found.set(scope, {
          ...(lastRow === undefined ? {} : { last: resourceRunOf(lastRow) }),
          ...(successRow === undefined ? {} : { success: resourceRunOf(successRow) }),
          ...(lastRow === undefined ? {} : { firstAt: Number(first.get(scope)?.['at']) }),
        })
      }
      return found
    },
  }
}

function resourceRunOf(row: SqlRow): ResourceRunRow {
  return JSON.parse(String(row['row'])) as ResourceRunRow
}
