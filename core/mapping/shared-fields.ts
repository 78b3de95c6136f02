/** Required fields that may come from another source: each must come from one of them. */
import { CUSTOM_PROPERTIES, describeForm } from '../../schemas/form.ts'
import type { Form, ObjectForm } from '../../schemas/resource-type.ts'
import type { Binding, SelfField } from './columns.ts'
import type { MappingProblem } from './mapping.ts'
import type { Path } from './named-column.ts'

export interface SharedField {
  readonly name: string
  readonly path: Path
  readonly form: Form
  /** Its entry in the map is `null`, and null is no value of it: this source gives none. */
  readonly isStopped: boolean
}

type Entries = Readonly<Record<string, unknown>>

export function sharedFields(form: ObjectForm, elsewhere: readonly string[], map: Entries): readonly SharedField[] {
  const fields: SharedField[] = []
  for (const [name, field] of Object.entries(form.properties)) {
    if (!elsewhere.includes(name)) continue
    if (name !== CUSTOM_PROPERTIES || !('properties' in field)) {
      fields.push(sharedField(name, field, { path: ['map', name], entries: map }))
      continue
    }
    const own = map[CUSTOM_PROPERTIES]
    const entries = typeof own === 'object' && own !== null ? (own as Entries) : {}
    for (const [custom, of] of Object.entries(field.properties))
      fields.push(sharedField(custom, of, { path: ['map', CUSTOM_PROPERTIES, custom], entries }))
  }
  return fields
}

function sharedField(name: string, form: Form, { path, entries }: { path: Path; entries: Entries }): SharedField {
  const isNull = Object.hasOwn(entries, name) && entries[name] === null
  return { name, path, form, isStopped: isNull && form.nullable !== true }
}

/** Those that this source does not feed. */
export function unfedShared(
  shared: readonly SharedField[],
  selfFields: readonly SelfField[],
  binding: Binding,
): MappingProblem[] {
  const waiting = new Set(
    selfFields.filter((_, i) => binding.self[i] === undefined).map(({ path }) => JSON.stringify(path)),
  )
  const unfed = shared.filter(({ path, isStopped }) => isStopped || waiting.has(JSON.stringify(path)))
  return unfed.map(({ name, path, form }) => ({
    path,
    message: `nothing feeds the required field ${name}: no source of the resource has an entry in map for it or a column of that name`,
    expected: `an entry in map, or a column, in one of them; ${describeForm(form)}`,
  }))
}
