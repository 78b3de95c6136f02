import type { ErrorObject } from 'ajv'
import { describeValue } from '../core/text/describe.ts'
import { nearestName } from '../core/text/nearest.ts'
import { FORMATS } from './formats.ts'
import { type Path, sayKey } from './path.ts'
import { REFERENCE_FORMS } from './reference.ts'
import type { Finding } from './report.ts'
import { type SchemaNode, type SchemaType, typesOf } from './schema-node.ts'

interface Mistake {
  readonly error: ErrorObject
  readonly path: Path
  readonly node: SchemaNode
}

/** A longer list is not repeated to somebody who nearly wrote one of its values. */
const MANY = 6

const TYPES: Readonly<Record<SchemaType, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** What ajv found, as a sentence. A value is only described: it may have come from where secrets are kept. */
export function structureFinding(mistake: Mistake): Finding {
  const { error, path, node } = mistake
  const params = error.params as Readonly<Record<string, unknown>>
  switch (error.keyword) {
    case 'required':
      return missingKey(path, node, String(params['missingProperty']))
    case 'additionalProperties':
      return unknownKey(path, node, String(params['additionalProperty']))
    case 'propertyNames':
      return badName(path, node, String(params['propertyName']))
    case 'type':
      return wrongType(mistake)
    case 'enum':
      return notListed(mistake)
    case 'format':
      return badFormat(mistake)
    case 'uniqueItems':
      return {
        code: 'duplicate-item',
        path: [...path, Math.max(Number(params['i']), Number(params['j']))],
        message: 'stands in the list twice',
        expected: 'each item once',
      }
    default:
      return outOfRange(mistake, String(params['limit']))
  }
}

function missingKey(path: Path, node: SchemaNode, key: string): Finding {
  const child = node.properties?.[key]
  return {
    code: 'missing-key',
    path: [...path, key],
    message: 'is missing',
    expected: child === undefined ? undefined : expectation(child),
  }
}

function unknownKey(path: Path, node: SchemaNode, key: string): Finding {
  const known = Object.keys(node.properties ?? {})
  const nearest = nearestName(key, known)
  const finding = {
    code: 'unknown-key',
    path: [...path, key],
    message: `unknown key "${sayKey(key)}"`,
    pointAt: 'key' as const,
  }
  return nearest === undefined ? { ...finding, expected: `one of ${known.join(', ')}` } : { ...finding, nearest }
}

function badName(path: Path, node: SchemaNode, key: string): Finding {
  const format = FORMATS[node.keys ?? 'name']
  return {
    code: 'bad-name',
    path: [...path, key],
    message: `the key ${format.says}`,
    expected: format.expected,
    pointAt: 'key',
  }
}

function wrongType({ error, path, node }: Mistake): Finding {
  const message = error.data === null || error.data === undefined ? 'has no value' : `is ${describeValue(error.data)}`
  return { code: 'wrong-type', path, message, expected: expectation(node) }
}

function notListed({ error, path, node }: Mistake): Finding {
  const nearest = typeof error.data === 'string' ? nearestName(error.data, node.enum ?? []) : undefined
  const message = `is ${describeValue(error.data)}, and none of the known values`
  const tooMany = nearest !== undefined && (node.enum ?? []).length > MANY
  return { code: 'not-listed', path, message, expected: tooMany ? undefined : expectation(node), nearest }
}

function badFormat({ error, path }: Mistake): Finding {
  const name = String((error.params as Readonly<Record<string, unknown>>)['format']) as keyof typeof FORMATS
  return { code: `bad-${name}`, path, message: FORMATS[name].says, expected: FORMATS[name].expected }
}

function outOfRange({ error, path }: Mistake, limit: string): Finding {
  switch (error.keyword) {
    case 'minimum':
      return { code: 'out-of-range', path, message: 'is too small', expected: `at least ${limit}` }
    case 'maximum':
      return { code: 'out-of-range', path, message: 'is too large', expected: `at most ${limit}` }
    case 'minLength':
      return { code: 'out-of-range', path, message: 'is empty text', expected: 'text' }
    default:
      return {
        code: 'out-of-range',
        path,
        message: 'is empty',
        expected: limit === '1' ? 'at least one' : `at least ${limit}`,
      }
  }
}

/** What may stand here, in a few words. */
export function expectation(node: SchemaNode): string {
  if (node.secret === true) return REFERENCE_FORMS
  if (node.enum !== undefined) return node.enum.length === 1 ? String(node.enum[0]) : `one of ${node.enum.join(', ')}`
  if (node.orSingle === true && node.items !== undefined) return `${expectation(node.items)}, or a list of such`
  if (node.format !== undefined) return FORMATS[node.format].expected
  return typesOf(node)
    .map((type) => TYPES[type])
    .join(' or ')
}
