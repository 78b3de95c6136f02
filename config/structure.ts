import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { FORMATS } from './formats.ts'
import { type Path, pathKey, stepsOf } from './path.ts'
import { type SchemaNode, typesOf } from './schema-node.ts'
import type { Finding } from './report.ts'
import { structureFinding } from './structure-messages.ts'
import type { Reading } from './reading.ts'

/**
 * Checks data against its description and reports everything that does not fit. What was reported is taken out of the
 * data, so that later steps may rely on the rest.
 */
export function checkStructure(reading: Reading, schema: SchemaNode, data: unknown): void {
  const validate = ajvOf(schema)
  const findings: Finding[] = []
  if (!validate(data)) {
    for (const error of validate.errors ?? []) findings.push(...findingsOf(reading, { schema, data, error }))
  }
  const misspelt = new Set(
    findings.filter(isMisspelt).map(({ path, nearest }) => pathKey([...path.slice(0, -1), nearest])),
  )
  for (const finding of findings) {
    if (finding.code !== 'missing-key' || !misspelt.has(pathKey(finding.path))) reading.report.add(finding)
  }
  for (const key of reading.holes) takeOut(data, stepsOf(key))
}

/** A key that was misspelt is not missing as well. */
function isMisspelt(finding: Finding): finding is Finding & { nearest: string } {
  return finding.code === 'unknown-key' && finding.nearest !== undefined
}

/** None for what was reported when it was read. */
function findingsOf(
  reading: Reading,
  at: { schema: SchemaNode; data: unknown; error: ErrorObject },
): readonly Finding[] {
  const { schema, data, error } = at
  const insideOfName = error.propertyName !== undefined && error.keyword !== 'propertyNames'
  if (insideOfName || (!aboutKeys(error) && reading.holes.has(error.instancePath))) return []
  const steps = stepsOf(error.instancePath)
  const path = typedPath(data, steps)
  if (!aboutKeys(error)) reading.holes.add(pathKey(path))
  return [structureFinding({ error, path, node: nodeAt(schema, steps) })]
}

/** Such a mistake is one of a key; the object around it is as good as it was. */
function aboutKeys(error: ErrorObject): boolean {
  return error.keyword === 'required' || error.keyword === 'additionalProperties' || error.keyword === 'propertyNames'
}

function typedPath(data: unknown, steps: readonly string[]): Path {
  let at = data
  return steps.map((step) => {
    const position = Array.isArray(at) ? Number(step) : step
    at = (at as Readonly<Record<string, unknown>> | null | undefined)?.[step]
    return position
  })
}

function nodeAt(schema: SchemaNode, steps: readonly string[]): SchemaNode {
  let node = schema
  for (const step of steps) {
    const own =
      node.properties !== undefined && Object.hasOwn(node.properties, step) ? node.properties[step] : undefined
    node = own ?? (node.additionalProperties || undefined) ?? node.items ?? node
  }
  return node
}

function takeOut(data: unknown, steps: readonly string[]): void {
  let at = data
  for (const step of steps.slice(0, -1)) at = (at as Readonly<Record<string, unknown>> | null | undefined)?.[step]
  const last = steps.at(-1)
  if (typeof at === 'object' && at !== null && last !== undefined) (at as Record<string, unknown>)[last] = undefined
}

function ajvOf(schema: SchemaNode): ReturnType<Ajv2020['compile']> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    ownProperties: true,
    strict: false,
    validateSchema: false,
    // It is used once: making its code shorter takes longer than running it.
    code: { optimize: false },
  })
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format.test)
  return ajv.compile(jsonSchemaOf(schema))
}

type JsonSchema = Record<string, unknown>

/** The description as ajv takes it. References are resolved by then, and secrets have been judged by the reader. */
function jsonSchemaOf(node: SchemaNode): JsonSchema | true {
  if (node.secret === true) return true
  if (node.opaque === true) return { type: 'object' }
  const { description: _text, examples: _examples, default: _default, keys, ...rest } = node
  const schema: JsonSchema = { ...rest, type: typesOf(node) }
  if (keys !== undefined) schema['propertyNames'] = { format: keys }
  if (node.items !== undefined) schema['items'] = jsonSchemaOf(node.items)
  if (node.additionalProperties) schema['additionalProperties'] = jsonSchemaOf(node.additionalProperties)
  if (node.properties !== undefined) {
    schema['properties'] = Object.fromEntries(
      Object.entries(node.properties).map(([key, child]) => [key, jsonSchemaOf(child)]),
    )
  }
  return schema
}
