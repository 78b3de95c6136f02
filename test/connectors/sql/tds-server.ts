/** A server that speaks enough of SQL Server's protocol to log in, begin, answer queries by a script, and be cancelled. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import { listen, type TestAuthority } from '../../support/loopback.ts'
import {
  columnsToken,
  column,
  doneToken,
  errorToken,
  loginToken,
  preloginAnswer,
  rowToken,
  type TdsColumn,
  type TdsError,
  transactionToken,
} from './tds-tokens.ts'

export interface TdsResult {
  readonly columns: readonly TdsColumn[]
  readonly rows: Iterable<readonly unknown[]>
  /** What the server says at the end; default: as many as were sent. */
  readonly count?: number
  /** Sent after the rows instead of the end. */
  readonly error?: TdsError
  /** Hangs up after the rows. */
  readonly hangUp?: boolean
  /** Without columns: nothing but the end. */
  readonly silent?: boolean
  /** Never ends. */
  readonly endless?: boolean
}

export interface TdsScript {
  /** What a query gives. */
  answer(query: string): readonly TdsResult[] | TdsError
  /** Default: a login is taken. */
  readonly login?: TdsError
  /** Of the database: whether SNAPSHOT may be used. Default: true. */
  readonly snapshots?: boolean
  /** Without it the server has no TLS. */
  readonly authority?: TestAuthority
}

export interface TdsServer {
  readonly port: number
  /** Kinds of packets that came: login, batch, rpc, attention, begin, rollback. */
  readonly seen: string[]
  /** Rows handed to the network so far. */
  readonly sent: () => number
  close(): Promise<void>
}

const HEADER = 8
const PACKET = 4096
const ANSWER = 4
const PRELOGIN = 0x12
const HAS_TLS = 1
const NO_TLS = 2

function packet(type: number, payload: Buffer, last: boolean): Buffer {
  const header = Buffer.from([type, last ? 1 : 0, 0, 0, 0, 0, 1, 0])
  header.writeUInt16BE(payload.length + HEADER, 2)
  return Buffer.concat([header, payload])
}

interface Message {
  readonly type: number
  readonly payload: Buffer
}

/** Whole messages, put together from packets. */
async function* messages(stream: Duplex): AsyncGenerator<Message, void, void> {
  let held = Buffer.alloc(0)
  let payload = Buffer.alloc(0)
  for await (const chunk of stream) {
    held = Buffer.concat([held, chunk as Buffer])
    while (held.length >= HEADER && held.length >= held.readUInt16BE(2)) {
      const length = held.readUInt16BE(2)
      const [type = 0, status = 0] = held
      payload = Buffer.concat([payload, held.subarray(HEADER, length)])
      held = held.subarray(length)
      if ((status & 1) === 0) continue
      yield { type, payload }
      payload = Buffer.alloc(0)
    }
  }
}

export async function startTdsServer(script: TdsScript): Promise<TdsServer> {
  const seen: string[] = []
  let sent = 0
  const onRow = (): void => void sent++
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    converse(socket, script, { seen, onRow }).catch(() => socket.destroy())
  })
  const { port, close } = await listen(server)
  return { port, seen, sent: () => sent, close }
}

interface Notes {
  readonly seen: string[]
  onRow(): void
}

async function converse(socket: Socket, script: TdsScript, notes: Notes): Promise<void> {
  const stream = script.authority === undefined ? socket : await secure(socket, script.authority)
  const session = { cancelled: false }
  let work = Promise.resolve()
  for await (const message of messages(stream)) {
    if (message.type === 6) session.cancelled = true
    work = work.then(() => answer(stream, message, { script, notes, session })).catch(() => void stream.destroy())
  }
}

interface Talk {
  readonly script: TdsScript
  readonly notes: Notes
  readonly session: { cancelled: boolean }
}

async function answer(stream: Duplex, { type, payload }: Message, { script, notes, session }: Talk): Promise<void> {
  const say = (...tokens: Buffer[]): void => void stream.write(packet(ANSWER, Buffer.concat(tokens), true))
  if (type === PRELOGIN) {
    say(preloginAnswer(NO_TLS))
    return
  }
  if (type === 0x10) {
    notes.seen.push('login')
    if (script.login === undefined) say(loginToken(), doneToken())
    else say(errorToken(script.login), doneToken(undefined, { error: true }))
    return
  }
  if (type === 6) {
    notes.seen.push('attention')
    session.cancelled = false
    say(doneToken(undefined, { attention: true }))
    return
  }
  if (type === 0x0e) {
    const begins = payload.readUInt16LE(payload.readUInt32LE(0)) === 5
    notes.seen.push(begins ? `begin ${payload[payload.readUInt32LE(0) + 2]}` : 'rollback')
    say(transactionToken(begins ? 'begun' : 'rolled back'), doneToken())
    return
  }
  const query = payload.toString('utf16le')
  // What the driver sets in every session of its own accord.
  if (query.includes('set textsize')) {
    say(doneToken())
    return
  }
  notes.seen.push(type === 3 ? 'rpc' : 'batch')
  const parity = payload.subarray(1).toString('utf16le')
  const settings = query.includes('snapshot_isolation_state')
  const results = settings ? [settingsResult(script.snapshots ?? true)] : script.answer(`${query} ${parity}`)
  if (!isList(results)) {
    say(errorToken(results), doneToken(undefined, { error: true }))
    return
  }
  for (const [index, result] of results.entries()) {
    await sendResult(stream, result, { notes, session, final: index === results.length - 1 })
  }
}

function isList(results: readonly TdsResult[] | TdsError): results is readonly TdsResult[] {
  return Array.isArray(results)
}

function settingsResult(snapshots: boolean): TdsResult {
  const columns = [column.text('version'), column.int('snapshots', 1), column.bit('statementSnapshots')]
  return { columns, rows: [['16.0.1', snapshots ? 1 : 0, false]] }
}

interface Sending {
  readonly notes: Notes
  readonly session: { readonly cancelled: boolean }
  readonly final: boolean
}

async function sendResult(stream: Duplex, result: TdsResult, { notes, session, final }: Sending): Promise<void> {
  let held = result.silent === true ? Buffer.alloc(0) : columnsToken(result.columns)
  let count = 0
  for (const row of result.rows) {
    if (session.cancelled) break
    held = Buffer.concat([held, rowToken(result.columns, row)])
    count++
    notes.onRow()
    if (held.length < PACKET - HEADER) continue
    if (!stream.write(packet(ANSWER, held.subarray(0, PACKET - HEADER), false))) await once(stream, 'drain')
    held = held.subarray(PACKET - HEADER)
  }
  while (result.endless === true && !session.cancelled) await new Promise((resolve) => setTimeout(resolve, 10))
  if (result.hangUp === true) {
    stream.write(packet(ANSWER, held, false), () => stream.destroy())
    return
  }
  const failed = result.error === undefined ? [] : [errorToken(result.error)]
  const done = doneToken(session.cancelled ? undefined : (result.count ?? count), { final, error: failed.length > 0 })
  stream.write(packet(ANSWER, Buffer.concat([held, ...failed, done]), final))
}

/** TLS as this protocol has it: the handshake travels in packets of its own, what follows does not. */
async function secure(socket: Socket, { cert, key }: TestAuthority): Promise<Duplex> {
  await once(socket, 'data')
  socket.write(packet(ANSWER, preloginAnswer(HAS_TLS), true))
  let shaking = true
  let held = Buffer.alloc(0)
  let flight: Buffer[] = []
  const pipe = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      if (!shaking) return void socket.write(chunk, done)
      if (flight.length === 0) setImmediate(flush)
      flight.push(chunk)
      done()
    },
  })
  // The client waits for one message for each of its own, so what is written together must travel together.
  function flush(): void {
    socket.write(packet(PRELOGIN, Buffer.concat(flight), true))
    flight = []
  }
  socket.on('data', (chunk: Buffer) => {
    if (!shaking) return void pipe.push(chunk)
    held = Buffer.concat([held, chunk])
    while (held.length >= HEADER && held.length >= held.readUInt16BE(2)) {
      const length = held.readUInt16BE(2)
      pipe.push(held.subarray(HEADER, length))
      held = held.subarray(length)
    }
  })
  socket.on('close', () => pipe.destroy())
  const stream = new TLSSocket(pipe, {
    isServer: true,
    secureContext: createSecureContext({ cert, key, maxVersion: 'TLSv1.2' }),
  })
  stream.on('error', () => socket.destroy())
  await once(stream, 'secure')
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  shaking = false
  return stream
}
