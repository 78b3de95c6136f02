/** Options of a connector: checked against its own schema, then resolved for one connection. */
import { resolve } from 'node:path'
import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ObjectSchema, OptionSchema } from './connector.ts'
import { ConfigError, messageOf } from './errors.ts'
import { type OptionProblem, toOptionProblem } from './option-problem.ts'
import { Secret, type SecretRef } from './secret.ts'
import { compareCodePoints } from './text/order.ts'
import { parseDuration } from './text/duration.ts'

export type { OptionProblem } from './option-problem.ts'

export interface CheckedOptions {
  /** A copy with defaults filled in; secrets are still references, paths still as written. */
  readonly options: Record<string, unknown>
  /** All mistakes at once, in the order of the schema's own checks; empty when the options are good. */
  readonly problems: readonly OptionProblem[]
}

type JsonSchema = Record<string, unknown>

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  path: isPath,
  location: isPath,
  duration: (text) => parseDuration(text) !== undefined,
  uri: (text) => URL.canParse(text),
  regex: isRegex,
}

/**
 * Checks options against the schema that their connector declares. Keys that no schema names are mistakes, unless
 * `additionalProperties` gives them one. A secret is a reference or a `Secret`, never plain text.
 * @throws ConfigError `connector-schema` when the schema itself is wrong: the connector's author must act
 */
export function checkOptions(schema: ObjectSchema, options: unknown): CheckedOptions {
  const copy = copyOf(options ?? {})
  const validate = compile(schema)
  if (validate(copy)) return { options: copy as Record<string, unknown>, problems: [] }
  const problems = (validate.errors ?? []).map((error) => toOptionProblem(error, stepsTo(copy, error)))
  problems.sort((a, b) => compareCodePoints(a.path.join('/'), b.path.join('/')))
  return { options: isPlain(copy) ? copy : {}, problems }
}

export interface ResolveOptions {
  readonly schema: ObjectSchema
  /** Folder that relative paths are relative to. */
  readonly baseDir: string
  readonly signal?: AbortSignal
}

/**
 * Options that passed `checkOptions`, ready for a connector: references become secrets, read afresh at each call, and
 * paths become absolute.
 * @throws ConfigError when a secret cannot be resolved
 */
export async function resolveOptions(options: unknown, how: ResolveOptions): Promise<Record<string, unknown>> {
  return (await resolveValue(options ?? {}, how.schema, how)) as Record<string, unknown>
}

async function resolveValue(value: unknown, schema: OptionSchema, how: ResolveOptions): Promise<unknown> {
  if (schema.type === 'string') return resolveText(value, schema, how)
  if (schema.type === 'array' && Array.isArray(value)) {
    return Promise.all(value.map((item) => resolveValue(item, schema.items, how)))
  }
  return schema.type === 'object' && isPlain(value) ? resolveObject(value, schema, how) : value
}

async function resolveText(
  value: unknown,
  schema: Extract<OptionSchema, { type: 'string' }>,
  how: ResolveOptions,
): Promise<unknown> {
  if (isSecretRef(value)) return value.resolve(how.signal)
  if (typeof value !== 'string') return value
  const isRelative = schema.format === 'path' || (schema.format === 'location' && !isRemote(value))
  return isRelative ? resolve(how.baseDir, value) : value
}

/** Standard input, or something with a scheme; a drive letter is none. */
function isRemote(location: string): boolean {
  return location === '-' || /^[a-z][a-z0-9+.-]+:\/\//i.test(location)
}

async function resolveObject(
  value: Readonly<Record<string, unknown>>,
  schema: ObjectSchema,
  how: ResolveOptions,
): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const own = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
    const itemSchema = own ?? (schema.additionalProperties || undefined)
    setOwn(resolved, key, itemSchema === undefined ? item : await resolveValue(item, itemSchema, how))
  }
  return resolved
}

function compile(schema: ObjectSchema): ReturnType<Ajv2020['compile']> {
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    ownProperties: true,
    validateSchema: false,
    // It is used once: making its code shorter takes longer than running it.
    code: { optimize: false },
  })
  ajv.addKeyword({ keyword: 'secretReference', validate: (_: unknown, value: unknown) => isSecret(value) })
  for (const [name, test] of Object.entries(FORMATS)) ajv.addFormat(name, test)
  try {
    return ajv.compile(jsonSchemaOf(schema))
  } catch (error) {
    throw new ConfigError('connector-schema', `the connector's options are no valid schema: ${messageOf(error)}`, {
      hint: 'Whoever wrote the connector must mend the `options` that it passes to defineConnector.',
      cause: error,
    })
  }
}

/** The schema as ajv takes it: strict objects, and secrets as what they arrive as instead of text. */
function jsonSchemaOf(schema: OptionSchema): JsonSchema {
  if (schema.type === 'string' && schema.secret === true) return { secretReference: true }
  const { description: _description, ...rest } = schema as JsonSchema & OptionSchema
  const plain: JsonSchema = { ...rest }
  delete plain['examples']
  if (schema.type === 'array') plain['items'] = jsonSchemaOf(schema.items)
  if (schema.type !== 'object') return plain
  const properties = Object.entries(schema.properties).map(([key, item]) => [key, jsonSchemaOf(item)])
  plain['properties'] = Object.fromEntries(properties)
  plain['additionalProperties'] = schema.additionalProperties ? jsonSchemaOf(schema.additionalProperties) : false
  return plain
}

/** JSON pointer → keys and list positions; a position is told from a key by what is there. */
function stepsTo(options: unknown, error: ErrorObject): readonly (string | number)[] {
  const steps: (string | number)[] = []
  let at: unknown = options
  for (const part of error.instancePath.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    steps.push(Array.isArray(at) ? Number(key) : key)
    at = (at as Readonly<Record<string, unknown>> | undefined)?.[key]
  }
  return steps
}

/** A deep copy of objects and lists, so that defaults are not written into the caller's; references stay themselves. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!isPlain(value)) return value
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) setOwn(copy, key, copyOf(item))
  return copy
}

/** Sets a key even when it is `__proto__`, which assignment would swallow. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isSecret(value)
}

function isSecret(value: unknown): boolean {
  return value instanceof Secret || isSecretRef(value)
}

/** The one object among options that can do something. */
function isSecretRef(value: unknown): value is SecretRef {
  if (typeof value !== 'object' || value === null) return false
  return 'resolve' in value && typeof value.resolve === 'function' && 'describe' in value
}

function isPath(text: string): boolean {
  return text.trim() !== '' && !text.includes('\0')
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}
