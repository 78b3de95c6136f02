/** One candidate of all rows of a record, as the resource's policy says. Pure. */
import type { ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import { judgeParts } from '../mapping/judge.ts'
import type { MergePolicy } from '../resource.ts'
import type { Candidate, Conflict, PlacedProblem } from './candidate.ts'
import { differingUnits, type Units, unitsOf } from './field-units.ts'
import { joinFields } from './join-fields.ts'
import { areEqual, type OfSource, type RowGroup, rowGroups } from './row-group.ts'
import type { StagedRow } from './staged-row.ts'

export interface MergeRules {
  readonly policy: MergePolicy
  /** Rows are parts of records of this type: judged here, once they are whole. Absent when each was judged already. */
  readonly partsOf?: ResourceType
}

/** One candidate for each record of the sorted rows; its uniqueId is '' when no row of a shared key has one. */
export function* mergedCandidates(rows: Iterable<StagedRow>, rules: MergeRules): Generator<Candidate, void, void> {
  for (const group of rowGroups(rows)) yield mergeRows(group, rules)
}

export function mergeRows(group: RowGroup, rules: MergeRules): Candidate {
  const [{ first }, ...others] = group
  const asked = rules.policy === 'join' ? group : group.slice(0, 1)
  const twice = asked.find(({ differing }) => differing > 0)
  if (twice !== undefined) return duplicates(group, twice)
  if (rules.policy === 'join' && rules.partsOf !== undefined) return joined(group, rules.partsOf)
  if (rules.policy === 'error') {
    const differing = others.flatMap(rowsOf).filter((row) => !saysTheSame(first, row))
    if (differing.length > 0) return conflicting(group, differing)
  }
  const candidate = whole(group, rules)
  const conflict = rules.policy === 'first' ? overruled(first, others) : undefined
  return conflict === undefined ? candidate : { ...candidate, conflict }
}

function rowsOf({ first, others }: OfSource): StagedRow[] {
  return [first, ...others]
}

function joined(group: RowGroup, type: ResourceType): Candidate {
  const { record, problems, conflict } = joinFields(
    group.map(({ first }) => first),
    type,
  )
  const judged = judgeParts(type, record, problems)
  return {
    ...identityOf(group),
    body: JSON.stringify(judged.record),
    problems: judged.problems,
    ...(conflict === undefined ? {} : { conflict }),
  }
}

/** The first row, which gets its uniqueId from the first source that has one. */
function whole(group: RowGroup, { partsOf }: MergeRules): Candidate {
  const { body, problems } = group[0].first
  const identity = identityOf(group)
  if (partsOf === undefined) return { ...identity, body, problems }
  const record = JSON.parse(body) as VantaRecord
  const judged = judgeParts(
    partsOf,
    identity.uniqueId === '' ? record : { ...record, ...identityField(identity) },
    problems,
  )
  return { ...identity, body: JSON.stringify(judged.record), problems: judged.problems }
}

function identityField({ uniqueId }: { uniqueId: string }): VantaRecord {
  return { uniqueId }
}

function identityOf(group: RowGroup): Pick<Candidate, 'uniqueId' | 'at' | 'group'> {
  const rows = group.map(({ first }) => first)
  const ofGroup = rows.find((row) => row.group !== undefined)?.group
  return {
    uniqueId: rows.find(({ uniqueId }) => uniqueId !== '')?.uniqueId ?? '',
    at: group[0].first.at,
    ...(ofGroup === undefined ? {} : { group: ofGroup }),
  }
}

function saysTheSame(a: StagedRow, b: StagedRow): boolean {
  return areEqual(a, b) || (a.problems.length + b.problems.length === 0 && differingFields(a, b).length === 0)
}

/** A source that does not know the uniqueId says nothing against one that does. */
function differingFields(a: StagedRow, b: StagedRow): string[] {
  const fields = differingUnits(unitsIn(a), unitsIn(b))
  return a.uniqueId === '' || b.uniqueId === '' ? fields.filter((name) => name !== 'uniqueId') : fields
}

function unitsIn({ body }: StagedRow): Units {
  return unitsOf(JSON.parse(body) as VantaRecord)
}

function overruled(first: StagedRow, others: readonly OfSource[]): Conflict | undefined {
  const fields = new Set<string>()
  const places = [first.at]
  for (const other of others) {
    for (const row of rowsOf(other)) {
      const differing = areEqual(first, row) ? [] : differingFields(first, row)
      if (differing.length > 0) places.push(row.at)
      for (const name of differing) fields.add(name)
    }
  }
  return fields.size === 0 ? undefined : { fields: [...fields], places }
}

const SHOWN_PLACES = 5

function duplicates(group: RowGroup, { first, others, differing }: OfSource): Candidate {
  const rows = [first, ...others]
  const message = `${differing + 1} rows of one source share this ${shared(first)} and differ: ${placesOf(rows, differing + 1)}; exactly one is expected`
  return invalid(group, { code: `duplicate-${shared(first)}`, message }, rows)
}

function conflicting(group: RowGroup, differing: readonly StagedRow[]): Candidate {
  const { first } = group[0]
  const rows = [first, ...differing]
  const fields = [...new Set(differing.flatMap((row) => differingFields(first, row)))]
  const about = ` in ${fields.length === 0 ? 'what is wrong with them' : fields.join(', ')}`
  const message = `${rows.length} rows of different sources have this ${shared(first)} and differ${about}: ${placesOf(rows, rows.length)}; one record is expected`
  return invalid(group, { code: 'merge-conflict', message }, rows)
}

function shared({ key }: StagedRow): 'id' | 'key' {
  return key === undefined ? 'id' : 'key'
}

function placesOf(rows: readonly StagedRow[], number: number): string {
  const places = rows.slice(0, SHOWN_PLACES).map(({ at }) => at)
  return `${places.join(', ')}${number > places.length ? ` and ${number - places.length} more` : ''}`
}

function invalid(
  group: RowGroup,
  problem: { readonly code: string; readonly message: string },
  rows: readonly StagedRow[],
): Candidate {
  const { first } = group[0]
  const own = rows.flatMap(({ at, problems }) => problems.map((each): PlacedProblem => ({ ...each, at })))
  return { ...identityOf(group), body: first.body, problems: [{ ...problem, field: 'uniqueId' }, ...own] }
}
