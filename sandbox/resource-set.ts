/** What one resource id holds, deleted rows included. */
import { toInstant } from '../core/clock.ts'
import type { CustomProperties, ResourceTypeName } from '../schemas/resource-type.ts'

export interface ResourceSet {
  readonly type: ResourceTypeName
  readonly resourceId: string
  /** As declared; with `any`, the first records declare them. */
  customProperties: CustomProperties | undefined
  /** Whether the custom properties are settled. */
  declared: boolean
  /** By `uniqueId`. Rows are never changed in place, so that a reader's copy of the list is a snapshot. */
  readonly rows: Map<string, Row>
  /** Accepted PUTs. */
  puts: number
  acceptedAt: string | undefined
}

export interface Row {
  readonly uniqueId: string
  /** The record as JSON text. */
  readonly json: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly deletedAt: string | null
}

export interface Incoming {
  readonly uniqueId: string
  readonly json: string
}

export function emptySet(type: ResourceTypeName, resourceId: string): ResourceSet {
  return {
    type,
    resourceId,
    customProperties: undefined,
    declared: false,
    rows: new Map(),
    puts: 0,
    acceptedAt: undefined,
  }
}

/**
 * Makes `records` the full state: what is left out is gone.
 * @param keepDeleted whether rows that go stay readable with `deletedAt`
 */
export function replaceAll(set: ResourceSet, records: readonly Incoming[], now: number, keepDeleted: boolean): void {
  const instant = toInstant(now)
  const present = new Set(records.map((record) => record.uniqueId))
  for (const row of set.rows.values()) {
    if (present.has(row.uniqueId) || row.deletedAt !== null) continue
    if (keepDeleted) set.rows.set(row.uniqueId, { ...row, updatedAt: instant, deletedAt: instant })
    else set.rows.delete(row.uniqueId)
  }
  addAll(set, records, now)
}

/** Adds or changes records and leaves the others alone, as only the sandbox itself can. */
export function addAll(set: ResourceSet, records: readonly Incoming[], now: number): void {
  const instant = toInstant(now)
  for (const record of records) {
    const held = set.rows.get(record.uniqueId)
    if (held && held.deletedAt === null && held.json === record.json) continue
    set.rows.set(record.uniqueId, {
      ...record,
      createdAt: held?.createdAt ?? instant,
      updatedAt: instant,
      deletedAt: null,
    })
  }
  set.puts += 1
  set.acceptedAt = instant
}

/** A row as GET answers it. */
export function rowJson(row: Row): string {
  const deletedAt = row.deletedAt === null ? 'null' : `"${row.deletedAt}"`
  return `${row.json.slice(0, -1)},"createdAt":"${row.createdAt}","updatedAt":"${row.updatedAt}","deletedAt":${deletedAt}}`
}

/** Pieces of this size keep the number of writes low and memory flat. */
const PIECE = 64 * 1024

/** The whole answer to a GET, in pieces: `{"resources":[…]}`. */
export function* rowsJson(rows: readonly Row[]): Generator<string> {
  let piece = '{"resources":['
  let separator = ''
  for (const row of rows) {
    piece += separator + rowJson(row)
    separator = ','
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}]}`
}

export function countRows(set: ResourceSet): { live: number; deleted: number } {
  let deleted = 0
  for (const row of set.rows.values()) if (row.deletedAt !== null) deleted += 1
  return { live: set.rows.size - deleted, deleted }
}
