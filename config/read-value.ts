import type { Path } from './path.ts'
import { REFERENCE_FORMS, type Reference, looksLikeReference, referenceOf } from './reference.ts'
import { fetchLater, hole, type Reading, spend } from './reading.ts'
import { type SchemaType, typesOf } from './schema-node.ts'
import { createSecretRef, missingSecret, openSecretWarning, type SecretUse } from './secrets.ts'
import type { Written, WrittenMap, WrittenScalar } from './written.ts'

/** What reading needs of a description: the configuration's own, or the options of a connector. */
export interface ReadNode {
  readonly type: SchemaType | readonly SchemaType[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, ReadNode>>
  readonly additionalProperties?: ReadNode | false
  readonly items?: ReadNode
  readonly orSingle?: true
  readonly secret?: true
  readonly opaque?: true
  readonly dataKeys?: true
}

export interface ReadAt {
  readonly written: Written
  readonly node: ReadNode
  readonly path: Path
  readonly keyOffset?: number
}

/** Takes a value, and again when a reference has been resolved. */
type Assign = (value: unknown) => void

/**
 * Turns what was written into plain data, as the description says: text as it was written, references resolved (after
 * `settle`), secrets as `SecretRef`. What does not fit is passed on as it is, for the structure check to name; what
 * cannot be had leaves a hole.
 */
export function readValue(reading: Reading, at: ReadAt, assign: Assign): void {
  const { written, node, path, keyOffset } = at
  const place = { value: isBlank(written) ? (keyOffset ?? written.offset) : written.offset }
  reading.report.place(path, keyOffset === undefined ? place : { ...place, key: keyOffset })
  if (!spend(reading) || written.kind === 'broken') assign(hole(reading, path))
  else if (node.secret === true) assign(readSecret(reading, written, path))
  else if (node.orSingle === true && written.kind !== 'list' && node.items !== undefined) {
    const list: unknown[] = []
    assign(list)
    reading.report.place([...path, 0], { ...place, only: true })
    readValue(reading, { ...at, node: node.items, path: [...path, 0] }, setter(list, 0))
  } else if (written.kind === 'scalar') assign(readScalar(reading, written, node, path))
  else if (written.kind === 'list') readList(reading, at, assign)
  else readMap(reading, { ...at, written }, assign)
}

function isBlank(written: Written): boolean {
  return written.kind === 'scalar' && written.text === ''
}

function setter(target: unknown[] | Record<string, unknown>, key: number | string): Assign {
  return (value) => {
    ;(target as Record<string, unknown>)[key] = value
  }
}

function readScalar(reading: Reading, written: WrittenScalar, node: ReadNode, path: Path): unknown {
  if (!typesOf(node).includes('string') || written.value === null) return written.value
  if (node.format === 'uri' && holdsPassword(written.text)) {
    reading.report.add({
      code: 'plain-secret',
      path,
      message: 'holds a password, and may not stand in the file as it is',
      expected: `the URL without it, or ${REFERENCE_FORMS}`,
    })
    return hole(reading, path)
  }
  return written.text
}

function holdsPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*:[^/?#@]+@/i.test(url)
}

function readList(reading: Reading, { written, node, path }: ReadAt, assign: Assign): void {
  const list: unknown[] = []
  assign(list)
  const items = written.kind === 'list' ? written.items : []
  for (const [index, item] of items.entries()) {
    if (node.items === undefined) list.push(null)
    else readValue(reading, { written: item, node: node.items, path: [...path, index] }, setter(list, index))
  }
}

function readMap(reading: Reading, at: ReadAt & { written: WrittenMap }, assign: Assign): void {
  const { written, node, path } = at
  const types = typesOf(node)
  const scalar = types.some((type) => type !== 'object' && type !== 'array')
  const object = types.includes('object')
  if (scalar && (!object || looksLikeReference(written))) readReference(reading, at, assign)
  else if (node.opaque === true) assign(written)
  else if (object) assign(readObject(reading, written, node, path))
  else assign({})
}

function readObject(reading: Reading, written: WrittenMap, node: ReadNode, path: Path): Record<string, unknown> {
  const object = Object.create(null) as Record<string, unknown>
  const properties = node.properties ?? {}
  for (const { key, keyOffset, value } of written.entries) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (known === undefined && node.dataKeys !== true && key.startsWith('x-')) continue
    const child = known ?? (node.additionalProperties || undefined)
    const childPath = [...path, key]
    if (child !== undefined)
      readValue(reading, { written: value, node: child, path: childPath, keyOffset }, setter(object, key))
    else {
      reading.report.place(childPath, { value: keyOffset, key: keyOffset })
      object[key] = null
    }
  }
  return object
}

function readReference(
  reading: Reading,
  { node, path, written }: ReadAt & { written: WrittenMap },
  assign: Assign,
): void {
  const reference = goodReference(reading, written, path)
  if (reference === undefined) assign(hole(reading, path))
  else assign(fetchLater(reading, { reference, path }, (text) => assign(coerced(text, typesOf(node)))))
}

function goodReference(reading: Reading, written: WrittenMap, path: Path): Reference | undefined {
  const reference = referenceOf(written)
  if ('kind' in reference) return reference
  reading.report.add({ code: 'bad-reference', path, ...reference })
  return undefined
}

/** A variable holds text; where a number or true/false is expected it is read as YAML would. */
function coerced(text: string, types: readonly SchemaType[]): unknown {
  if (types.includes('string')) return text
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  const numeric = types.includes('integer') || types.includes('number')
  return numeric && /^[-+]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

function readSecret(reading: Reading, written: Written, path: Path): unknown {
  if (written.kind !== 'map') {
    const plain = !(written.kind === 'scalar' && (written.value === null || written.text === ''))
    const message = plain ? 'is a secret, and may not stand in the file as it is' : 'has no value'
    reading.report.add({ code: plain ? 'plain-secret' : 'wrong-type', path, message, expected: REFERENCE_FORMS })
    return hole(reading, path)
  }
  const reference = goodReference(reading, written, path)
  if (reference === undefined) return hole(reading, path)
  const use: SecretUse = { reference, path, around: reading.around, registry: reading.registry }
  if (reading.secrets === 'check') reading.waiting.push(() => lookForSecret(reading, use))
  return createSecretRef(use)
}

async function lookForSecret({ report }: Reading, use: SecretUse): Promise<void> {
  const missing = await missingSecret(use)
  if (missing !== undefined) {
    report.add({ ...missing, path: use.path })
    return
  }
  const warning = await openSecretWarning(use)
  if (warning !== undefined) report.warn(use.path, warning)
}
