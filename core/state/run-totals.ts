/** Runs by outcome since the state was made, also of those that were removed: a counter must never go back. */
import type { Database } from './database.ts'
import type { Runs } from './state.ts'

type Total = Awaited<ReturnType<Runs['totals']>>[number]

const REMOVED = 'removed-runs'

export function totalsOf(database: Database): Total[] {
  return summed([...removedTotals(database), ...countRows(database, '1 = 1')])
}

/** Of rows that are about to be removed. Within a transaction. */
export function keepTotals(database: Database, where: string, before: number): void {
  const totals = summed([...removedTotals(database), ...countRows(database, where, before)])
  database.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(REMOVED, JSON.stringify(totals))
}

function removedTotals(database: Database): Total[] {
  const row = database.prepare('SELECT value FROM meta WHERE name = ?').get(REMOVED)
  return row === undefined ? [] : (JSON.parse(String(row['value'])) as Total[])
}

function countRows(database: Database, where: string, ...values: number[]): Total[] {
  const rows = database
    .prepare(
      `SELECT resource, json_extract(row, '$.outcome') AS outcome, count(*) AS runs FROM resource_run
       WHERE ${where} GROUP BY 1, 2`,
    )
    .all(...values)
  return rows.map((row) => ({
    resource: String(row['resource']),
    outcome: String(row['outcome']),
    runs: Number(row['runs']),
  }))
}

function summed(totals: readonly Total[]): Total[] {
  const sums = new Map<string, Total>()
  for (const total of totals) {
    const key = JSON.stringify([total.resource, total.outcome])
    sums.set(key, { ...total, runs: total.runs + (sums.get(key)?.runs ?? 0) })
  }
  return [...sums.values()]
}
