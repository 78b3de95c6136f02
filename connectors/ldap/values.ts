/** Values as people read them, from values as directories write them. */
import type { Value } from './entry.ts'

/** What a value is, beyond plain text. */
export type Kind = 'text' | 'bytes' | 'guid' | 'sid' | 'time' | 'filetime'

const HOLD_BYTES: ReadonlySet<Kind> = new Set(['bytes', 'guid', 'sid'])

export function kindHoldsBytes(kind: Kind): boolean {
  return HOLD_BYTES.has(kind)
}

/** Text for a value; undefined for one that says that there is none, such as a time that means never. */
export function sayValue(value: Value, kind: Kind): string | undefined {
  if (typeof value !== 'string') return sayBytes(value, kind)
  if (kind === 'time') return parseTime(value) ?? value
  if (kind === 'filetime') return parseFileTime(value)
  return value
}

function sayBytes(bytes: Buffer, kind: Kind): string {
  if (kind === 'guid' && bytes.length === 16) return sayGuid(bytes)
  if (kind === 'sid') return saySid(bytes) ?? bytes.toString('base64')
  return bytes.toString('base64')
}

/** Microsoft writes the first three groups with their last byte first. */
function sayGuid(bytes: Buffer): string {
  const hex = (...order: readonly number[]): string => order.map((i) => bytes.toString('hex', i, i + 1)).join('')
  const head = [hex(3, 2, 1, 0), hex(5, 4), hex(7, 6)]
  return [...head, bytes.toString('hex', 8, 10), bytes.toString('hex', 10, 16)].join('-')
}

function saySid(bytes: Buffer): string | undefined {
  const count = bytes[1] ?? 0
  if (bytes.length < 8 || bytes.length !== 8 + 4 * count) return undefined
  const parts = Array.from({ length: count }, (_, i) => bytes.readUInt32LE(8 + 4 * i))
  return ['S', bytes[0], bytes.readUIntBE(2, 6), ...parts].join('-')
}

const GENERALIZED_TIME =
  /^(\d{4})(\d{2})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2}|60))?)?(?:[.,](\d+))?(Z|[+-]\d{2}(?:\d{2})?)$/

/** What nearly all times look like; days that not every month has are left to a real calendar. */
const USUAL_TIME = /^(?!0000)\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\.\d+)?Z$/

/** `20240131120000.0Z` as RFC 3339 in UTC, to the second; undefined when it is no time (RFC 4517, 3.3.13). */
export function parseTime(text: string): string | undefined {
  if (USUAL_TIME.test(text)) {
    const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`
    return `${date}T${text.slice(8, 10)}:${text.slice(10, 12)}:${text.slice(12, 14)}Z`
  }
  const match = GENERALIZED_TIME.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute = '00', second = '00', , offset = 'Z'] = match
  const zone = offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(3) || '00'}`
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}${zone}`)
  if (Number.isNaN(ms) || new Date(ms).getUTCFullYear() === 0) return undefined
  return sayInstant(ms)
}

/** From 1601 to 1970, in milliseconds. */
const FILETIME_EPOCH = 11_644_473_600_000n
const TICKS_PER_MS = 10_000n
const LAST_INSTANT = BigInt(Date.UTC(9999, 11, 31))

/** Counts of 100 ns since 1601, as Active Directory keeps times; 0 and what lies beyond all years mean never. */
export function parseFileTime(text: string): string | undefined {
  if (!/^\d{1,19}$/.test(text) || text === '0') return undefined
  const ms = BigInt(text) / TICKS_PER_MS - FILETIME_EPOCH
  return ms > LAST_INSTANT ? undefined : sayInstant(Number(ms))
}

/** To the second, and rounded down, so that a time does not change with the precision of a server. */
export function sayInstant(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}
