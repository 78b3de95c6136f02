/** What a stream of lines says of itself: `{"vanta-sync":{…}}`, first the columns if it likes, last that it is all. */
import { nearestName } from '../../core/text/nearest.ts'
import { describeValue } from '../../core/text/describe.ts'
import type { JsonObject } from './ndjson.ts'

/** The only key of a line that is no row. */
export const STATEMENT_KEY = 'vanta-sync'

export interface ColumnsStatement {
  readonly kind: 'columns'
  readonly names: readonly string[]
}

export interface EndStatement {
  readonly kind: 'end'
  readonly complete: boolean
  /** Rows before it; undefined when it says that it is not complete and gives none. */
  readonly rows: number | undefined
  readonly asOf: Date | undefined
  /** How the writer knows, or what it lacks. */
  readonly evidence: string | undefined
}

/** As text, what is wrong with the line. */
export type Statement = ColumnsStatement | EndStatement | string

const END_KEYS = ['complete', 'rows', 'asOf', 'evidence']
/** RFC 3339: an instant, not a time of some place. */
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/

export function isStatement(object: JsonObject): boolean {
  return Object.hasOwn(object, STATEMENT_KEY)
}

export function readStatement(object: JsonObject): Statement {
  if (Object.keys(object).length > 1)
    return `has "${STATEMENT_KEY}" beside other keys: it is neither a row nor a statement`
  const said = object[STATEMENT_KEY]
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    return `has ${describeValue(said)} as "${STATEMENT_KEY}" where an object is expected`
  }
  return Object.hasOwn(said, 'columns') ? readColumns(said as JsonObject) : readEnd(said as JsonObject)
}

function readColumns(said: JsonObject): Statement {
  const names = said['columns']
  if (Object.keys(said).length > 1) return 'names the columns and says more: that belongs in a line of its own'
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && name !== '')) {
    return `has ${describeValue(names)} as "columns" where a list of names is expected`
  }
  if (new Set(names).size < names.length) return 'names a column twice'
  return { kind: 'columns', names: names as readonly string[] }
}

function readEnd(said: JsonObject): Statement {
  const stranger = Object.keys(said).find((key) => !END_KEYS.includes(key))
  if (stranger !== undefined) return unknownKey(stranger)
  const { complete, rows, asOf, evidence } = said
  if (typeof complete !== 'boolean')
    return `has ${describeValue(complete)} as "complete" where true or false is expected`
  if (!isCount(rows) && (complete || rows !== undefined)) {
    return `has ${describeValue(rows)} as "rows" where the number of rows is expected`
  }
  if (asOf !== undefined && !isInstant(asOf)) {
    return `has ${describeValue(asOf)} as "asOf" where an instant such as 2026-11-23T09:30:00Z is expected`
  }
  if (evidence !== undefined && typeof evidence !== 'string') {
    return `has ${describeValue(evidence)} as "evidence" where text is expected`
  }
  const instant = asOf === undefined ? undefined : new Date(asOf)
  return { kind: 'end', complete, rows: isCount(rows) ? rows : undefined, asOf: instant, evidence }
}

function unknownKey(key: string): string {
  const nearest = nearestName(key, [...END_KEYS, 'columns'])
  const meant = nearest === undefined ? `known are columns, ${END_KEYS.join(', ')}` : `did you mean "${nearest}"?`
  return `has an unknown key in its "${STATEMENT_KEY}"; ${meant}`
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value))
}
