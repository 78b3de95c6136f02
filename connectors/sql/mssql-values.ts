/** Values of SQL Server from what the driver reads. Digits stay digits: what a double cannot hold is refused. */
import { ConfigError } from '../../core/errors.ts'

export interface Column {
  readonly name: string
  /** The type as it is declared in SQL: `int`, `datetime2`. */
  readonly type: string
  /** Digits after the point. */
  readonly scale: number
}

/** Turns the values of rows into ours, in place. @throws ConfigError `sql-digits` */
export type Decode = (rows: unknown[][]) => unknown[][]

type FromDriver = (value: unknown, column: Column) => unknown

const BY_TYPE: Readonly<Record<string, FromDriver>> = {
  decimal: (value, column) => digitsOf(value, column, column.scale),
  numeric: (value, column) => digitsOf(value, column, column.scale),
  money: (value, column) => digitsOf(value, column, 4),
  smallmoney: (value, column) => digitsOf(value, column, 4),
  real: fromReal,
  date: (value) => (value instanceof Date ? dateOf(value) : value),
  smalldatetime: (value) => (value instanceof Date ? `${dateOf(value)} ${timeOf(value, 0)}` : value),
  datetime: (value) => (value instanceof Date ? `${dateOf(value)} ${timeOf(value, 3)}` : value),
  datetime2: (value, { scale }) => (value instanceof Date ? `${dateOf(value)} ${timeOf(value, scale)}` : value),
  datetimeoffset: (value, { scale }) => (value instanceof Date ? `${dateOf(value)}T${timeOf(value, scale)}Z` : value),
  time: (value, { scale }) => (value instanceof Date ? timeOf(value, scale) : value),
  variant: fromVariant,
}

export function createDecoder(columns: readonly Column[]): Decode {
  const decoders = columns.map((column) => ({ column, decode: BY_TYPE[column.type] ?? hexOf }))
  return (rows) => {
    for (const row of rows) {
      for (const [index, { column, decode }] of decoders.entries()) {
        const value = row[index]
        row[index] = value === null || value === undefined ? null : decode(value, column)
      }
    }
    return rows
  }
}

/** The driver reads decimals as doubles, which hold 15 digits for certain. */
const CERTAIN_DIGITS = 15

function digitsOf(value: unknown, { name }: Column, scale: number): unknown {
  if (typeof value !== 'number') return value
  const text = Math.abs(value) < 1e15 ? value.toFixed(scale) : undefined
  if (text !== undefined && text.replace(/\D/g, '').replace(/^0+/, '').length <= CERTAIN_DIGITS) return text
  throw new ConfigError(
    'sql-digits',
    `column "${name}" holds a decimal of more than ${CERTAIN_DIGITS} digits, which the driver cannot read exactly`,
    {
      hint: `Let the server write it as text: convert(varchar(50), ${name}) as ${name}`,
    },
  )
}

/** The shortest number that is this one in 32 bits. */
function fromReal(value: unknown): unknown {
  if (typeof value !== 'number') return value
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return shorter
  }
  return value
}

/** Times are read as if in UTC, so no zone of this machine moves them. */
function dateOf(value: Date): string {
  return value.toISOString().slice(0, value.toISOString().indexOf('T'))
}

/** The driver keeps what is finer than a millisecond beside the date, as a fraction of a second. */
function timeOf(value: Date, scale: number): string {
  const iso = value.toISOString()
  const time = iso.slice(iso.indexOf('T') + 1, -5)
  if (scale === 0) return time
  const finer = 'nanosecondsDelta' in value ? Math.round(Number(value.nanosecondsDelta) * 1e7) : 0
  const fraction = String(value.getUTCMilliseconds()).padStart(3, '0') + String(finer).padStart(4, '0')
  return `${time}.${fraction.slice(0, scale)}`
}

function fromVariant(value: unknown, column: Column): unknown {
  if (value instanceof Date) return `${dateOf(value)} ${timeOf(value, 7)}`
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return hexOf(value)
  return Number(digitsOf(value, column, 6)) === value ? value : String(value)
}

function hexOf(value: unknown): unknown {
  return Buffer.isBuffer(value) ? value.toString('hex') : value
}
