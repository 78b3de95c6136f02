import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Form, ObjectForm } from '../../schemas/resource-type.ts'
import { isResourceTypeName, resourceType, resourceTypeNames } from '../../schemas/resource-types.ts'
import { knownType } from './known-type.ts'

interface FactField {
  readonly type: string
  readonly required?: boolean
  readonly nullable?: boolean
  readonly format?: string
  readonly enum?: readonly string[]
  readonly rule?: string
  readonly items?: FactField
  readonly properties?: Readonly<Record<string, FactField>>
}

interface FactType {
  readonly kind: string
  readonly path: string
  readonly pushAfter?: string
  readonly fields: Readonly<Record<string, FactField>>
}

const factsFile = new URL('../facts/resource-types.json', import.meta.url)
const facts: Record<string, FactType> = JSON.parse(readFileSync(factsFile, 'utf8')).resourceTypes

describe('the twelve resource types', () => {
  it('are those of the facts, no more and no fewer', () => {
    expect(resourceTypeNames).toEqual(Object.keys(facts).sort())
    expect(resourceTypeNames).toHaveLength(12)
  })

  it('have one file each', () => {
    const files = readdirSync(new URL('../../schemas/types/', import.meta.url)).sort()
    expect(files).toEqual(resourceTypeNames.map((name) => `${name.replaceAll('_', '-')}.ts`).sort())
  })

  it.each(resourceTypeNames)('%s has the kind, the path and the order of pushing of the facts', (name) => {
    const { kind, path, pushAfter } = knownType(name)
    expect({ kind, path, pushAfter }).toEqual({
      kind: facts[name]?.kind,
      path: facts[name]?.path,
      pushAfter: facts[name]?.pushAfter,
    })
  })

  it.each(resourceTypeNames)('%s has every field of the facts, to the last nested one', (name) => {
    expect(linesOfForm(knownType(name).form, '')).toEqual(linesOfFacts(facts[name]?.fields ?? {}, ''))
  })

  it.each(resourceTypeNames)('%s lists its required fields first, then its optional ones', (name) => {
    const fields = Object.entries(facts[name]?.fields ?? {})
    const inOrder = [...fields.filter(([, field]) => field.required), ...fields.filter(([, field]) => !field.required)]
    expect(knownType(name).fieldNames).toEqual(inOrder.map(([fieldName]) => fieldName))
  })

  it('are found by their exact name only', () => {
    expect(resourceType('user_accounts')).toBeUndefined()
    expect(resourceType('USER_ACCOUNT')).toBeUndefined()
    expect(resourceType('constructor')).toBeUndefined()
    expect(isResourceTypeName('secret')).toBe(true)
    expect(isResourceTypeName('toString')).toBe(false)
  })
})

describe('custom properties', () => {
  it('are one required object behind all other fields', () => {
    const type = knownType('user_account', { hostname: 'string', isLab: 'boolean' })
    expect(type.fieldNames.at(-1)).toBe('customProperties')
    expect(type.customProperties).toEqual({ hostname: 'string', isLab: 'boolean' })
    expect(type.form.properties['customProperties']).toEqual({
      properties: { hostname: { type: 'string' }, isLab: { type: 'boolean' } },
    })
  })

  it('do not appear when none is declared', () => {
    expect(knownType('custom_resource', {})).not.toHaveProperty('customProperties')
    expect(knownType('custom_resource', {}).fieldNames).not.toContain('customProperties')
  })

  it('do not change the type for others', () => {
    knownType('custom_resource', { hostname: 'string' })
    expect(knownType('custom_resource').fieldNames).toEqual(['displayName', 'uniqueId', 'externalUrl'])
  })

  it('refuse the one name that an object cannot hold', () => {
    const declared = JSON.parse('{"__proto__": "string"}')
    expect(() => resourceType('custom_resource', declared)).toThrow(/__proto__/)
  })
})

/** One line a field, in order: path, JSON type, required, nullable, the values of an enum, the rule. */
function linesOfForm(form: ObjectForm, path: string): string[] {
  return [
    ...Object.entries(form.properties).flatMap(([name, field]) => linesOfField(field, `${path}.${name}`, true)),
    ...Object.entries(form.optionalProperties ?? {}).flatMap(([name, field]) =>
      linesOfField(field, `${path}.${name}`, false),
    ),
  ]
}

function linesOfField(form: Form, path: string, required: boolean): string[] {
  const line = lineOf(path, typeOfForm(form), required, form.nullable === true)
  const own = [`${line} | ${form.metadata?.rule ?? ''}`]
  if ('elements' in form) return [...own, ...linesOfField(form.elements, `${path}[]`, false)]
  return 'properties' in form ? [...own, ...linesOfForm(form, path)] : own
}

function typeOfForm(form: Form): string {
  if ('enum' in form) return `enum ${form.enum.join(' ')}`
  if ('elements' in form) return 'list'
  return 'properties' in form ? 'object' : form.type
}

function linesOfFacts(fields: Readonly<Record<string, FactField>>, path: string): string[] {
  const entries = Object.entries(fields)
  return [...entries.filter(([, field]) => field.required), ...entries.filter(([, field]) => !field.required)].flatMap(
    ([name, field]) => linesOfFact(field, `${path}.${name}`),
  )
}

function linesOfFact(fact: FactField, path: string): string[] {
  const line = lineOf(path, typeOfFact(fact), fact.required === true, fact.nullable === true)
  const own = [`${line} | ${fact.rule ?? ''}`]
  if (fact.items !== undefined) return [...own, ...linesOfFact(fact.items, `${path}[]`)]
  return fact.properties === undefined ? own : [...own, ...linesOfFacts(fact.properties, path)]
}

function typeOfFact(fact: FactField): string {
  if (fact.enum !== undefined) return `enum ${fact.enum.join(' ')}`
  const format = fact.format === undefined ? '' : `:${fact.format}`
  const type = FACT_TYPES[`${fact.type}${format}`]
  if (type === undefined) throw new Error(`the facts have a type that no form can say: ${fact.type}${format}`)
  return type
}

const FACT_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  array: 'list',
  object: 'object',
  'string:date-time': 'timestamp',
  'integer:int32': 'int32',
  'number:float': 'float64',
}

function lineOf(path: string, type: string, required: boolean, nullable: boolean): string {
  return `${path}: ${type}${required ? ', required' : ''}${nullable ? ', nullable' : ''}`
}
