/** Which fields `map` may name, for each resource type, as rules of the published schema. */
import type { Form, ResourceType } from '../schemas/resource-type.ts'
import { resourceType, resourceTypeNames } from '../schemas/resource-types.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface SourceFields {
  readonly $defs: Readonly<Record<string, JsonSchema>>
  /** For the `allOf` of a resource. */
  readonly resourceRules: readonly JsonSchema[]
}

export function sourceFieldsByType(): SourceFields {
  const $defs: Record<string, JsonSchema> = {}
  const resourceRules: JsonSchema[] = []
  for (const name of resourceTypeNames) {
    const type = resourceType(name)
    if (type === undefined) continue
    $defs[`source-${name}`] = { properties: { map: { properties: fieldSchemas(type) } } }
    const source = { $ref: `#/$defs/source-${name}` }
    const fields = conditional({ type: 'array' }, { items: source }, source)
    resourceRules.push(
      conditional({ properties: { type: { const: name } }, required: ['type'] }, { properties: { from: fields } }),
    )
  }
  return { $defs, resourceRules }
}

function conditional(condition: JsonSchema, consequent: JsonSchema, alternative: JsonSchema | true = true): JsonSchema {
  return { if: condition, ...keyword('then', consequent), ...keyword('else', alternative) }
}

/** An object with a key called `then` looks like a promise to whoever awaits it; in a schema it is only a word. */
function keyword(name: string, schema: JsonSchema | true): JsonSchema {
  return { [name]: schema }
}

function fieldSchemas(type: ResourceType): Readonly<Record<string, JsonSchema>> {
  const fields: Record<string, JsonSchema> = {}
  for (const [name, form] of Object.entries(type.form.properties))
    fields[name] = { description: describe(form, 'Required') }
  for (const [name, form] of Object.entries(type.form.optionalProperties ?? {}))
    fields[name] = { description: describe(form, 'Optional') }
  return fields
}

function describe(form: Form, need: string): string {
  const nullable = form.nullable === true && need === 'Required' ? ' or null' : ''
  const rule = form.metadata?.rule === undefined ? '' : ` (${form.metadata.rule})`
  return `${need}: ${kindOf(form)}${nullable}${rule}. A constant, a template "{{ … }}", or { from: column, values: {…}, default: … }.`
}

function kindOf(form: Form): string {
  if ('enum' in form) return `one of ${form.enum.join(', ')}`
  if ('elements' in form) return `a list, each ${kindOf(form.elements)}`
  if ('properties' in form) return 'an object'
  return KINDS[form.type]
}

const KINDS = {
  string: 'text',
  boolean: 'true or false',
  int32: 'a whole number',
  float64: 'a number',
  timestamp: 'a date and time',
}
