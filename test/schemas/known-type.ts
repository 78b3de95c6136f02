import type { CustomProperties, FieldValue, ResourceType, ResourceTypeName } from '../../schemas/resource-type.ts'
import { resourceType } from '../../schemas/resource-types.ts'
import { SAMPLES } from './samples.ts'

export function knownType(name: ResourceTypeName, customProperties?: CustomProperties): ResourceType {
  const type = resourceType(name, customProperties)
  if (type === undefined) throw new Error(`there is no type ${name}`)
  return type
}

/** The sample of a type with some fields laid over it; `undefined` takes a field away. */
export function sampleWith(name: ResourceTypeName, changes: Record<string, FieldValue>): Record<string, FieldValue> {
  const record: Record<string, FieldValue> = { ...SAMPLES[name], ...changes }
  for (const key of Object.keys(record)) if (record[key] === undefined) delete record[key]
  return record
}

/** `email bad-email`, one a problem, in their order. */
export function problemsOf(
  name: ResourceTypeName,
  changes: Record<string, FieldValue>,
  customProperties?: CustomProperties,
): string[] {
  const problems = knownType(name, customProperties).validate(sampleWith(name, changes))
  return problems.map((problem) => `${problem.field} ${problem.code}`)
}
