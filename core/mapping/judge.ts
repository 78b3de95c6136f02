/** What is wrong with a record as a whole: what mapping has said, then what its type says. */
import { CUSTOM_PROPERTIES, fieldsOf } from '../../schemas/form.ts'
import type { FieldProblem } from '../../schemas/problem.ts'
import type { ObjectForm, ResourceType, VantaRecord } from '../../schemas/resource-type.ts'
import { withoutValue } from './coerce.ts'

export interface Judged {
  /** Canonical when there are no problems; else as it was given. */
  readonly record: VantaRecord
  readonly problems: readonly FieldProblem[]
}

/** Judges a record of which mapping has found `problems`; they stay first. */
export function judge(type: ResourceType, record: VantaRecord, problems: readonly FieldProblem[]): Judged {
  const all = [...problems, ...unsaid(type.validate(record), problems)]
  return all.length === 0 ? { record: type.canonical(record), problems: all } : { record, problems: all }
}

/** The same for what several sources gave of a record: what none of them gave is filled as a mapping would. */
export function judgeParts(type: ResourceType, parts: VantaRecord, problems: readonly FieldProblem[]): Judged {
  const missing: FieldProblem[] = []
  const record = filled(parts, type.form, missing)
  return judge(type, record, [...problems, ...unsaid(missing, problems)])
}

function filled(parts: VantaRecord, form: ObjectForm, missing: FieldProblem[]): VantaRecord {
  const record: Record<string, unknown> = {}
  for (const field of fieldsOf(form)) {
    const given = Object.hasOwn(parts, field.name) ? parts[field.name] : undefined
    const value = given ?? withoutValue(field, field.name, missing, 'no source gives one')
    if (value !== undefined) record[field.name] = value
  }
  return record
}

/** What has not been said of the same field, or of a part of it, already. */
function unsaid(judgement: readonly FieldProblem[], problems: readonly FieldProblem[]): readonly FieldProblem[] {
  if (problems.length === 0) return judgement
  return judgement.filter(
    ({ field }) => !problems.some((said) => isWithin(said.field, field) || isWithin(field, said.field)),
  )
}

function isWithin(inner: string, outer: string): boolean {
  if (!inner.startsWith(outer)) return false
  return inner.length === outer.length || inner[outer.length] === '.' || inner[outer.length] === '['
}

/**
 * The form of what one source gives of a record: the fields that another one may give are optional. Custom properties
 * count one by one.
 */
export function partForm(form: ObjectForm, elsewhere: readonly string[]): ObjectForm {
  const properties: Record<string, ObjectForm['properties'][string]> = {}
  const optionalProperties = { ...form.optionalProperties }
  for (const [name, field] of Object.entries(form.properties)) {
    if (!elsewhere.includes(name)) properties[name] = field
    else if (name === CUSTOM_PROPERTIES && 'properties' in field)
      properties[name] = { properties: {}, optionalProperties: { ...field.properties, ...field.optionalProperties } }
    else optionalProperties[name] = field
  }
  return { properties, optionalProperties }
}
