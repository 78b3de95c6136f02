import type { ErrorObject } from 'ajv'
import { describeValue } from './text/describe.ts'
import { nearestName } from './text/nearest.ts'

/** One mistake in the options of a connector. */
export interface OptionProblem {
  /** Stable, kebab-case: `missing-option`, `unknown-option`, `plain-secret`, `option-type`, `option-value`. */
  readonly code: string
  /** From the options down: `['trailer', 'column']`. */
  readonly path: readonly (string | number)[]
  /** What is wrong. Names keys, never a value. */
  readonly message: string
  /** What would be right. */
  readonly expected?: string
  /** The known name or value that was most likely meant. */
  readonly nearest?: string
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

const FORMATS: Readonly<Record<string, string>> = {
  path: 'a path',
  duration: 'a number and s, m, h or d, as in 30m',
  uri: 'an absolute URL, as in https://example.com/people',
  regex: 'a regular expression',
}

/** What ajv found, in our words. `steps` lead to the value that ajv complains about. */
export function toOptionProblem(error: ErrorObject, steps: readonly (string | number)[]): OptionProblem {
  const params = error.params as Readonly<Record<string, unknown>>
  if (error.keyword === 'required') return missing([...steps, String(params['missingProperty'])])
  if (error.keyword === 'additionalProperties') return unknown(error, steps, String(params['additionalProperty']))
  if (error.keyword === 'secretReference') return plainSecret(error.data, steps)
  const code = error.keyword === 'type' ? 'option-type' : 'option-value'
  const message = `is ${describeValue(error.data)}`
  return { code, path: steps, message, expected: expectation(error.keyword, params), ...nearestChoice(error, params) }
}

function missing(path: readonly (string | number)[]): OptionProblem {
  return { code: 'missing-option', path, message: 'is missing', expected: 'a value: this option is required' }
}

function unknown(error: ErrorObject, steps: readonly (string | number)[], key: string): OptionProblem {
  const names = Object.keys((error.parentSchema?.['properties'] ?? {}) as object)
  const nearest = nearestName(key, names)
  return {
    code: 'unknown-option',
    path: [...steps, key],
    message: 'is no option of this connector',
    expected: names.length === 0 ? 'no options here' : `one of ${names.join(', ')}`,
    ...(nearest === undefined ? {} : { nearest }),
  }
}

function plainSecret(value: unknown, path: readonly (string | number)[]): OptionProblem {
  const plain = typeof value === 'string' || typeof value === 'number'
  return {
    code: plain ? 'plain-secret' : 'option-type',
    path,
    message: plain
      ? 'is a secret, and may not stand in the file as it is'
      : `is ${describeValue(value)}, and must be a secret`,
    expected: 'a reference: { env: NAME }, { file: path } or { exec: [command, …] }',
  }
}

function expectation(keyword: string, params: Readonly<Record<string, unknown>>): string {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type':
      return TYPES[String(params['type'])] ?? String(params['type'])
    case 'enum':
      return `one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}`
    case 'format':
      return FORMATS[String(params['format'])] ?? String(params['format'])
    case 'pattern':
      return `text that matches ${String(params['pattern'])}`
    case 'minimum':
      return `at least ${limit}`
    case 'maximum':
      return `at most ${limit}`
    case 'minLength':
      return limit === '1' ? 'text that is not empty' : `at least ${limit} characters`
    case 'minItems':
      return limit === '1' ? 'at least 1 item' : `at least ${limit} items`
    default:
      return `what the connector's "${keyword}" asks for`
  }
}

function nearestChoice(error: ErrorObject, params: Readonly<Record<string, unknown>>): { nearest?: string } {
  if (error.keyword !== 'enum' || typeof error.data !== 'string') return {}
  const nearest = nearestName(error.data, (params['allowedValues'] as readonly unknown[]).map(String))
  return nearest === undefined ? {} : { nearest }
}
