/** What the values of an attribute become. It depends on the attribute alone, and never on how many values one entry has. */
import { baseName, type HoldsBytes } from './entry.ts'
import { KINDS, LISTS, SYNTAX_KINDS, TEXTS } from './known.ts'
import type { Schema } from './schema.ts'
import { type Kind, kindHoldsBytes } from './values.ts'

export interface Shape {
  readonly kind: Kind
  /** A list in every row, else the first value. */
  readonly isList: boolean
}

export interface ShapeOptions {
  readonly lists: readonly string[]
  readonly texts: readonly string[]
  readonly binary: readonly string[]
  readonly schema: Schema | undefined
}

export interface Shapes {
  shapeOf(attribute: string): Shape
  readonly holdsBytes: HoldsBytes
}

export function createShapes({ schema, ...options }: ShapeOptions): Shapes {
  const lists = lowerCase(options.lists)
  const texts = lowerCase(options.texts)
  const binary = lowerCase(options.binary)

  function kindOf(attribute: string): Kind {
    const name = baseName(attribute)
    if (binary.has(name) || /;binary(?:;|$)/i.test(attribute)) return 'bytes'
    return KINDS.get(name) ?? SYNTAX_KINDS.get(schema?.get(name)?.syntax ?? '') ?? 'text'
  }
  /** Without a schema a name that is not known may have several values, as every attribute may that is not declared otherwise. */
  function isList(name: string): boolean {
    if (lists.has(name) || texts.has(name)) return lists.has(name)
    if (LISTS.has(name) || TEXTS.has(name)) return LISTS.has(name)
    const type = schema?.get(name)
    return type === undefined ? !KINDS.has(name) : !type.isSingle
  }
  return {
    shapeOf: (attribute) => ({ kind: kindOf(attribute), isList: isList(baseName(attribute)) }),
    holdsBytes: (type) => kindHoldsBytes(kindOf(type)),
  }
}

function lowerCase(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()))
}
