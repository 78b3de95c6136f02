/** Fields joined: a record is put together from all the sources that have it. */
import type { FieldProblem } from '../../schemas/problem.ts'
import type { ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import type { Conflict, PlacedProblem } from './candidate.ts'
import { areSame, recordOf, unitOf, unitsOf } from './field-units.ts'
import type { StagedRow } from './staged-row.ts'

export interface Joined {
  readonly record: VantaRecord
  readonly problems: readonly PlacedProblem[]
  readonly conflict?: Conflict
}

interface Given {
  readonly value: unknown
  readonly at: string
  /** The source says something, and it cannot be read: no other may stand in for it. */
  readonly isFaulty: boolean
}

/**
 * The first row that gives a field wins; null and nothing give none. What a later row says otherwise is a conflict. A
 * problem of a field counts when its row is the first to speak of the field, one of the row always.
 */
export function joinFields(rows: readonly StagedRow[], type: ResourceType): Joined {
  const given = new Map<string, Given>()
  const problems: PlacedProblem[] = []
  const fields = new Set<string>()
  const places = new Set<string>()
  for (const row of rows) {
    const { at } = row
    const units = unitsOf(type.canonical(JSON.parse(row.body) as VantaRecord))
    const counted = row.problems.filter((problem) => isOfRow(problem) || !given.has(unitOf(problem.field)))
    for (const problem of counted) problems.push({ ...problem, at })
    for (const { field } of counted) {
      const unit = unitOf(field)
      if (!given.has(unit)) given.set(unit, { value: undefined, at, isFaulty: true })
    }
    for (const [name, value] of units) {
      const known = given.get(name)
      if (known === undefined) given.set(name, { value, at, isFaulty: false })
      else if (!known.isFaulty && !areSame(known.value, value)) {
        fields.add(name)
        places.add(known.at).add(at)
      }
    }
  }
  const values = [...given].filter(([, { isFaulty }]) => !isFaulty).map(([name, { value }]) => [name, value] as const)
  return {
    record: recordOf(new Map(values)),
    problems,
    ...(fields.size === 0 ? {} : { conflict: { fields: [...fields], places: [...places] } }),
  }
}

/** What a connector found wrong, or a join did: no field of an earlier row makes up for it, whatever its name is. */
function isOfRow({ code }: FieldProblem): boolean {
  return code === 'source' || code.startsWith('join-')
}
