/** What a mapping test expected against what came out. Pure. */
import type { ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import type { ExpectedProblem, ExpectedRecord, MappingTest } from './mapping-test.ts'
import type { Outcome, OutProblem, OutRecord } from './run-test.ts'

/** One thing that is not as expected. */
export interface Difference {
  /** Of a `field` both sides are values, of the others they are words. */
  readonly kind: 'field' | 'record' | 'problem'
  /** Where the test says it, or the row that it comes from. */
  readonly at: string
  /** What differs: `E-1001 status`, `E-1002`, `a problem of permissionLevel`. */
  readonly what: string
  /** Null for a field that should not be there. */
  readonly expected: unknown
  /** Null for a field that is not there. */
  readonly actual: unknown
}

export function compareOutcome(test: MappingTest, outcome: Outcome): readonly Difference[] {
  return [
    ...(test.records === undefined ? [] : compareRecords(test, test.records, outcome)),
    ...compareProblems(test.problems, outcome.problems),
  ]
}

function compareRecords(test: MappingTest, expected: readonly ExpectedRecord[], outcome: Outcome): Difference[] {
  const { type } = test.resource
  const left = [...outcome.records]
  const found = new Map<ExpectedRecord, OutRecord | undefined>()
  // Whoever is named by id is found first, and the others take what is left in the order of the rows.
  for (const record of expected.filter((each) => idOf(each) !== undefined))
    found.set(
      record,
      takeOut(left, ({ uniqueId }) => uniqueId === idOf(record)),
    )
  for (const record of expected) if (!found.has(record)) found.set(record, left.shift())
  const differences = expected.flatMap((record, index) => {
    const actual = found.get(record)
    if (actual === undefined) return [missing(record, index, outcome)]
    return compareFields({ type, exact: test.exact }, record, actual)
  })
  return [...differences, ...left.map(unexpected)]
}

function idOf({ fields }: ExpectedRecord): string | undefined {
  const id = fields.get('uniqueId')?.value
  return typeof id === 'string' ? id : undefined
}

function takeOut<T>(list: T[], isIt: (item: T) => boolean): T | undefined {
  const index = list.findIndex(isIt)
  return index === -1 ? undefined : list.splice(index, 1)[0]
}

function missing(record: ExpectedRecord, index: number, { problems }: Outcome): Difference {
  const id = idOf(record)
  const isInvalid = id === undefined ? problems.length > 0 : problems.some(({ uniqueId }) => uniqueId === id)
  const actual = isInvalid ? 'none: its row has problems' : 'none'
  return { kind: 'record', at: record.at, what: id ?? `record ${index + 1}`, expected: 'a record', actual }
}

function unexpected({ at, uniqueId }: OutRecord): Difference {
  return { kind: 'record', at, what: uniqueId, expected: 'no record', actual: 'a record' }
}

interface FieldRules {
  readonly type: ResourceType
  readonly exact: boolean
}

function compareFields({ type, exact }: FieldRules, { at, fields }: ExpectedRecord, actual: OutRecord): Difference[] {
  const { record, uniqueId } = actual
  const differences: Difference[] = []
  for (const [name, { at: place, value }] of fields) {
    const expected = canonicalField(type, name, value)
    const found = fieldOf(record, name)
    if (!areSame(expected, found)) differences.push(fieldDifference(place, `${uniqueId} ${name}`, { expected, found }))
  }
  if (!exact) return differences
  for (const name of namesOf(type, record, fields)) {
    const found = fieldOf(record, name)
    if (!fields.has(name)) differences.push(fieldDifference(at, `${uniqueId} ${name}`, { expected: null, found }))
  }
  return differences
}

function fieldDifference(
  at: string,
  what: string,
  { expected, found }: { expected: unknown; found: unknown },
): Difference {
  return { kind: 'field', at, what, expected: expected ?? null, actual: found ?? null }
}

/** As a run compares: times to the second in UTC, null of an optional field is nothing. */
function canonicalField(type: ResourceType, name: string, value: unknown): unknown {
  const isOwn = type.fieldNames.includes(name)
  return fieldOf(type.canonical(isOwn ? { [name]: value } : { customProperties: { [name]: value } }), name)
}

/** A field of the record, or a custom property by its bare name. */
function fieldOf(record: VantaRecord, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name]
  const custom = record['customProperties']
  if (typeof custom !== 'object' || custom === null || !Object.hasOwn(custom, name)) return undefined
  return (custom as VantaRecord)[name]
}

/** Custom properties count one by one, unless the test names them as a whole. */
function namesOf(type: ResourceType, record: VantaRecord, named: ExpectedRecord['fields']): string[] {
  const names = Object.keys(record)
  if (named.has('customProperties')) return names
  const custom = Object.keys(type.customProperties ?? {}).filter((name) => fieldOf(record, name) !== undefined)
  return [...names.filter((name) => name !== 'customProperties'), ...custom]
}

function areSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

function compareProblems(expected: readonly ExpectedProblem[], actual: readonly OutProblem[]): Difference[] {
  const left = [...actual]
  const missed = expected.filter((problem) => takeOut(left, (found) => fits(problem, found)) === undefined)
  // One of the same field that says something else is told beside it.
  const differing = missed.map((problem) =>
    otherProblem(
      problem,
      takeOut(left, ({ field }) => field === problem.field),
    ),
  )
  return [...differing, ...left.map(unexpectedProblem)]
}

function fits({ field, code, message, row }: ExpectedProblem, found: OutProblem): boolean {
  if (found.field !== field || (row !== undefined && found.at !== row)) return false
  return (code === undefined || found.code === code) && (message === undefined || found.message.includes(message))
}

function otherProblem({ at, field, code, message }: ExpectedProblem, found: OutProblem | undefined): Difference {
  const expected = [code, message].filter((part) => part !== undefined).join(': ') || 'a problem'
  const actual = found === undefined ? 'none' : `${found.code}: ${found.message} (${found.at})`
  return { kind: 'problem', at, what: `a problem of ${field}`, expected, actual }
}

function unexpectedProblem({ at, uniqueId, field, code, message }: OutProblem): Difference {
  const what = uniqueId === undefined ? `a problem of ${field}` : `${uniqueId}, a problem of ${field}`
  return { kind: 'problem', at, what, expected: 'none', actual: `${code}: ${message}` }
}
