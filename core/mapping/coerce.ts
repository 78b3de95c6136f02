/** Any value to any form: scalars, lists and objects, with every problem inside them. */
import { describeForm, type FormField, fieldsOf } from '../../schemas/form.ts'
import type { FieldProblem } from '../../schemas/problem.ts'
import type { Form, ObjectForm } from '../../schemas/resource-type.ts'
import { describeValue } from '../text/describe.ts'
import { enumCoercer, type ScalarCoercer, scalarCoercer } from './coerce-scalar.ts'
import type { DateReader } from './dates.ts'
import { Fault } from './fault.ts'

/** A value that was coerced for one field: undefined when there is none to send, and `problems` may say why. */
export type Coercer = (value: unknown, field: string, problems: FieldProblem[]) => unknown

/**
 * Turns values into the form of a property. Never throws. Nothing ('', blank text, null, undefined) is left out when
 * optional; when required it is null, [], '' or a problem `missing`, as the form allows.
 */
export function propertyCoercer(property: FormField, dates: DateReader): Coercer {
  const coerce = formCoercer(property.form, property.name, dates)
  return (value, field, problems) => {
    if (isNothing(value)) return withoutValue(property, field, problems)
    return coerce(value, field, problems)
  }
}

/** Whether a value says that there is none. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && (value === '' || value.trim() === ''))
}

/** What a field has when there is nothing to send. `found` says where there was nothing. */
export function withoutValue(property: FormField, field: string, problems: FieldProblem[], found?: string): unknown {
  const { form, required } = property
  if (!required) return undefined
  if (form.nullable) return null
  if ('elements' in form) return []
  if (form.metadata?.mayBeEmpty) return ''
  const where = found === undefined ? '' : ` (${found})`
  problems.push({
    code: 'missing',
    field,
    message: `the required value is missing${where}; expected ${describeForm(form)}`,
  })
  return undefined
}

/** Runs what may throw a Fault, and makes a problem of one. */
export function guarded<T>(compute: () => T, field: string, problems: FieldProblem[]): T | undefined {
  try {
    return compute()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    problems.push({ code: error.code, field, message: error.message })
    return undefined
  }
}

function formCoercer(form: Form, name: string, dates: DateReader): Coercer {
  if ('enum' in form) return scalar(enumCoercer(form.enum))
  if ('elements' in form) return listCoercer(form.elements, name, dates)
  if ('properties' in form) return objectCoercer(form, dates)
  return scalar(scalarCoercer(form, name, dates))
}

function scalar(coerce: ScalarCoercer): Coercer {
  return (value, field, problems) => guarded(() => coerce(value), field, problems)
}

function listCoercer(elements: Form, name: string, dates: DateReader): Coercer {
  const coerce = formCoercer(elements, name, dates)
  const takesPieces = !('properties' in elements || 'elements' in elements)
  return (value, field, problems) => {
    const items = guarded(() => itemsOf(value, takesPieces), field, problems)
    if (items === undefined) return undefined
    const count = problems.length
    const list = items.map((item, i) => (isNothing(item) ? undefined : coerce(item, `${field}[${i}]`, problems)))
    return problems.length > count ? undefined : list.filter((item) => item !== undefined)
  }
}

/** The items of a list, or of the text of one. */
function itemsOf(value: unknown, takesPieces: boolean): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  if (typeof value === 'string' && value.trimStart().startsWith('[')) return parseJson(value, Array.isArray, 'a list')
  if (!takesPieces || (typeof value === 'object' && !(value instanceof Date))) {
    throw new Fault('wrong-type', `the value is ${describeValue(value)}; expected a list, or the JSON text of one`)
  }
  return typeof value === 'string' ? value.split(',').map((piece) => piece.trim()) : [value]
}

function objectCoercer(form: ObjectForm, dates: DateReader): Coercer {
  const members = fieldsOf(form).map((property) => ({ name: property.name, coerce: propertyCoercer(property, dates) }))
  return (value, field, problems) => {
    const fields = guarded(() => membersOf(value), field, problems)
    if (fields === undefined) return undefined
    const object: Record<string, unknown> = {}
    for (const { name, coerce } of members) {
      const member = coerce(Object.hasOwn(fields, name) ? fields[name] : undefined, `${field}.${name}`, problems)
      if (member !== undefined) object[name] = member
    }
    return object
  }
}

/** The members of an object, or of the JSON text of one. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value
  if (typeof value === 'string' && value.trimStart().startsWith('{')) return parseJson(value, isObject, 'an object')
  throw new Fault('wrong-type', `the value is ${describeValue(value)}; expected an object, or the JSON text of one`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !ArrayBuffer.isView(value)
  )
}

function parseJson<T>(text: string, fits: (value: unknown) => value is T, what: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new Fault(
      'wrong-type',
      `the value is ${describeValue(text)} that begins like JSON and is not; expected ${what}`,
    )
  }
  if (fits(value)) return value
  throw new Fault('wrong-type', `the value is the JSON text of ${describeValue(value)}; expected ${what}`)
}
