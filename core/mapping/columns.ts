/** Which columns feed what: those that the mapping names, and those that map themselves. */
import { nearestName } from '../text/nearest.ts'
import type { MappingProblem } from './mapping.ts'
import type { NamedColumn, Path } from './named-column.ts'

/** A field that no entry of the mapping feeds. */
export interface SelfField {
  readonly name: string
  /** Of the entry that would feed it. */
  readonly path: Path
  /** Whether a record without it is wrong: required, and neither null nor [] would be a guess-free stand-in. */
  readonly isRequired: boolean
}

export interface Binding {
  /** For each SelfField, in order, the column that feeds it. */
  readonly self: readonly (string | undefined)[]
  readonly problems: readonly MappingProblem[]
}

/** `E-Mail`, `e_mail` and `EMAIL` are one name. */
export function sameName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]+/g, '')
}

/** Binds each self-mapping field to its column. Two columns for one field are a problem; the first is bound. */
export function bindColumns(fields: readonly SelfField[], columns: readonly string[]): Binding {
  const byName = grouped(columns)
  const problems: MappingProblem[] = []
  const bound = new Set<string>()
  const self = fields.map((field) => {
    const key = sameName(field.name)
    const found = bound.has(key) ? [] : (byName.get(key) ?? [])
    bound.add(key)
    if (found.length > 1) problems.push(ambiguous(field, found))
    return found[0]
  })
  return { self, problems }
}

function grouped(columns: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const column of columns) {
    const key = sameName(column)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [column])
    else group.push(column)
  }
  return groups
}

function ambiguous(field: SelfField, columns: readonly string[]): MappingProblem {
  return {
    path: field.path,
    message: `the columns ${columns.map((column) => `'${column}'`).join(' and ')} both look like ${field.name}`,
    expected: `an entry in map that names the one that is meant, such as ${field.name}: "{{ ${asExpression(columns[0] ?? '')} }}"`,
  }
}

/** How an expression reads a column. */
export function asExpression(column: string): string {
  return /^[A-Za-z_]\w*$/.test(column) ? column : `row['${column}']`
}

/** Required fields that neither an entry nor a column feeds. */
export function unfedFields(
  fields: readonly SelfField[],
  binding: Binding,
  columns: readonly string[],
): MappingProblem[] {
  return fields.flatMap((field, i) => {
    if (!field.isRequired || binding.self[i] !== undefined) return []
    const nearest = nearestName(field.name, columns)
    return [
      {
        path: field.path,
        message: `nothing feeds the required field ${field.name}: map has no entry for it and the data has no column of that name`,
        expected: 'an entry in map, or a column',
        ...(nearest !== undefined && { nearest }),
      },
    ]
  })
}

/** Columns that the mapping names and the data lacks, once for each place. */
export function missingColumns(
  named: readonly NamedColumn[],
  columns: readonly string[],
  functions: ReadonlySet<string>,
  joins: readonly string[] = [],
): MappingProblem[] {
  const known = new Set(columns)
  return named
    .filter(({ column }) => !known.has(column))
    .map((place) => {
      const problem = missing(place, columns, functions)
      return joins.length === 0 || place.expression === undefined ? problem : orJoined(problem, place.column, joins)
    })
}

/** What is read may also be meant as the name of a joined source. */
function orJoined(problem: MappingProblem, column: string, joins: readonly string[]): MappingProblem {
  const nearest = problem.nearest ?? nearestName(column, joins)
  const expected = `${problem.expected ?? 'a column of the data'}, or one of ${joins.map((as) => `${as}.`).join(' and ')}`
  return { ...problem, expected, ...(nearest !== undefined && { nearest }) }
}

function missing(place: NamedColumn, columns: readonly string[], functions: ReadonlySet<string>): MappingProblem {
  const { column, path, expression } = place
  const message = `the data has no column '${column}'`
  const meant =
    expression === undefined ? undefined : columns.find((name) => withoutBlanks(name) === withoutBlanks(expression))
  if (meant !== undefined && meant !== column)
    return { path, message, expected: `row['${meant}'], if that column is meant` }
  const nearest = nearestName(column, columns) ?? columns.find((name) => sameName(name) === sameName(column))
  const call = functions.has(column) ? `; the function is written ${column}(…)` : ''
  return {
    path,
    message: `${message}${call}`,
    expected: 'a column of the data',
    ...(nearest !== undefined && { nearest }),
  }
}

/** `first-name` is read as a subtraction, and `user.email` as a member: the column of that name may well be meant. */
function withoutBlanks(text: string): string {
  return text.replaceAll(/\s+/g, '')
}
