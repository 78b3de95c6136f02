/** What Vanta may hold after a push, from the rows that the sources gave: told by the rules, not by the runner. */
import { bodyOf, type Person } from './people.ts'
import type { ResourceScript } from './scenario.ts'
import type { Given } from './sources.ts'
import type { Held } from './look.ts'

export interface ExpectedRecord {
  /** Any of these; undefined: whatever it is. */
  readonly bodies: ReadonlySet<string> | undefined
  /** It need not be there, since Vanta need not have held it. */
  readonly mayLack: boolean
  readonly valid: boolean
}

export interface Expected {
  /** Every source gave a whole read. */
  readonly proven: boolean
  readonly records: ReadonlyMap<string, ExpectedRecord>
  readonly invalid: number
  readonly withoutId: number
}

export interface Known {
  /** What Vanta held before the run. */
  readonly before: Held
  /** What our own last PUT said of it. */
  readonly accepted: Held
}

export function expectedOf(script: ResourceScript, given: readonly Given[], known: Known): Expected {
  const latest = latestOfEach(script, given)
  const proven = latest.every((read) => read?.proven === true)
  const groups = latest.map((read) => groupRows(read?.rows ?? []))
  const withoutId = groups.reduce((sum, group) => sum + group.withoutId, 0)
  const ids = new Set(groups.flatMap(({ byId }) => [...byId.keys()]))
  const records = new Map<string, ExpectedRecord>()
  let invalid = withoutId
  for (const id of ids) {
    const verdict = merged(
      script,
      groups.flatMap(({ byId }) => byId.get(id) ?? []),
      groups.map(({ byId }) => byId.get(id)),
    )
    if (verdict.kind === 'valid') records.set(id, { bodies: new Set([verdict.body]), mayLack: false, valid: true })
    else if (verdict.kind === 'open')
      records.set(id, { bodies: undefined, mayLack: !known.before.has(id), valid: true })
    else {
      invalid++
      const kept = script.onInvalid === 'drop' ? undefined : carried(id, known)
      if (kept !== undefined) records.set(id, kept)
    }
  }
  return { proven, records, invalid, withoutId }
}

function latestOfEach({ sources }: ResourceScript, given: readonly Given[]): (Given | undefined)[] {
  return Array.from({ length: sources }, (_, source) => given.findLast((read) => read.source === source))
}

/** An invalid record stays as Vanta has it, and is left out when Vanta has it not. */
function carried(id: string, { before, accepted }: Known): ExpectedRecord | undefined {
  const bodies = new Set([before.get(id), accepted.get(id)].filter((body) => body !== undefined))
  return bodies.size === 0 ? undefined : { bodies, mayLack: !before.has(id), valid: false }
}

interface Groups {
  /** Distinct rows of each id. */
  readonly byId: ReadonlyMap<string, readonly Person[]>
  readonly withoutId: number
}

function groupRows(rows: readonly Person[]): Groups {
  const byId = new Map<string, Person[]>()
  let withoutId = 0
  for (const row of rows) {
    if (Object.values(row).every((text: string) => text.trim() === '')) continue
    const id = row.id.trim()
    if (id === '') {
      withoutId++
      continue
    }
    const same = byId.get(id) ?? []
    if (!same.some((other) => JSON.stringify(other) === JSON.stringify(row))) byId.set(id, [...same, row])
  }
  return { byId, withoutId }
}

type Verdict =
  | { readonly kind: 'valid'; readonly body: string }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'open' }

function merged(
  { merge }: ResourceScript,
  rows: readonly Person[],
  bySource: readonly (readonly Person[] | undefined)[],
): Verdict {
  const asked = bySource.filter((own) => own !== undefined)
  const twice = (merge === 'join' ? asked : asked.slice(0, 1)).some((own) => own.length > 1)
  if (twice) return { kind: 'invalid' }
  const distinct = new Set(rows.map((row) => JSON.stringify(row)))
  if (merge === 'error' && distinct.size > 1) return { kind: 'invalid' }
  // Which fields of a broken row another source may lend is the business of the tests of `join`.
  if (merge === 'join' && distinct.size > 1 && rows.some((row) => bodyOf(row) === undefined)) return { kind: 'open' }
  const body = rows[0] === undefined ? undefined : bodyOf(rows[0])
  return body === undefined ? { kind: 'invalid' } : { kind: 'valid', body }
}
