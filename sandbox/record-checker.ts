/** Checks records as the API does: Ajv in JSON Type Definition mode, first error only, then checks of its own. */
import { Ajv } from 'ajv/dist/jtd.js'
import { plainForm } from '../schemas/plain-form.ts'
import type { ResourceType } from '../schemas/resource-type.ts'
import { isObject } from './api-request.ts'
import { fractionDropper } from './drop-fractions.ts'
import { type Rule, rulesOf } from './record-rules.ts'

export type Item = Record<string, unknown>

export interface RecordChecker {
  /** The refusal of the first thing that is wrong, `/0: must have property 'fullName'`; undefined when all is well. */
  refusal(records: readonly unknown[]): string | undefined
  /** The record as GET will answer it. */
  stored(record: Item): Item
}

export function recordChecker(type: ResourceType): RecordChecker {
  // Unknown keys pass here at the top: the API looks for them in a check of its own, with its own words.
  // The forms have tests of their own; checking them against the meta-schema would triple the time of a first PUT.
  const ajv = new Ajv({ allErrors: false, meta: false, validateSchema: false })
  const validate = ajv.compile({ ...plainForm(type.form), additionalProperties: true })
  const known = new Set(Object.keys({ ...type.form.properties, ...type.form.optionalProperties }))
  const rules = rulesOf(type.name)
  const trim = fractionDropper(type.form)

  function misformed(records: readonly unknown[]): string | undefined {
    for (const [index, record] of records.entries()) {
      if (validate(record)) continue
      const error = validate.errors?.[0]
      return `/${index}${error?.instancePath ?? ''}: ${error?.message ?? 'is invalid'}`
    }
    return undefined
  }

  return {
    refusal(records) {
      const problem = misformed(records)
      if (problem !== undefined) return problem
      const items = records.filter(isObject)
      return extraKeys(items, known) ?? brokenRule(items, rules)
    },
    stored: (record) => trim(record) as Item,
  }
}

function extraKeys(items: readonly Item[], known: ReadonlySet<string>): string | undefined {
  for (const [index, item] of items.entries()) {
    const extra = Object.keys(item).filter((key) => !known.has(key))
    if (extra.length === 0) continue
    const who = `resource with uniqueId ${String(item['uniqueId'])} (element ${index})`
    return `Too many fields on ${who}. Extra keys: ${extra.join(', ')}`
  }
  return undefined
}

function brokenRule(items: readonly Item[], rules: readonly Rule[]): string | undefined {
  for (const [index, item] of items.entries()) {
    for (const rule of rules) {
      const problem = rule(item)
      if (problem !== undefined) return `/${index}${problem}`
    }
  }
  return undefined
}
