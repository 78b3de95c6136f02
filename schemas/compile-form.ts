/** Compiles a form with Ajv, in the mode in which the API itself checks, and closes what that mode leaves open. */
import { _, Ajv, type ErrorObject, type KeywordCxt } from 'ajv/dist/jtd.js'
import { isDateTime } from './date-time.ts'
import type { Form, ObjectForm } from './resource-type.ts'
import { isBlank, isWellFormed } from './text.ts'

/** Checks a record; the errors are empty when it is valid. */
export type FormCheck = (record: unknown) => readonly ErrorObject[]

/** The name under which a failed check of ours appears in Ajv's errors. */
export const CHECK_KEYWORD = 'check'

/** What a value must be besides being of its JSON type. */
const CHECKS = {
  'well-formed': (value: unknown) => typeof value !== 'string' || isWellFormed(value),
  filled: (value: unknown) => typeof value !== 'string' || (!isBlank(value) && isWellFormed(value)),
  'date-time': (value: unknown) => typeof value !== 'string' || isDateTime(value),
  finite: (value: unknown) => typeof value !== 'number' || Number.isFinite(value),
} as const

type CheckName = keyof typeof CHECKS

/** A form in which each of our own checks stands where Ajv looks for it. */
type CheckedForm = { readonly nullable?: true; readonly metadata?: { readonly [CHECK_KEYWORD]: CheckName } } & (
  | { readonly type: string }
  | { readonly enum: readonly string[] }
  | { readonly elements: CheckedForm }
  | CheckedObjectForm
)

interface CheckedObjectForm {
  readonly properties: Readonly<Record<string, CheckedForm>>
  readonly optionalProperties?: Readonly<Record<string, CheckedForm>>
}

const NO_ERRORS: readonly ErrorObject[] = []

/** Takes some milliseconds: compile a form once. */
export function compileForm(form: ObjectForm): FormCheck {
  // Our forms are tested; checking them against the meta-schema here would double the start of every command.
  const ajv = new Ajv({ allErrors: true, meta: false, validateSchema: false, logger: false })
  ajv.addKeyword({ keyword: CHECK_KEYWORD, schemaType: 'string', code: writeCheck })
  const validate = ajv.compile(checkedObject(form))
  return (record) => (validate(record) ? NO_ERRORS : (validate.errors ?? NO_ERRORS))
}

/** Calls the check straight from Ajv's code: its function keywords would build a context object at every value. */
function writeCheck(context: KeywordCxt): void {
  const name: CheckName = context.schema
  const check = context.gen.scopeValue('func', { ref: CHECKS[name] })
  context.pass(_`${check}(${context.data})`)
}

function checkedObject(form: ObjectForm): CheckedObjectForm {
  return {
    properties: checkedAll(form.properties, true),
    optionalProperties: checkedAll(form.optionalProperties ?? {}, false),
  }
}

function checkedAll(forms: Readonly<Record<string, Form>>, required: boolean): Record<string, CheckedForm> {
  return Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, checked(form, required)]))
}

function checked(form: Form, required: boolean): CheckedForm {
  const nullable = form.nullable === true ? ({ nullable: true } as const) : {}
  if ('enum' in form) return { enum: form.enum, ...nullable }
  if ('elements' in form) return { elements: checked(form.elements, false), ...nullable }
  if ('properties' in form) return { ...checkedObject(form), ...nullable }
  // Ajv's own `timestamp` takes a blank for the T, lower case, the second 60 and `Date` objects.
  const type = form.type === 'timestamp' ? 'string' : form.type
  const check = checkOf(form.type, required && form.metadata?.mayBeEmpty !== true)
  return { type, ...nullable, ...(check && { metadata: { [CHECK_KEYWORD]: check } }) }
}

function checkOf(type: string, mustBeFilled: boolean): CheckName | undefined {
  if (type === 'string') return mustBeFilled ? 'filled' : 'well-formed'
  if (type === 'timestamp') return 'date-time'
  // Ajv's `float64` takes NaN and the infinities, which JSON cannot write.
  return type === 'float64' ? 'finite' : undefined
}
