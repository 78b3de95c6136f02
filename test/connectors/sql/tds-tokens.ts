/** What a SQL Server says, token by token, as its protocol (TDS 7.4) writes it. Only what the tests need. */

export interface TdsColumn {
  readonly name: string
  /** Type and its lengths, as they stand in the metadata. */
  readonly type: readonly number[]
  /** A value with its length in front. */
  write(value: unknown): Buffer
}

const COLLATION = [0x09, 0x04, 0xd0, 0x00, 0x34]

function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

function numbered(size: 1 | 2, text: string): Buffer {
  const length = Buffer.alloc(size)
  length.writeUIntLE(text.length, 0, size)
  return Buffer.concat([length, ucs2(text)])
}

function whole(value: number | bigint, bytes: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64LE(BigInt(value))
  return buffer.subarray(0, bytes)
}

function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

const NULL = Buffer.from([0])

function nullable(write: (value: never) => Buffer): (value: unknown) => Buffer {
  return (value) => (value === null ? NULL : withLength(write(value as never)))
}

export const column = {
  int: (name: string, bytes = 4): TdsColumn => ({
    name,
    type: [0x26, bytes],
    write: nullable((value: number | bigint) => whole(value, bytes)),
  }),
  text: (name: string): TdsColumn => ({
    name,
    type: [0xe7, 0x40, 0x1f, ...COLLATION],
    write(value) {
      if (value === null) return Buffer.from([0xff, 0xff])
      const text = ucs2(value as string)
      return Buffer.concat([whole(text.length, 2), text])
    },
  }),
  bit: (name: string): TdsColumn => ({
    name,
    type: [0x68, 1],
    write: nullable((value: boolean) => whole(value ? 1 : 0, 1)),
  }),
  /** The value is the decimal times ten to its scale. */
  decimal: (name: string, precision: number, scale: number): TdsColumn => ({
    name,
    type: [0x6a, 17, precision, scale],
    write: nullable((value: bigint) => {
      const size = value < 0n ? -value : value
      const bytes = Buffer.alloc(16)
      bytes.writeBigUInt64LE(size & 0xffffffffffffffffn, 0)
      bytes.writeBigUInt64LE(size >> 64n, 8)
      return Buffer.concat([Buffer.from([value < 0n ? 0 : 1]), bytes])
    }),
  }),
  real: (name: string): TdsColumn => ({
    name,
    type: [0x6d, 4],
    write: nullable((value: number) => {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatLE(value)
      return bytes
    }),
  }),
  /** The value is the days since the first of the year 1. */
  date: (name: string): TdsColumn => ({ name, type: [0x28], write: nullable((days: number) => whole(days, 3)) }),
  /** The value is the ticks of 100 ns since midnight, and the days. */
  datetime2: (name: string): TdsColumn => ({
    name,
    type: [0x2a, 7],
    write: nullable(([ticks, days]: [number, number]) => Buffer.concat([whole(ticks, 5), whole(days, 3)])),
  }),
  /** In UTC, with the minutes of its offset. */
  datetimeoffset: (name: string): TdsColumn => ({
    name,
    type: [0x2b, 7],
    write: nullable(([ticks, days, offset]: [number, number, number]) =>
      Buffer.concat([whole(ticks, 5), whole(days, 3), whole(offset, 2)]),
    ),
  }),
  bytes: (name: string): TdsColumn => ({
    name,
    type: [0xa5, 0x40, 0x1f],
    write: (value) => {
      const bytes = Buffer.from(value as Uint8Array)
      return Buffer.concat([whole(bytes.length, 2), bytes])
    },
  }),
}

export function columnsToken(columns: readonly TdsColumn[]): Buffer {
  const each = columns.map(({ name, type }) =>
    Buffer.concat([Buffer.alloc(4), whole(1, 2), Buffer.from(type), numbered(1, name)]),
  )
  return Buffer.concat([Buffer.from([0x81]), whole(columns.length, 2), ...each])
}

export function rowToken(columns: readonly TdsColumn[], values: readonly unknown[]): Buffer {
  return Buffer.concat([Buffer.from([0xd1]), ...columns.map((each, index) => each.write(values[index]))])
}

/** @param rows undefined when the server does not count; `final` false when more results follow */
export function doneToken(rows?: number, { final = true, attention = false, error = false } = {}): Buffer {
  const status = (final ? 0 : 1) | (error ? 2 : 0) | (rows === undefined ? 0 : 0x10) | (attention ? 0x20 : 0)
  return Buffer.concat([Buffer.from([0xfd]), whole(status, 2), whole(0xc1, 2), whole(rows ?? 0, 8)])
}

export interface TdsError {
  readonly number: number
  readonly message: string
  readonly line?: number
}

export function errorToken({ number, message, line = 1 }: TdsError): Buffer {
  const body = Buffer.concat([
    whole(number, 4),
    Buffer.from([1, 16]),
    numbered(2, message),
    numbered(1, 'db'),
    numbered(1, ''),
    whole(line, 4),
  ])
  return Buffer.concat([Buffer.from([0xaa]), whole(body.length, 2), body])
}

export function loginToken(): Buffer {
  const body = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4]), numbered(1, 'Test'), Buffer.from([16, 0, 0, 0])])
  return Buffer.concat([Buffer.from([0xad]), whole(body.length, 2), body])
}

const TRANSACTION = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])

/** The server has begun, or ended, a transaction. */
export function transactionToken(what: 'begun' | 'rolled back'): Buffer {
  const id = withLength(TRANSACTION)
  const body = what === 'begun' ? [Buffer.from([8]), id, NULL] : [Buffer.from([10]), NULL, id]
  const bytes = Buffer.concat(body)
  return Buffer.concat([Buffer.from([0xe3]), whole(bytes.length, 2), bytes])
}

/** What the server answers first: its version, and whether it has TLS (0 off, 1 on, 2 not supported, 3 required). */
export function preloginAnswer(encryption: number): Buffer {
  const options = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff])
  return Buffer.concat([options, Buffer.from([16, 0, 0, 0, 0, 0, encryption])])
}
