import type { Form } from '../schemas/resource-type.ts'

type Trim = (value: unknown) => unknown

/** Drops the fractional seconds of every timestamp of a record, nested ones too, in place: GET never answers them. */
export function fractionDropper(form: Form): Trim {
  return trimmer(form) ?? same
}

function same(value: unknown): unknown {
  return value
}

/** Undefined where nothing below the form is a timestamp, so that such branches cost nothing. */
function trimmer(form: Form): Trim | undefined {
  if ('type' in form) return form.type === 'timestamp' ? trimTime : undefined
  if ('elements' in form) return listTrimmer(trimmer(form.elements))
  if ('properties' in form) return objectTrimmer({ ...form.properties, ...form.optionalProperties })
  return undefined
}

function trimTime(value: unknown): unknown {
  return typeof value === 'string' && value.includes('.') ? value.replace(/\.\d+/, '') : value
}

function listTrimmer(trim: Trim | undefined): Trim | undefined {
  if (!trim) return undefined
  return (value) => (Array.isArray(value) ? value.map(trim) : value)
}

function objectTrimmer(fields: Readonly<Record<string, Form>>): Trim | undefined {
  const trims: [string, Trim][] = []
  for (const [name, form] of Object.entries(fields)) {
    const trim = trimmer(form)
    if (trim) trims.push([name, trim])
  }
  if (trims.length === 0) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null) return value
    const record = value as Record<string, unknown>
    for (const [name, trim] of trims) if (record[name] !== undefined) record[name] = trim(record[name])
    return record
  }
}
