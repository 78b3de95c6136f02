/** A row's fields as JSON and back, with what JSON cannot hold: rows wait on disk, and must come back as they were. */
import type { Fields } from '../mapping/mapping.ts'

type Plain = Readonly<Record<string, unknown>>

/** Values that JSON has no form for are objects with one key that begins with this; so is an object that looks alike. */
const MARK = '$'

export function encodeFields(fields: Fields): string {
  return JSON.stringify(Object.values(fields).every(isScalar) ? fields : marked(fields))
}

export function decodeFields(text: string): Fields {
  const fields = JSON.parse(text) as Plain
  return text.includes(`{"${MARK}`) ? mapValues(fields, unmarked) : fields
}

/** Nearly all there is in files and tables. */
function isScalar(value: unknown): boolean {
  const isPlainNumber = typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
  return typeof value === 'string' || isPlainNumber || typeof value === 'boolean' || value === null
}

/** The fields themselves are never a mark, whatever their names are. */
function marked(fields: Fields): Plain {
  return mapValues(fields, mark)
}

function mark(value: unknown): unknown {
  if (isScalar(value) || value === undefined) return value
  if (typeof value === 'number') return { $number: Object.is(value, -0) ? '-0' : String(value) }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Date) return { $date: String(value.getTime()) }
  if (ArrayBuffer.isView(value)) return { $bytes: bytesOf(value).toString('base64') }
  if (Array.isArray(value)) return value.map(mark)
  if (typeof value !== 'object' || value === null) return undefined
  const object = mapValues(value as Plain, mark)
  return Object.keys(object).some((key) => key.startsWith(MARK)) ? { $object: Object.entries(object) } : object
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked)
  if (typeof value !== 'object' || value === null) return value
  const [[key, inner] = ['', undefined]] = Object.entries(value)
  if (key === '$number') return Number(inner)
  if (key === '$bigint') return BigInt(String(inner))
  if (key === '$date') return new Date(Number(inner))
  if (key === '$bytes') return Buffer.from(String(inner), 'base64')
  if (key === '$object') return mapValues(Object.fromEntries(inner as [string, unknown][]), unmarked)
  return mapValues(value as Plain, unmarked)
}

/** On an object without a prototype, so that no name is special; what becomes undefined is left out. */
function mapValues(object: Plain, change: (value: unknown) => unknown): Plain {
  const result = Object.create(null) as Record<string, unknown>
  for (const key of Object.keys(object)) {
    const changed = change(object[key])
    if (changed !== undefined) result[key] = changed
  }
  return result
}
