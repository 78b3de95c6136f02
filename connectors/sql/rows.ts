import type { Row } from '../../core/connector.ts'
import { ConfigError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'
import type { Statement, Values } from './database.ts'
import type { SqlOptions } from './options.ts'

/** Makes rows of values, one batch after the other. */
export type MakeRows = (batch: readonly Values[]) => readonly Row[]

type Fields = Record<string, unknown>

/**
 * A maker for one set of columns.
 * @throws ConfigError `sql-columns` when a column has no name of its own, or `key` names one that is not there
 */
export function createRowMaker(names: readonly string[], { name }: Statement, { key }: SqlOptions): MakeRows {
  refuseBadNames(names, name)
  const keys = (key ?? []).map((column) => indexOfKey(column, names))
  const makeFields = createFieldsMaker(names)
  const say = (values: Values): string => keys.map((index) => `${names[index]}=${sayKey(values[index])}`).join(', ')
  let count = 0
  return (batch) =>
    batch.map((values) => {
      count++
      const at = keys.length === 0 ? `${name} row ${count}` : `${name} ${say(values)}`
      return { at, fields: makeFields(values) }
    })
}

function refuseBadNames(names: readonly string[], query: string): void {
  const faults: string[] = []
  const first = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const before = first.get(name)
    if (isNameless(name)) faults.push(`column ${index + 1} has no name`)
    else if (name === '__proto__') faults.push(`column ${index + 1} is named __proto__, which no column may be`)
    else if (before !== undefined) faults.push(`column ${index + 1} is named "${name}" like column ${before}`)
    else first.set(name, index + 1)
  }
  if (faults.length === 0) return
  throw new ConfigError('sql-columns', `${query} cannot be read: ${faults.join('; ')}`, {
    hint: 'Give every column a name of its own in the query: `h.id as hr_id`.',
  })
}

/** `?column?` is what PostgreSQL calls an expression without a name. */
function isNameless(name: string): boolean {
  return name.trim() === '' || name === '?column?'
}

function indexOfKey(column: string, names: readonly string[]): number {
  const index = names.indexOf(column)
  if (index !== -1) return index
  const nearest = nearestName(column, names)
  throw new ConfigError('sql-columns', `\`key\` names ${column}, which is no column of the query`, {
    hint: nearest === undefined ? `The columns are ${names.join(', ')}.` : `Did you mean ${nearest}?`,
  })
}

function sayKey(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Without a prototype no column is found that is not there; made by one constructor the objects stay fast. */
function createFieldsMaker(names: readonly string[]): (values: Values) => Fields {
  class RowFields {
    [name: string]: unknown
    constructor(values: Values) {
      for (let i = 0; i < names.length; i++) this[names[i] ?? ''] = values[i] ?? null
    }
  }
  Reflect.deleteProperty(RowFields.prototype, 'constructor')
  Object.setPrototypeOf(RowFields.prototype, null)
  return (values) => new RowFields(values)
}
