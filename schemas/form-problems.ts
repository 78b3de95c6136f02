/** Says what Ajv found in the words of our users: the field, the value's class, what is expected, the nearest name. */
import type { ErrorObject } from 'ajv/dist/jtd.js'
import { describeValue } from '../core/text/describe.ts'
import { nearestName } from '../core/text/nearest.ts'
import { describeForm, fieldOf, fieldsOf, isRequired } from './form.ts'
import type { FieldProblem } from './problem.ts'
import { fieldProblem } from './problem-codes.ts'
import type { Form, ObjectForm } from './resource-type.ts'
import { isBlank, isWellFormed } from './text.ts'

const INT32_LIMIT = 2 ** 31

/** A place in a record: the value there, the form it should have, and how people write the way to it. */
interface Place {
  /** The whole way: `users[2].username`. */
  readonly field: string
  /** Its last step: `username`. */
  readonly name: string
  readonly value: unknown
  /** Undefined where the type has no such field. */
  readonly form: Form | undefined
  readonly required: boolean
  /** Of the object that the place is in. */
  readonly siblings: readonly string[]
}

/** One problem for each field that Ajv complains of, in the order of the errors. */
export function formProblems(form: ObjectForm, record: unknown, errors: readonly ErrorObject[]): FieldProblem[] {
  const problems = new Map<string, FieldProblem>()
  for (const error of errors) {
    const found = problemAt(placeOf(form, record, pathOf(error)))
    problems.set(found.field, found)
  }
  return [...problems.values()]
}

/** Ajv reports a missing field at its parent, and everything else where it is. */
function pathOf(error: ErrorObject): readonly string[] {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer)
  const missing: unknown = error.params['missingProperty']
  return typeof missing === 'string' ? [...path, missing] : path
}

/** JSON Pointer, RFC 6901. */
function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

function placeOf(form: ObjectForm, record: unknown, path: readonly string[]): Place {
  let place: Place = { field: '', name: '', value: record, form, required: true, siblings: [] }
  for (const segment of path) place = stepInto(place, segment)
  return place
}

function stepInto(place: Place, segment: string): Place {
  const value = ownValue(place.value, segment)
  if (place.form !== undefined && 'elements' in place.form) {
    return {
      field: `${place.field}[${segment}]`,
      name: segment,
      value,
      form: place.form.elements,
      required: false,
      siblings: [],
    }
  }
  const parent = place.form !== undefined && 'properties' in place.form ? place.form : { properties: {} }
  return {
    field: place.field === '' ? segment : `${place.field}.${segment}`,
    name: segment,
    value,
    form: fieldOf(parent, segment),
    required: isRequired(parent, segment),
    siblings: fieldsOf(parent).map((field) => field.name),
  }
}

function ownValue(container: unknown, name: string): unknown {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, name)) return undefined
  return Reflect.get(container, name)
}

function problemAt(place: Place): FieldProblem {
  if (place.form === undefined) return unknownField(place)
  if (place.required && hasNoValue(place.value)) return missingValue(place, place.form)
  if (typeof place.value === 'string') return wrongText(place, place.value, place.form)
  if (typeof place.value === 'number') return wrongNumber(place, place.value, place.form)
  return wrongType(place, place.form)
}

function hasNoValue(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && isBlank(value))
}

function unknownField({ field, name, siblings }: Place): FieldProblem {
  const nearest = nearestName(name, siblings)
  const hint = nearest === undefined ? `its fields are ${siblings.join(', ')}` : `the nearest is ${nearest}`
  return fieldProblem(
    'unknown-field',
    field,
    siblings.length === 0 ? 'no field is expected here' : `there is no such field; ${hint}`,
  )
}

function missingValue({ field, value }: Place, form: Form): FieldProblem {
  const found = value === undefined ? '' : ` (${describeValue(value)})`
  return fieldProblem('missing', field, `the required value is missing${found}; expected ${expectation(form)}`)
}

function wrongText(place: Place, text: string, form: Form): FieldProblem {
  const found = describeValue(text)
  if ('enum' in form) return notListed(place.field, text, form)
  if ('type' in form && form.type === 'timestamp') {
    return fieldProblem('bad-date', place.field, `the value is ${found}, no date-time; expected ${expectation(form)}`)
  }
  if ('type' in form && form.type === 'string' && !isWellFormed(text)) {
    return fieldProblem(
      'broken-text',
      place.field,
      `the value is ${found} with half a surrogate pair or a zero character; expected well-formed text`,
    )
  }
  return wrongType(place, form)
}

function notListed(field: string, text: string, form: Form & { readonly enum: readonly string[] }): FieldProblem {
  const nearest = nearestName(text, form.enum)
  const hint = nearest === undefined ? '' : `; the nearest is ${nearest}`
  const found = `the value is ${describeValue(text)}, none of the listed ones`
  return fieldProblem('not-listed', field, `${found}; expected ${expectation(form)}${hint}`)
}

function wrongNumber(place: Place, value: number, form: Form): FieldProblem {
  const isInt32 = 'type' in form && form.type === 'int32'
  if (!isInt32 || !Number.isInteger(value)) return wrongType(place, form)
  const range = `expected a whole number from ${-INT32_LIMIT} to ${INT32_LIMIT - 1}`
  return fieldProblem(
    'out-of-range',
    place.field,
    `the value is a whole number that is too ${value < 0 ? 'small' : 'large'}; ${range}`,
  )
}

function wrongType({ field, value }: Place, form: Form): FieldProblem {
  const found = typeof value === 'number' && !Number.isFinite(value) ? 'no finite number' : describeValue(value)
  return fieldProblem('wrong-type', field, `the value is ${found}; expected ${expectation(form)}`)
}

function expectation(form: Form): string {
  const example = 'type' in form && form.type === 'timestamp' ? ' with an offset, such as 2026-11-23T09:30:00Z' : ''
  return `${describeForm(form)}${example}${form.nullable === true ? ' or null' : ''}`
}
