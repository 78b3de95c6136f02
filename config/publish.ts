/** The configuration as JSON Schema 2020-12, for editors: completion, help, and most of the checks. */
import { FORMATS } from './formats.ts'
import { type JsonSchema, sourceFieldsByType } from './publish-map.ts'
import { configSchema } from './schema.ts'
import { type SchemaNode, typesOf } from './schema-node.ts'

const REFERENCE = { $ref: '#/$defs/reference' }
const ANCHORS = { '^x-': { description: 'Free, for anchors.' } }

export function publishedSchema(): JsonSchema {
  const { $defs, resourceRules } = sourceFieldsByType()
  const root = publish(configSchema)
  const properties = root['properties'] as Record<string, JsonSchema>
  const resources = properties['resources'] ?? {}
  const resource = { ...(resources['additionalProperties'] as JsonSchema), allOf: resourceRules }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'vanta-sync configuration',
    ...root,
    properties: { ...properties, resources: { ...resources, additionalProperties: resource } },
    $defs: { reference: referenceSchema(), ...$defs },
  }
}

function publish(node: SchemaNode): JsonSchema {
  const about = { ...text(node.description), ...value('default', node.default), ...value('examples', node.examples) }
  if (node.secret === true) return { ...about, ...REFERENCE }
  if (node.orSingle === true && node.items !== undefined) {
    return { ...about, anyOf: [listSchema(node, node.items), publish(node.items)] }
  }
  const alternatives = typesOf(node).flatMap((type) => alternativesOf(type, node))
  const [only] = alternatives
  return alternatives.length === 1 ? { ...about, ...only } : { ...about, anyOf: alternatives }
}

function alternativesOf(type: string, node: SchemaNode): readonly JsonSchema[] {
  if (type === 'object') return node.enum === undefined ? [objectSchema(node)] : []
  if (type === 'array') return node.items === undefined ? [] : [listSchema(node, node.items)]
  if (type === 'string') return [textSchema(node), REFERENCE]
  return [{ type, ...value('minimum', node.minimum), ...value('maximum', node.maximum) }, REFERENCE]
}

/** Text may be written without quotes, so an editor must not mind what looks like a number. */
function textSchema(node: SchemaNode): JsonSchema {
  if (node.enum !== undefined) return { type: 'string', enum: node.enum }
  const pattern = node.format === undefined ? undefined : FORMATS[node.format].pattern
  const plain = node.format === undefined || node.format === 'limit' || node.format === 'resource-id'
  const type = plain ? ['string', 'number', 'boolean'] : 'string'
  return { type, ...value('minLength', node.minLength), ...value('pattern', pattern) }
}

function listSchema(node: SchemaNode, items: SchemaNode): JsonSchema {
  return {
    type: 'array',
    items: publish(items),
    ...value('minItems', node.minItems),
    ...value('uniqueItems', node.uniqueItems),
  }
}

function objectSchema(node: SchemaNode): JsonSchema {
  if (node.opaque === true) return { type: 'object' }
  const properties = Object.entries(node.properties ?? {}).map(([key, child]) => [key, publish(child)] as const)
  return {
    type: 'object',
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(node.dataKeys === true ? {} : { patternProperties: ANCHORS }),
    ...value('required', node.required),
    ...value('minProperties', node.minProperties),
    ...(node.keys === undefined ? {} : { propertyNames: { pattern: FORMATS[node.keys].pattern } }),
    additionalProperties: node.additionalProperties ? publish(node.additionalProperties) : false,
  }
}

function referenceSchema(): JsonSchema {
  const argument = { type: ['string', 'number', 'boolean'] }
  return {
    description: 'A value that is found elsewhere.',
    anyOf: [
      oneKey('env', {
        type: 'string',
        pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
        description: 'The name of an environment variable.',
      }),
      oneKey('file', {
        type: 'string',
        minLength: 1,
        description: 'A file that holds the value; relative to this one.',
      }),
      oneKey('exec', {
        type: 'array',
        items: argument,
        minItems: 1,
        description: 'A program and its arguments; what it prints is the value. Run without a shell.',
      }),
    ],
  }
}

function oneKey(key: string, schema: JsonSchema): JsonSchema {
  return { type: 'object', properties: { [key]: schema }, required: [key], additionalProperties: false }
}

function text(description: string | undefined): JsonSchema {
  return value('description', description)
}

function value(key: string, of: unknown): JsonSchema {
  return of === undefined ? {} : { [key]: of }
}
