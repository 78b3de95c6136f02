/** Compiles each entry of a `map` to the function that fills its field. */
import { describeForm, type FormField, fieldsOf } from '../../schemas/form.ts'
import type { FieldProblem } from '../../schemas/problem.ts'
import type { Form, ObjectForm } from '../../schemas/resource-type.ts'
import { describeValue } from '../text/describe.ts'
import { nearestName } from '../text/nearest.ts'
import { guarded, isNothing, propertyCoercer, withoutValue } from './coerce.ts'
import type { SelfField } from './columns.ts'
import type { DateReader } from './dates.ts'
import type { Engine } from './expression.ts'
import { ownValue } from './expression-runtime.ts'
import type { MappingProblem } from './mapping.ts'
import type { NamedColumn, Path } from './named-column.ts'
import { type RowScope, type Source, type SourceFault, sourceOf, templateSource } from './sources.ts'
import { looksLikeTranslation, type Translation, translate, translationFaults } from './translation.ts'

/** The value of a field, coerced; undefined when there is none to send, and `problems` may say why. Never throws. */
export type Fill = (scope: RowScope, problems: FieldProblem[]) => unknown

/** What compiling gathers on its way. */
export interface Compilation {
  readonly engine: Engine
  readonly dates: DateReader
  readonly problems: MappingProblem[]
  readonly named: NamedColumn[]
  readonly selfFields: SelfField[]
  /** Columns that expressions read by name. */
  readonly contextColumns: Set<string>
}

/** A place in the record that wants a value. */
export interface Place extends FormField {
  /** Path within the record: `drives[0].name`. */
  readonly field: string
  /** Path of the entry within the resource's source. */
  readonly path: Path
}

/** Fills a place from what the mapping writes for it. */
export function compileEntry(value: unknown, place: Place, compilation: Compilation): Fill {
  if (typeof value === 'string') return compileText(value, place, compilation)
  if (Array.isArray(value)) return compileList(value, place, compilation)
  if (typeof value === 'object' && value !== null)
    return compileMap(value as Record<string, unknown>, place, compilation)
  if (value === null && place.required && place.form.nullable !== true) return stopped(place, compilation)
  return compileConstant(value, place, compilation)
}

/** Fills a place from the column of its name, when there is one. */
export function selfEntry(place: Place, compilation: Compilation): Fill {
  const { selfFields, dates } = compilation
  const index = selfFields.length
  selfFields.push({ name: place.name, path: place.path, isRequired: place.required })
  const coerce = propertyCoercer(place, dates)
  return (scope, problems) => {
    const column = scope.self[index]
    const value = column === undefined ? '' : ownValue(scope.fields, column)
    if (!isNothing(value)) return coerce(value, place.field, problems)
    return withoutValue(
      place,
      place.field,
      problems,
      column === undefined ? 'no column' : `column '${column}' is empty`,
    )
  }
}

/** Fills an object's fields: those with an entry from it, the others as `rest` says. */
export function compileFields(
  entries: Readonly<Record<string, unknown>>,
  place: { readonly form: ObjectForm; readonly field: string; readonly path: Path },
  compilation: Compilation,
  rest: (place: Place, compilation: Compilation) => Fill | undefined,
): Fill {
  reportUnknown(entries, place, compilation)
  const fills: (readonly [string, Fill])[] = []
  for (const property of fieldsOf(place.form)) {
    const { name } = property
    const inner: Place = {
      ...property,
      field: place.field === '' ? name : `${place.field}.${name}`,
      path: [...place.path, name],
    }
    const fill = Object.hasOwn(entries, name)
      ? compileEntry(entries[name], inner, compilation)
      : rest(inner, compilation)
    if (fill !== undefined) fills.push([name, fill])
  }
  return (scope, problems) => {
    const object: Record<string, unknown> = {}
    for (const [name, fill] of fills) {
      const value = fill(scope, problems)
      if (value !== undefined) object[name] = value
    }
    return object
  }
}

function reportUnknown(
  entries: Readonly<Record<string, unknown>>,
  place: { form: ObjectForm; path: Path },
  compilation: Compilation,
): void {
  const known = fieldsOf(place.form).map(({ name }) => name)
  for (const name of Object.keys(entries)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    const isCustom = name === 'customProperties'
    report(compilation, [...place.path, name], {
      message: `there is no field ${name}`,
      expected: isCustom
        ? 'customProperties: { name: string | boolean | int32 } declared on the resource'
        : `one of ${known.join(', ')}`,
      ...(nearest !== undefined && { nearest }),
    })
  }
}

function compileText(text: string, place: Place, compilation: Compilation): Fill {
  const source = templateSource(text, compilation.engine)
  if (source === undefined) return compileConstant(text, place, compilation)
  if ('faults' in source) return faulty(source.faults, place, compilation)
  use(source, place, compilation)
  const coerce = propertyCoercer(place, compilation.dates)
  const { field } = place
  return (scope, problems) => {
    const before = problems.length
    const value = guarded(() => source.read(scope), field, problems)
    if (problems.length > before) return undefined
    if (isNothing(value)) return withoutValue(place, field, problems, `${source.origin} is empty`)
    return coerce(value, field, problems)
  }
}

/** Coerced and checked once. Text is sent as written, blanks and all. */
function compileConstant(value: unknown, place: Place, compilation: Compilation): Fill {
  const constant = constantOf(value, place, compilation)
  return () => constant
}

function constantOf(value: unknown, place: Place, compilation: Compilation): unknown {
  const { form, path } = place
  if (typeof value === 'string' && 'type' in form && form.type === 'string' && !isNothing(value)) return value
  const problems: FieldProblem[] = []
  const constant = propertyCoercer(place, compilation.dates)(value, place.field, problems)
  for (const problem of problems) {
    const inner = problem.field === place.field ? '' : `${problem.field}: `
    report(compilation, path, { message: `${inner}${problem.message}` })
  }
  return constant
}

function compileList(items: readonly unknown[], place: Place, compilation: Compilation): Fill {
  const { form, field, path } = place
  if (!('elements' in form)) return misfit(items, place, compilation)
  if (items.length === 0) return () => []
  const fills = items.map((item, i) => {
    const element: Place = {
      name: place.name,
      form: form.elements,
      required: false,
      field: `${field}[${i}]`,
      path: [...path, i],
    }
    return compileEntry(item, element, compilation)
  })
  return (scope, problems) => fills.map((fill) => fill(scope, problems)).filter((value) => value !== undefined)
}

function compileMap(value: Readonly<Record<string, unknown>>, place: Place, compilation: Compilation): Fill {
  const { form } = place
  const unquoted = unquotedTemplate(value)
  if (unquoted !== undefined) {
    const expected = `quotes around it: "{{ ${unquoted} }}"`
    return faulty([{ message: 'YAML read {{ … }} as a map, because it is not quoted', expected }], place, compilation)
  }
  const isObject =
    'properties' in form &&
    !Object.hasOwn(form.properties, 'from') &&
    !Object.hasOwn(form.optionalProperties ?? {}, 'from')
  if (looksLikeTranslation(value) && !(isObject && !Object.hasOwn(value, 'from')))
    return compileTranslation(value, place, compilation)
  if ('properties' in form)
    return compileFields(value, { form, field: place.field, path: place.path }, compilation, restOf)
  return misfit(value, place, compilation)
}

/** The fields of an object that its entry leaves out: custom properties map themselves, others are what nothing is. */
function restOf(place: Place, compilation: Compilation): Fill | undefined {
  if (place.path.length === 3 && place.path[1] === 'customProperties') return selfEntry(place, compilation)
  if (!place.required) return undefined
  return compileConstant(undefined, place, compilation)
}

/** What YAML makes of `field: {{ email }}`: a map whose one key is a map. Gives the expression that was meant. */
function unquotedTemplate(value: Readonly<Record<string, unknown>>): string | undefined {
  const [key, ...others] = Object.keys(value)
  if (key === undefined || others.length > 0 || !/^\{.*\}$/s.test(key)) return undefined
  return key.slice(1, -1).trim()
}

function compileTranslation(value: Readonly<Record<string, unknown>>, place: Place, compilation: Compilation): Fill {
  const { field, path } = place
  const faults = translationFaults(value)
  for (const { key, ...fault } of faults) report(compilation, key === undefined ? path : [...path, key], fault)
  const source = translationSource(value['from'], place, compilation)
  const targets = translationTargets(value, place, compilation)
  if (faults.length > 0 || source === undefined) return () => undefined
  const translation: Translation = { source, ...targets }
  return (scope, problems) => {
    const before = problems.length
    const target = guarded(() => translate(translation, scope), field, problems)
    if (problems.length > before || target !== undefined) return target
    return withoutValue(place, field, problems, `${source.origin} says nothing`)
  }
}

/** `from` names a column as the data spells it, or is a template. */
function translationSource(from: unknown, place: Place, compilation: Compilation): Source | undefined {
  if (typeof from !== 'string' || from.trim() === '') return undefined
  const source = sourceOf(from, compilation.engine)
  const inner = { ...place, path: [...place.path, 'from'] }
  if ('faults' in source) {
    faulty(source.faults, inner, compilation)
    return undefined
  }
  use(source, inner, compilation)
  return source
}

function translationTargets(
  value: Readonly<Record<string, unknown>>,
  place: Place,
  compilation: Compilation,
): Omit<Translation, 'source'> {
  // A target of nothing is the field's matter in each row, so that it is no mistake here.
  const target = (constant: unknown, ...keys: readonly string[]): unknown => {
    const inner: Place = { ...place, required: false, path: [...place.path, ...keys] }
    if (typeof constant !== 'string' || !constant.includes('{{')) return constantOf(constant, inner, compilation)
    return faulty(
      [{ message: 'the values of a translation are constants', expected: 'a value without {{ }}' }],
      inner,
      compilation,
    )
  }
  const { values } = value
  const written = typeof values === 'object' && values !== null && !Array.isArray(values) ? Object.entries(values) : []
  const targets = new Map(written.map(([key, constant]) => [key.trim(), target(constant, 'values', key)]))
  return {
    targets,
    ...(Object.hasOwn(value, 'default') && { fallback: { target: target(value['default'], 'default') } }),
  }
}

/** Notes which columns a source reads, so that a misspelt one is found. */
export function use(source: Source, { path }: { readonly path: Path }, compilation: Compilation): void {
  const { expression } = source
  for (const column of source.columns) {
    compilation.named.push({ column, path, ...(expression !== undefined && { expression }) })
  }
  for (const { join, column } of source.joined) compilation.named.push({ column, path, join })
  for (const column of source.inContext) compilation.contextColumns.add(column)
}

function stopped(place: Place, compilation: Compilation): Fill {
  const message = `${place.name} is required, and null stops it from mapping itself: nothing would feed it`
  return faulty([{ message, expected: describeForm(place.form) }], place, compilation)
}

function misfit(value: unknown, place: Place, compilation: Compilation): Fill {
  const message = `${place.name} was given ${describeValue(value)}`
  return faulty([{ message, expected: expectedEntry(place.form) }], place, compilation)
}

function expectedEntry(form: Form): string {
  return `${describeForm(form)}, a "{{ … }}" or { from, values, default }`
}

function faulty(faults: readonly SourceFault[], place: Place, compilation: Compilation): Fill {
  for (const fault of faults) report(compilation, place.path, fault)
  return () => undefined
}

function report(compilation: Compilation, path: Path, fault: SourceFault): void {
  compilation.problems.push({ path, ...fault })
}
