import type { Form, ObjectForm } from './resource-type.ts'

/**
 * The form as pure JSON Type Definition, without our `metadata`: Ajv takes every key in there for a keyword and refuses
 * to compile those it does not know.
 */
export function plainForm(form: ObjectForm): ObjectForm {
  return plainObject(form)
}

function plain(form: Form): Form {
  const nullable = form.nullable === true ? ({ nullable: true } as const) : {}
  if ('enum' in form) return { enum: form.enum, ...nullable }
  if ('elements' in form) return { elements: plain(form.elements), ...nullable }
  if ('properties' in form) return { ...plainObject(form), ...nullable }
  return { type: form.type, ...nullable }
}

function plainObject(form: ObjectForm): ObjectForm {
  const properties = plainAll(form.properties)
  return form.optionalProperties === undefined
    ? { properties }
    : { properties, optionalProperties: plainAll(form.optionalProperties) }
}

function plainAll(forms: Readonly<Record<string, Form>>): Record<string, Form> {
  return Object.fromEntries(Object.entries(forms).map(([name, form]) => [name, plain(form)]))
}
