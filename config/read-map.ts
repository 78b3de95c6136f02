import type { Form, ObjectForm, ResourceType } from '../schemas/resource-type.ts'
import type { Path } from './path.ts'
import { looksLikeReference, referenceOf } from './reference.ts'
import { fetchLater, hole, type Reading, spend } from './reading.ts'
import type { Written, WrittenEntry, WrittenMap, WrittenScalar } from './written.ts'

interface MapAt {
  readonly written: Written
  /** Undefined for what the type does not know: the mapping's own check names that. */
  readonly form: Form | undefined
  readonly path: Path
  readonly keyOffset?: number
}

type Assign = (value: unknown) => void

/**
 * The `map` of a source as plain data. A scalar is taken as it was written where the field is text, and as what YAML
 * makes of it where the field is a number or true/false; null is null everywhere.
 */
export function readMapping(
  reading: Reading,
  written: WrittenMap,
  type: ResourceType,
  path: Path,
): Record<string, unknown> {
  const entries = written.entries.filter(({ key }) => !key.startsWith('x-') || fieldForm(type.form, key) !== undefined)
  return readEntries(reading, entries, { path, formOf: (key) => fieldForm(type.form, key) })
}

/** The form of a field, or of a custom property of that name; undefined for what the type does not know. */
export function fieldForm(form: ObjectForm, key: string): Form | undefined {
  const own = propertyForm(form, key)
  if (own !== undefined) return own
  const custom = propertyForm(form, 'customProperties')
  return custom !== undefined && 'properties' in custom ? propertyForm(custom, key) : undefined
}

function propertyForm(form: ObjectForm, key: string): Form | undefined {
  if (Object.hasOwn(form.properties, key)) return form.properties[key]
  const optional = form.optionalProperties
  return optional !== undefined && Object.hasOwn(optional, key) ? optional[key] : undefined
}

interface EntriesAt {
  readonly path: Path
  readonly formOf: (key: string) => Form | undefined
}

function readEntries(
  reading: Reading,
  entries: readonly WrittenEntry[],
  { path, formOf }: EntriesAt,
): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>
  for (const { key, keyOffset, value } of entries) {
    readField(reading, { written: value, form: formOf(key), path: [...path, key], keyOffset }, (read) => {
      object[key] = read
    })
  }
  return object
}

function readField(reading: Reading, at: MapAt, assign: Assign): void {
  const { written, form, path, keyOffset } = at
  const blank = written.kind === 'scalar' && written.text === ''
  const value = blank ? (keyOffset ?? written.offset) : written.offset
  reading.report.place(path, keyOffset === undefined ? { value } : { value, key: keyOffset })
  if (!spend(reading) || written.kind === 'broken') assign(hole(reading, path))
  else if (written.kind === 'scalar') assign(readScalar(written, form))
  else if (written.kind === 'list') readList(reading, { ...at, items: written.items }, assign)
  else readObject(reading, { ...at, written }, assign)
}

function readScalar(written: WrittenScalar, form: Form | undefined): unknown {
  if (written.value === null) return null
  return keepsYamlType(form) ? written.value : written.text
}

function keepsYamlType(form: Form | undefined): boolean {
  return form !== undefined && 'type' in form && form.type !== 'string' && form.type !== 'timestamp'
}

function readList(
  reading: Reading,
  { items, form, path }: MapAt & { items: readonly Written[] },
  assign: Assign,
): void {
  const list: unknown[] = []
  assign(list)
  const itemForm = form !== undefined && 'elements' in form ? form.elements : undefined
  for (const [index, item] of items.entries()) {
    readField(reading, { written: item, form: itemForm, path: [...path, index] }, (value) => {
      list[index] = value
    })
  }
}

function readObject(reading: Reading, { written, form, path }: MapAt & { written: WrittenMap }, assign: Assign): void {
  const object = form !== undefined && 'properties' in form ? form : undefined
  const ofObject = (key: string): Form | undefined => (object === undefined ? undefined : propertyForm(object, key))
  const keys = written.entries.map(({ key }) => key)
  const ownKeys = keys.some((key) => ofObject(key) !== undefined)
  if (looksLikeReference(written) && !ownKeys) readReference(reading, { written, form, path }, assign)
  else if (keys.includes('from') && !ownKeys) assign(readTranslation(reading, written, form, path))
  else assign(readEntries(reading, written.entries, { path, formOf: ofObject }))
}

/** `{ from, values, default }`: the values and the default are what the field takes; the keys of `values` are data. */
function readTranslation(
  reading: Reading,
  written: WrittenMap,
  form: Form | undefined,
  path: Path,
): Record<string, unknown> {
  const translation = Object.create(null) as Record<string, unknown>
  for (const { key, keyOffset, value } of written.entries) {
    const valuePath = [...path, key]
    if (key === 'values' && value.kind === 'map') {
      reading.report.place(valuePath, { value: value.offset, key: keyOffset })
      translation[key] = readEntries(reading, value.entries, { path: valuePath, formOf: () => form })
      continue
    }
    readField(
      reading,
      { written: value, form: key === 'default' ? form : undefined, path: valuePath, keyOffset },
      (read) => {
        translation[key] = read
      },
    )
  }
  return translation
}

function readReference(
  reading: Reading,
  { written, form, path }: MapAt & { written: WrittenMap },
  assign: Assign,
): void {
  const reference = referenceOf(written)
  if (!('kind' in reference)) {
    reading.report.add({ code: 'bad-reference', path, ...reference })
    assign(hole(reading, path))
    return
  }
  const take = (text: string): void => assign(constantOf(reading, { text, form, path }))
  assign(fetchLater(reading, { reference, path }, take))
}

/** What comes from outside is data: it may not turn into an expression. */
function constantOf(
  reading: Reading,
  { text, form, path }: { text: string; form: Form | undefined; path: Path },
): unknown {
  if (text.includes('{{')) {
    reading.report.add({
      code: 'bad-reference',
      path,
      message: 'refers to a value with {{ in it',
      expected: 'a constant; a template is written in the file',
    })
    return hole(reading, path)
  }
  if (!keepsYamlType(form)) return text
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[-+]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
