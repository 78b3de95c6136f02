/** Questions that mapping, comparing and the `schema` command ask of a form. */
import type { Form, ObjectForm } from './resource-type.ts'

export const CUSTOM_PROPERTIES = 'customProperties'

/** One field of an object form. */
export interface FormField {
  readonly name: string
  readonly form: Form
  readonly required: boolean
}

export type FormKind = 'text' | 'boolean' | 'int32' | 'float64' | 'date-time' | 'enum' | 'list' | 'object'

export function kindOf(form: Form): FormKind {
  if ('enum' in form) return 'enum'
  if ('elements' in form) return 'list'
  if ('properties' in form) return 'object'
  if (form.type === 'string') return 'text'
  return form.type === 'timestamp' ? 'date-time' : form.type
}

/** In the order in which we send and compare: required ones, optional ones, `customProperties` last. */
export function fieldsOf(form: ObjectForm): readonly FormField[] {
  const required = fieldsFrom(form.properties, true)
  const fields = [...required, ...fieldsFrom(form.optionalProperties ?? {}, false)]
  const custom = fields.filter((field) => field.name === CUSTOM_PROPERTIES)
  return [...fields.filter((field) => field.name !== CUSTOM_PROPERTIES), ...custom]
}

function fieldsFrom(forms: Readonly<Record<string, Form>>, required: boolean): FormField[] {
  return Object.entries(forms).map(([name, form]) => ({ name, form, required }))
}

/** The form of a field; undefined when there is no such field. */
export function fieldOf(form: ObjectForm, name: string): Form | undefined {
  return ownForm(form.properties, name) ?? ownForm(form.optionalProperties, name)
}

export function isRequired(form: ObjectForm, name: string): boolean {
  return Object.hasOwn(form.properties, name)
}

export function isNullable(form: Form): boolean {
  return form.nullable === true
}

function ownForm(forms: Readonly<Record<string, Form>> | undefined, name: string): Form | undefined {
  return forms !== undefined && Object.hasOwn(forms, name) ? forms[name] : undefined
}

/**
 * What a value of the form looks like, as people say it: `text`, `one of ADMIN, EDITOR, BASE`, `list of text`. Says
 * nothing of null, since what null means depends on whether the field is required.
 */
export function describeForm(form: Form): string {
  if ('enum' in form) return `one of ${form.enum.join(', ')}`
  if ('elements' in form) return describeList(form.elements)
  if ('properties' in form) return `object with ${describeMembers(form)}`
  return TYPE_NAMES[form.type]
}

const TYPE_NAMES = {
  string: 'text',
  boolean: 'true or false',
  int32: 'whole number',
  float64: 'number',
  timestamp: 'date-time',
} as const

function describeList(elements: Form): string {
  return 'properties' in elements
    ? `list of objects with ${describeMembers(elements)}`
    : `list of ${describeForm(elements)}`
}

function describeMembers(form: ObjectForm): string {
  return fieldsOf(form)
    .map((field) => (field.required ? field.name : `${field.name}?`))
    .join(', ')
}
