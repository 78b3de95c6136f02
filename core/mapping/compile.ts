/** Compiles a source's `map`: everything is checked here, once, and what is left for the rows cannot fail. */
import { createHash } from 'node:crypto'
import { CUSTOM_PROPERTIES } from '../../schemas/form.ts'
import type { ResourceType } from '../../schemas/resource-type.ts'
import { createDateReader } from './dates.ts'
import { createEngine } from './expression.ts'
import { compileJoins, type JoinInput, readsOf } from './joins.ts'
import { partForm } from './judge.ts'
import { compileKeySource } from './keys.ts'
import type { Mapping, MappingProblem } from './mapping.ts'
import type { NamedColumn } from './named-column.ts'
import { type Plan, startPass } from './pass.ts'
import { sharedFields } from './shared-fields.ts'
import { type Compilation, compileFields, type Fill, type Place, selfEntry, use } from './slots.ts'
import { sourceOf } from './sources.ts'
import { tablesOf, type WrittenTables } from './tables.ts'

export interface MappingInput {
  readonly type: ResourceType
  /** Plain data of the configuration, references resolved. */
  readonly map: Readonly<Record<string, unknown>>
  /** For `lookup(table, key)`. */
  readonly tables: WrittenTables
  /** IANA name: of dates that name none. */
  readonly zone: string
  /** What makes rows of several sources one record, a column or a template; `uniqueId` unless told. */
  readonly key?: string
  /** In their order: each may look at what those before it found. */
  readonly joins?: readonly JoinInput[]
  /** Fields that another source may give. With any, a record is a part, and nobody judges it before it is whole. */
  readonly elsewhere?: readonly string[]
  /** A column that is read besides, `dir.team` when it is one of a joined source. A source of several may lack it. */
  readonly groupBy?: string
}

/** The mapping, or everything that is wrong with it. */
export function compileMapping(
  input: MappingInput,
): { readonly mapping: Mapping } | { readonly problems: readonly MappingProblem[] } {
  const { type, joins = [], elsewhere = [] } = input
  const dates = createDateReader(input.zone)
  const run = { now: 0 }
  const engine = createEngine({ dates, tables: tablesOf(input.tables), run }, new Set(joins.map(({ as }) => as)))
  const compilation: Compilation = { engine, dates, problems: [], named: [], selfFields: [], contextColumns: new Set() }
  const joinKeys = compileJoins(joins, compilation)
  const form = elsewhere.length === 0 ? type.form : partForm(type.form, elsewhere)
  const fill = compileFields(input.map, { form, field: '', path: ['map'] }, compilation, fillUnnamed)
  const key = input.key === undefined ? undefined : compileKeySource(input.key, ['key'], compilation)
  const group = groupColumn(input.groupBy, compilation)
  if (compilation.problems.length > 0) return { problems: compilation.problems }
  const { named, selfFields } = compilation
  const plan: Plan = {
    type,
    fill,
    joins: joins.map(({ as }) => as),
    joinKeys,
    ...(key === undefined ? {} : { key }),
    givesParts: elsewhere.length > 0,
    ...(group === undefined ? {} : { group }),
    shared: sharedFields(type.form, elsewhere, input.map),
    named: named.filter(({ join }) => join === undefined),
    selfFields,
    contextColumns: [...compilation.contextColumns],
    run,
    functions: engine.names.functions,
  }
  return {
    mapping: {
      hash: hashOf(input),
      hasKey: key !== undefined,
      givesParts: plan.givesParts,
      reads: readsOf(joins, named),
      start: (options) => startPass(plan, options),
    },
  }
}

/** Fields without an entry map themselves; custom properties do so one by one. */
function fillUnnamed(place: Place, compilation: Compilation): Fill {
  const { form, name, field, path } = place
  if (name !== CUSTOM_PROPERTIES || !('properties' in form)) return selfEntry(place, compilation)
  return compileFields({}, { form, field, path }, compilation, selfEntry)
}

/** The source's own column; one of a joined source is used as any other, since only what is read of that is kept. */
function groupColumn(groupBy: string | undefined, compilation: Compilation): NamedColumn | undefined {
  if (groupBy === undefined) return undefined
  const path = ['guard', 'groupBy']
  const source = groupBy.includes('{{') ? undefined : sourceOf(groupBy, compilation.engine)
  if (source === undefined || 'faults' in source || source.joined.length === 0) return { column: groupBy, path }
  use(source, { path }, compilation)
  return undefined
}

/** Of what was written, and of what decides how it is read. */
function hashOf({ type, map, tables, zone, ...merging }: MappingInput): string {
  const written = { type: type.name, customProperties: type.customProperties ?? null, map, tables, zone, ...merging }
  const text = JSON.stringify(written, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return createHash('sha256').update(text).digest('hex')
}
