/** Which attributes are asked for, and which column each answer belongs to. */
import { ConfigError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { type Attribute, baseName, type Entry, type HoldsBytes, type Value } from './entry.ts'
import { FORBIDDEN } from './known.ts'
import { type Range, rangeOf } from './ranges.ts'
import type { Schema } from './schema.ts'
import { createShapes, type Shape, type ShapeOptions } from './shape.ts'

/** A column, or an attribute that is only looked at. */
export interface Slot extends Shape {
  readonly index: number
  /** As it was asked for, or as the server spells what it sent unasked. */
  readonly attribute: string
  /** The field in rows; undefined when it is none. */
  readonly field: string | undefined
}

/** The values of one entry by slot, and lists that the server has only begun. */
export interface Filled {
  readonly values: (readonly Value[] | undefined)[]
  readonly ranges: readonly { readonly slot: Slot; readonly range: Range }[]
}

export interface Layout {
  readonly requested: readonly string[]
  /** In the order of the columns; with `*` more come with the entries. */
  readonly slots: readonly Slot[]
  readonly isOpen: boolean
  readonly holdsBytes: HoldsBytes
  /** The slot of an attribute that was asked for; undefined when it was not, or the server does not know it. */
  find(attribute: string): Slot | undefined
  fill(entry: Entry): Filled
}

export interface LayoutOptions extends ShapeOptions {
  /** As the user wrote them; undefined for the usual ones. */
  readonly written: readonly string[] | undefined
  readonly usual: readonly string[]
  /** Columns in any case. */
  readonly added: readonly string[]
  /** Looked at, though no columns. */
  readonly helpers: readonly string[]
  /** Fields that are computed; an attribute of such a name gets another. */
  readonly computed: ReadonlySet<string>
  readonly schema: Schema | undefined
}

const ALL = '*'

/** @throws ConfigError when an attribute is none that the server knows, is there twice, or holds passwords */
export function createLayout(options: LayoutOptions): Layout {
  const { schema } = options
  const written = options.written ?? options.usual
  const isOpen = written.includes(ALL)
  const names = written.filter((name) => name !== ALL)
  refuse(names, options)
  const shapes = createShapes(options)
  const slots: Slot[] = []
  const byName = new Map<string, Slot>()
  const bySpelling = new Map<string, Slot | undefined>()

  function add(attribute: string, isColumn: boolean): Slot {
    const field = isColumn ? fieldName(attribute, options.computed) : undefined
    const slot: Slot = { index: slots.length, attribute, field, ...shapes.shapeOf(attribute) }
    slots.push(slot)
    for (const name of namesOf(attribute, schema)) if (!byName.has(name)) byName.set(name, slot)
    return slot
  }
  function resolve(type: string): Slot | undefined {
    const name = type.toLowerCase()
    const plain = name.replace(/;(?:binary|range=[^;]*)(?=;|$)/g, '')
    const slot = byName.get(name) ?? byName.get(plain)
    if (slot !== undefined || !isOpen || FORBIDDEN.has(baseName(type))) return slot
    return add(type.replace(/;range=[^;]*/i, ''), true)
  }
  function slotOf(type: string): Slot | undefined {
    const known = bySpelling.get(type)
    if (known !== undefined || bySpelling.has(type)) return known
    const slot = resolve(type)
    bySpelling.set(type, slot)
    return slot
  }
  for (const name of names) add(name, true)
  for (const name of options.added) if (!byName.has(name.toLowerCase())) add(name, true)
  for (const name of options.helpers) if (!byName.has(name.toLowerCase())) add(name, isOpen)
  const requested = slots.map(({ attribute }) => attribute)
  return {
    requested: isOpen ? [ALL, ...requested] : requested,
    slots,
    isOpen,
    holdsBytes: shapes.holdsBytes,
    find(attribute) {
      const slot = byName.get(attribute) ?? byName.get(attribute.toLowerCase())
      // For the next entry, without making lower case of it again.
      if (slot !== undefined && !byName.has(attribute)) byName.set(attribute, slot)
      return slot
    },
    fill: (entry) => fill(entry.attributes, slots.length, slotOf),
  }
}

function fill(attributes: readonly Attribute[], size: number, slotOf: (type: string) => Slot | undefined): Filled {
  const values: Filled['values'] = []
  for (let i = 0; i < size; i++) values.push(undefined)
  let ranges: { slot: Slot; range: Range }[] = []
  for (const attribute of attributes) {
    const slot = slotOf(attribute.type)
    // An empty list is a filler beside the values: `member` beside `member;range=0-1499`.
    if (slot === undefined || attribute.values.length === 0) continue
    values[slot.index] = attribute.values
    const range = attribute.type.includes(';') ? rangeOf(attribute.type) : undefined
    if (range !== undefined) ranges = [...ranges, { slot, range }]
  }
  return { values, ranges }
}

/** All names of an attribute, in lower case: a server asked for `surname` answers with `sn`. */
function namesOf(attribute: string, schema: Schema | undefined): readonly string[] {
  const name = attribute.toLowerCase()
  const type = name.includes(';') ? undefined : schema?.get(name)
  return type === undefined ? [name] : [name, ...type.names.map((each) => each.toLowerCase()), type.oid]
}

function fieldName(attribute: string, computed: ReadonlySet<string>): string {
  return computed.has(attribute) ? `${attribute}Attribute` : attribute
}

function refuse(names: readonly string[], { written, schema, lists, texts, binary }: LayoutOptions): void {
  const seen = new Set<string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (seen.has(key)) throw mistake(`\`attributes\` names ${name} twice`, 'Letter case makes no difference.')
    seen.add(key)
    if (FORBIDDEN.has(baseName(name))) {
      throw mistake(`\`attributes\` names ${name}, which holds passwords or keys`, 'They are never read. Remove it.')
    }
    if (written !== undefined) refuseUnknown(name, 'attributes', schema)
  }
  for (const [option, each] of Object.entries({ lists, texts, binary })) {
    for (const name of each) refuseUnknown(name, option, schema)
  }
  for (const name of lists) {
    if (!texts.some((text) => text.toLowerCase() === name.toLowerCase())) continue
    throw mistake(`${name} is named in \`lists\` and in \`texts\``, 'It can be but one of them.')
  }
}

/** A name that the server's schema does not know is misspelt. */
export function refuseUnknown(name: string, option: string, schema: Schema | undefined): void {
  if (schema === undefined || schema.has(baseName(name))) return
  const known = [...schema.values()].flatMap(({ names }) => names)
  const nearest = nearestName(name, known)
  const near = nearest === undefined ? '' : `; did you mean ${nearest}?`
  throw mistake(
    `\`${option}\` names ${name}, which is no attribute that this server knows${near}`,
    'The names are those of the directory; ldapsearch or its administrator shows them.',
  )
}

function mistake(says: string, hint: string): ConfigError {
  return new ConfigError('ldap-attributes', says, { hint })
}
