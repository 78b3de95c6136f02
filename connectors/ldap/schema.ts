/** The attribute types that a server knows: RFC 4512, 4.1.2. */
import type { Channel } from './channel.ts'
import { parseFilter } from './filter.ts'
import { followRanges, rangeOf } from './ranges.ts'
import { CODE } from './result.ts'
import { searchOnce } from './search.ts'

export interface AttributeType {
  /** The first is the usual one, and what a server answers with. */
  readonly names: readonly string[]
  readonly oid: string
  readonly isSingle: boolean
  /** Object identifier, its own or inherited; undefined when it is not told. */
  readonly syntax: string | undefined
}

/** By name and object identifier, in lower case. */
export type Schema = ReadonlyMap<string, AttributeType>

interface Definition extends AttributeType {
  readonly superior: string | undefined
}

/** @returns undefined when the server does not show its schema */
export async function readSchema(channel: Channel, dn: string | undefined): Promise<Schema | undefined> {
  if (dn === undefined || dn === '') return undefined
  const { found, result } = await searchOnce(channel, {
    base: dn,
    scope: 'base',
    filter: parseFilter('(objectClass=*)'),
    attributes: ['attributeTypes'],
    timeLimit: 0,
  })
  if (result.code !== CODE.success) return undefined
  const schema = new Map<string, AttributeType>()
  for (const { type, values } of found[0]?.attributes ?? []) {
    const range = rangeOf(type)
    const rest =
      range?.next === undefined ? [] : await followRanges(channel, { dn, attribute: range.attribute, from: range.next })
    addTypes(schema, [...values, ...rest].map(String))
  }
  return schema.size === 0 ? undefined : schema
}

function addTypes(schema: Map<string, AttributeType>, texts: readonly string[]): void {
  const definitions = new Map<string, Definition>()
  for (const text of texts) {
    const definition = parseDefinition(text)
    if (definition === undefined) continue
    definitions.set(definition.oid, definition)
    for (const name of definition.names) definitions.set(name.toLowerCase(), definition)
  }
  for (const [key, definition] of definitions)
    schema.set(key, { ...definition, syntax: syntaxOf(definition, definitions) })
}

function parseDefinition(text: string): Definition | undefined {
  const oid = /^\(\s*([\w.-]+)/.exec(text)?.[1]
  if (oid === undefined) return undefined
  const name = /\sNAME\s+(?:'([^']*)'|\(([^)]*)\))/.exec(text)
  const names =
    name?.[1] === undefined ? [...(name?.[2] ?? '').matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '') : [name[1]]
  return {
    oid: oid.toLowerCase(),
    names,
    isSingle: /\sSINGLE-VALUE\b/.test(text.replace(/'[^']*'/g, "''")),
    syntax: /\sSYNTAX\s+'?([\d.]+)/.exec(text)?.[1],
    superior: /\sSUP\s+'?([\w.-]+)/.exec(text)?.[1]?.toLowerCase(),
  }
}

/** Chains are short; one that is longer is a circle. */
const LONGEST_CHAIN = 16

function syntaxOf(definition: Definition, definitions: ReadonlyMap<string, Definition>): string | undefined {
  let current: Definition | undefined = definition
  for (let steps = 0; current !== undefined && steps < LONGEST_CHAIN; steps++) {
    if (current.syntax !== undefined) return current.syntax
    current = current.superior === undefined ? undefined : definitions.get(current.superior)
  }
  return undefined
}
