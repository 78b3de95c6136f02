/** Values of MySQL and MariaDB from what the driver reads. Digits stay digits: what a double cannot hold stays text. */
import { DateTime } from 'luxon'
import { parseJson } from '../../core/text/json.ts'

export interface Field {
  readonly name: string
  /** The protocol's number of the type. */
  readonly columnType: number
  readonly characterSet: number
  /** MariaDB's own word, where the type is text and means more. */
  readonly extendedFormat?: string
}

/** Turns the values of rows into ours, in place. */
export type Decode = (rows: unknown[][]) => unknown[][]

type FromDriver = (value: unknown) => unknown

const TYPE = { float: 4, double: 5, timestamp: 7, bit: 16, json: 245, geometry: 255 } as const
/** The character set of bytes. */
const BINARY = 63

/** @param zone of the session, in which the server writes instants */
export function createDecoder(fields: readonly Field[], zone: string): Decode {
  const decoders = fields.map((field) => decoderOf(field, zone))
  return (rows) => {
    for (const row of rows) {
      for (const [index, decode] of decoders.entries()) {
        const value = row[index]
        if (decode !== undefined && value !== null) row[index] = decode(value)
      }
    }
    return rows
  }
}

function decoderOf({ columnType, characterSet, extendedFormat }: Field, zone: string): FromDriver | undefined {
  if (columnType === TYPE.timestamp) return createInstantReader(zone)
  if (columnType === TYPE.json || extendedFormat === 'json') return fromJson
  if (columnType === TYPE.float) return fromFloat
  if (columnType === TYPE.double) return numberOrWord
  if (columnType === TYPE.bit) return fromBits
  if (columnType === TYPE.geometry) return undefined
  return characterSet === BINARY ? fromBytes : undefined
}

const ZERO_DATE = /^0000-00-00/
/** Asking for an offset costs more than all the rest of a row, and offsets change on the hour. */
const REMEMBERED_HOURS = 50_000

/**
 * `2024-01-02 03:04:05` → RFC 3339, with the offset that the zone had then. In the hour that autumn repeats the
 * server's text fits two instants, and the first is taken. A zero date, which is none, stays as it is.
 */
function createInstantReader(zone: string): FromDriver {
  const offsets = new Map<string, string>()
  function offsetAt(text: string): string {
    const hour = text.slice(0, 13)
    const known = offsets.get(hour)
    if (known !== undefined) return known
    const offset = zone === 'UTC' ? 'Z' : offsetOf(text, zone)
    if (offsets.size >= REMEMBERED_HOURS) offsets.clear()
    offsets.set(hour, offset)
    return offset
  }
  return (value) => {
    const text = String(value)
    return ZERO_DATE.test(text) ? text : `${text.replace(' ', 'T')}${offsetAt(text)}`
  }
}

function offsetOf(text: string, zone: string): string {
  const [first] = DateTime.fromSQL(text, { zone }).getPossibleOffsets()
  return (first ?? DateTime.fromSQL(text, { zone })).toFormat('ZZ')
}

function fromJson(value: unknown): unknown {
  const parsed = parseJson(String(value))
  return 'value' in parsed ? parsed.value : value
}

/** The shortest number that is this one in 32 bits: 0.1, not 0.10000000149011612. */
function fromFloat(value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isFinite(value)) return numberOrWord(value)
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return shorter
  }
  return value
}

function numberOrWord(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** BIT is a number of up to 64 bits, written as bytes. */
function fromBits(value: unknown): unknown {
  if (!Buffer.isBuffer(value) || value.length === 0) return value
  const number = BigInt(`0x${value.toString('hex')}`)
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : number.toString()
}

function fromBytes(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('hex') : value
}
