/** The vocabulary in which the configuration is described: JSON Schema 2020-12 of a small subset, and a few marks of ours. */
export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'

/** Forms of text that have a check and a sentence of their own (`formats.ts`). */
export type TextFormat =
  | 'address'
  | 'delay'
  | 'duration'
  | 'gone'
  | 'header-name'
  | 'network'
  | 'public-url'
  | 'span'
  | 'timeout'
  | 'limit'
  | 'zone'
  | 'cron'
  | 'base-url'
  | 'resource-id'
  | 'name'

export interface SchemaNode {
  readonly type: SchemaType | readonly SchemaType[]
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]

  readonly enum?: readonly string[]
  readonly format?: TextFormat
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number

  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: SchemaNode | false
  readonly minProperties?: number
  /** The form that every key must have. */
  readonly keys?: TextFormat

  readonly items?: SchemaNode
  readonly minItems?: number
  readonly uniqueItems?: true

  /** A list of one may be written without its brackets; it is read as a list. */
  readonly orSingle?: true
  /** Only a reference is taken, and its value never becomes part of the configuration. */
  readonly secret?: true
  /** Described by a connector or a resource type, and read when that is known. */
  readonly opaque?: true
  /** The keys are data: one that begins with `x-` is no anchor. */
  readonly dataKeys?: true
}

export function typesOf(node: { readonly type: SchemaType | readonly SchemaType[] }): readonly SchemaType[] {
  return typeof node.type === 'string' ? [node.type] : node.type
}
