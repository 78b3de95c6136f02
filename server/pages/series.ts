/** What the plots draw, from the rows of the state. Pure. */
import type { ResourceRunRow } from '../../core/state/state.ts'

export interface Point {
  readonly at: number
  readonly runId: string
  readonly outcome: string
  /** Of what Vanta confirmed; absent when nothing was pushed. */
  readonly records?: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly ms?: number
}

/** @param rows newest first, as the state gives them; the points are oldest first */
export function seriesOf(rows: readonly ResourceRunRow[]): readonly Point[] {
  return rows.toReversed().map((row) => ({
    at: row.at,
    runId: row.runId,
    outcome: row.degraded ? 'degraded' : row.outcome,
    added: row.counts['added'] ?? 0,
    changed: row.counts['changed'] ?? 0,
    removed: row.counts['removed'] ?? 0,
    ...(row.success && row.counts['pushed'] !== undefined ? { records: row.counts['pushed'] } : {}),
    ...(row.ms === undefined ? {} : { ms: row.ms }),
  }))
}

export function withRecords(points: readonly Point[]): readonly (Point & { readonly records: number })[] {
  return points.filter((point): point is Point & { records: number } => point.records !== undefined)
}

/** Nothing left this run for Vanta, so its bars stand for what would have been. */
export function wasPushed({ outcome }: Point): boolean {
  return outcome === 'pushed' || outcome === 'degraded'
}
