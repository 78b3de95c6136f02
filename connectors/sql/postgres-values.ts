/** Values of PostgreSQL from the text that it sends. Digits stay digits: what a double cannot hold stays text. */
import { parseJson } from '../../core/text/json.ts'
import { parseArray } from './postgres-array.ts'

/** Array types by their oid: what their elements are, and what stands between them. */
export type ArrayTypes = ReadonlyMap<number, { readonly element: number; readonly delimiter: string }>

export interface Field {
  readonly dataTypeID: number
}

/** Turns the texts of rows into values, in place. */
export type Decode = (rows: unknown[][]) => unknown[][]

type FromText = (text: string) => unknown

/** By the oids that never change. What is not here is text as the server says it. */
const BY_TYPE: ReadonlyMap<number, FromText> = new Map<number, FromText>([
  [16, (text) => text === 't'],
  [17, (text) => text.replace(/^\\x/, '')],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, numberOrWord],
  [701, numberOrWord],
  [114, fromJson],
  [3802, fromJson],
  [1184, instant],
])

export function createDecoder(fields: readonly Field[], arrays: ArrayTypes): Decode {
  const decoders = fields.map(({ dataTypeID }) => decoderOf(dataTypeID, arrays))
  return (rows) => {
    for (const row of rows) {
      for (const [index, decode] of decoders.entries()) {
        const text = row[index]
        if (decode !== undefined && typeof text === 'string') row[index] = decode(text)
      }
    }
    return rows
  }
}

function decoderOf(type: number, arrays: ArrayTypes): FromText | undefined {
  const array = arrays.get(type)
  if (array === undefined) return BY_TYPE.get(type)
  const decode = BY_TYPE.get(array.element) ?? ((text: string) => text)
  return (text) => parseArray(text, array.delimiter, decode)
}

/** NaN and Infinity are no numbers of JSON. */
function numberOrWord(text: string): number | string {
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

function fromJson(text: string): unknown {
  const parsed = parseJson(text)
  return 'value' in parsed ? parsed.value : text
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)(?::(\d\d))?$/

/** `2024-01-02 03:04:05.5+01` → RFC 3339. `infinity`, years before Christ and offsets with seconds stay as they are. */
function instant(text: string): string {
  const match = TIMESTAMP.exec(text)
  return match === null ? text : `${match[1]}T${match[2]}${match[3]}:${match[4] ?? '00'}`
}
