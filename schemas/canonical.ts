/** The one form in which records are compared and sent. */
import { toUtcSecond } from './date-time.ts'
import { type FormField, fieldsOf } from './form.ts'
import type { FieldValue, Form, ObjectForm, VantaRecord } from './resource-type.ts'

type Canonicalise = (value: FieldValue) => FieldValue

interface FieldPlan {
  readonly name: string
  /** Null says something here (unknown), and stays. */
  readonly keepsNull: boolean
  /** Undefined where every value is already in its one form. */
  readonly canonicalise: Canonicalise | undefined
  /** Reading `record[name]` could find a member that every object inherits. */
  readonly inherited: boolean
}

/**
 * Compiles a form to the function that brings a record into its one form: own fields only, in order, null absent unless
 * required, times to the second in UTC, lists in their order. It is total and idempotent: a value of another type than
 * the form says, as a server may answer, stays as it is.
 */
export function compileCanonical(form: ObjectForm): (record: VantaRecord) => Record<string, FieldValue> {
  const plans = fieldsOf(form).map(planField)
  return (record) => canonicalObject(plans, record)
}

function planField(field: FormField): FieldPlan {
  return {
    name: field.name,
    keepsNull: field.required && field.form.nullable === true,
    canonicalise: canonicaliserOf(field.form),
    inherited: field.name in Object.prototype,
  }
}

function canonicalObject(plans: readonly FieldPlan[], record: VantaRecord): Record<string, FieldValue> {
  const result: Record<string, FieldValue> = {}
  for (const plan of plans) {
    const value = plan.inherited && !Object.hasOwn(record, plan.name) ? undefined : record[plan.name]
    if (value === undefined || (value === null && !plan.keepsNull)) continue
    result[plan.name] = plan.canonicalise === undefined ? value : plan.canonicalise(value)
  }
  return result
}

function canonicaliserOf(form: Form): Canonicalise | undefined {
  if ('enum' in form) return undefined
  if ('elements' in form) return listCanonicaliser(form.elements)
  if ('properties' in form) return objectCanonicaliser(form)
  return form.type === 'timestamp' ? canonicalTime : undefined
}

function canonicalTime(value: FieldValue): FieldValue {
  return typeof value === 'string' ? (toUtcSecond(value) ?? value) : value
}

function listCanonicaliser(elements: Form): Canonicalise | undefined {
  const canonicalise = canonicaliserOf(elements)
  if (canonicalise === undefined) return undefined
  return (value) => (Array.isArray(value) ? value.map((item) => canonicalise(item)) : value)
}

function objectCanonicaliser(form: ObjectForm): Canonicalise {
  const plans = fieldsOf(form).map(planField)
  return (value) => (isRecord(value) ? canonicalObject(plans, value) : value)
}

function isRecord(value: FieldValue): value is VantaRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
