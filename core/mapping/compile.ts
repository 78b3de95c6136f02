/** Compiles a source's `map`: everything is checked here, once, and what is left for the rows cannot fail. */
import { createHash } from 'node:crypto'
import { CUSTOM_PROPERTIES } from '../../schemas/form.ts'
import type { ResourceType } from '../../schemas/resource-type.ts'
import { createDateReader } from './dates.ts'
import { createEngine } from './expression.ts'
import type { Tables } from './functions.ts'
import type { Mapping, MappingProblem } from './mapping.ts'
import { type Plan, startPass } from './pass.ts'
import { type Compilation, compileFields, type Fill, type Place, selfEntry } from './slots.ts'

export interface MappingInput {
  readonly type: ResourceType
  /** Plain data of the configuration, references resolved. */
  readonly map: Readonly<Record<string, unknown>>
  /** For `lookup(table, key)`: by table, then by key. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** IANA name: of dates that name none. */
  readonly zone: string
}

/** The mapping, or everything that is wrong with it. */
export function compileMapping(
  input: MappingInput,
): { readonly mapping: Mapping } | { readonly problems: readonly MappingProblem[] } {
  const dates = createDateReader(input.zone)
  const run = { now: 0 }
  const engine = createEngine({ dates, tables: tablesOf(input.tables), run })
  const compilation: Compilation = { engine, dates, problems: [], named: [], selfFields: [], contextColumns: new Set() }
  const root = { form: input.type.form, field: '', path: ['map'] }
  const fill = compileFields(input.map, root, compilation, fillUnnamed)
  if (compilation.problems.length > 0) return { problems: compilation.problems }
  const { named, selfFields } = compilation
  const contextColumns = [...compilation.contextColumns]
  const plan: Plan = {
    type: input.type,
    fill,
    named,
    selfFields,
    contextColumns,
    run,
    functions: engine.names.functions,
  }
  return { mapping: { hash: hashOf(input), start: (options) => startPass(plan, options) } }
}

/** Fields without an entry map themselves; custom properties do so one by one. */
function fillUnnamed(place: Place, compilation: Compilation): Fill {
  const { form, name, field, path } = place
  if (name !== CUSTOM_PROPERTIES || !('properties' in form)) return selfEntry(place, compilation)
  return compileFields({}, { form, field, path }, compilation, selfEntry)
}

function tablesOf(tables: MappingInput['tables']): Tables {
  return new Map(
    Object.entries(tables).map(([name, table]) => [
      name,
      new Map(Object.entries(table).map(([key, value]) => [key.trim(), value])),
    ]),
  )
}

/** Of what was written, and of what decides how it is read. */
function hashOf({ type, map, tables, zone }: MappingInput): string {
  const written = { type: type.name, customProperties: type.customProperties ?? null, map, tables, zone }
  const text = JSON.stringify(written, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return createHash('sha256').update(text).digest('hex')
}
