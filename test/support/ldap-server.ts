/** An LDAP server that says, over real TCP, what a test tells it to: the answers that real servers give too seldom. */
import { createServer, type Socket } from 'node:net'
import { TAG } from './ber.ts'
import {
  encodeDisconnection,
  encodeEntry,
  encodeReference,
  encodeResult,
  type LdapRequest,
  parseRequest,
  type Result,
  type SearchRequest,
  takeMessage,
  type Values,
} from './ldap-message.ts'
import { listen, type LoopbackServer } from './loopback.ts'

type Plain =
  | { readonly entry: string; readonly values: Values }
  | { readonly references: readonly string[] }
  | { readonly done: Result }

/** One thing that the server does in answer to a search. */
export type Reply =
  | Plain
  /** The connection ends in the middle of this entry. */
  | { readonly cutInside: string; readonly values: Values }
  /** An entry of which one byte is wrong, inside. */
  | { readonly damagedEntry: string }
  /** An unsolicited notice of disconnection, then the end. */
  | { readonly disconnect: string; readonly code: number }
  /** The connection ends in good order, though something was still to come. */
  | { readonly end: true }
  /** What no LDAP server would say. */
  | { readonly raw: string }
  | { readonly silence: true }

export interface LdapScript {
  /** Attributes of the root DSE; undefined where nobody may see it. */
  readonly rootDse: Values | undefined
  /** Default: success. */
  bind?(request: Extract<LdapRequest, { kind: 'bind' }>): Result | 'silence'
  /** StartTLS and the like. Default: 2, protocolError, as a server answers that does not know it. */
  extended?(oid: string): Result
  /** Every search but that of the root DSE. */
  search(request: SearchRequest): readonly Reply[] | Promise<readonly Reply[]>
  /** Bytes to send at a time, each alone on the wire. Default: each answer at once. */
  readonly dribble?: number
}

export interface LdapServer extends LoopbackServer {
  readonly url: string
  /** All requests, in order. */
  readonly requests: readonly LdapRequest[]
  /** The searches but those of the root DSE. */
  readonly searches: readonly SearchRequest[]
  /** Connections that were ever made, and those that are still open. */
  readonly connections: { readonly made: number; readonly open: number }
}

export const entry = (dn: string, values: Values): Reply => ({ entry: dn, values })
export const silence: Reply = { silence: true }
export const end: Reply = { end: true }
export const done = (result: Result = {}): Reply => ({ done: result })
export const references = (...uris: readonly string[]): Reply => ({ references: uris })

export async function startLdapServer(script: LdapScript): Promise<LdapServer> {
  const requests: LdapRequest[] = []
  const searches: SearchRequest[] = []
  const connections = { made: 0, open: 0 }

  async function answer(socket: Socket, id: number, request: LdapRequest): Promise<void> {
    requests.push(request)
    if (request.kind === 'bind') {
      const result = script.bind?.(request) ?? {}
      if (result !== 'silence') await write(socket, encodeResult(id, 'bind', result), script.dribble)
    } else if (request.kind === 'extended') {
      await write(socket, encodeResult(id, 'extended', script.extended?.(request.oid) ?? { code: 2 }), script.dribble)
    } else if (request.kind === 'search') {
      for (const reply of await repliesTo(request)) await sendReply(socket, id, reply)
    } else if (request.kind === 'unbind') {
      socket.end()
    }
  }

  async function repliesTo(request: SearchRequest): Promise<readonly Reply[]> {
    if (request.base === '' && request.scope === 'base') {
      return script.rootDse === undefined ? [done()] : [entry('', script.rootDse), done()]
    }
    searches.push(request)
    return script.search(request)
  }

  async function sendReply(socket: Socket, id: number, reply: Reply): Promise<void> {
    if ('cutInside' in reply) {
      const bytes = encodeEntry(id, reply.cutInside, reply.values)
      await write(socket, bytes.subarray(0, bytes.length >> 1), script.dribble)
      socket.destroy()
    } else if ('damagedEntry' in reply) {
      const bytes = encodeEntry(id, reply.damagedEntry, { cn: 'x' })
      // The tag of the only value.
      bytes[bytes.length - 3] = TAG.integer
      await write(socket, bytes, script.dribble)
    } else if ('disconnect' in reply) {
      socket.end(encodeDisconnection(reply.code, reply.disconnect))
    } else if ('end' in reply) {
      socket.end()
    } else if ('raw' in reply) {
      await write(socket, Buffer.from(reply.raw), script.dribble)
    } else if (!('silence' in reply)) {
      await write(socket, bytesOf(id, reply), script.dribble)
    }
  }

  const server = createServer((socket) => {
    connections.made += 1
    connections.open += 1
    let unread: Buffer = Buffer.alloc(0)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk])
      for (let taken = takeMessage(unread); taken !== undefined; taken = takeMessage(unread)) {
        unread = taken.rest
        const { id, request } = parseRequest(taken.message)
        void answer(socket, id, request)
      }
    })
    // Whoever gives up resets the connection.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      connections.open -= 1
    })
  })
  const loopback = await listen(server)
  return { ...loopback, url: `ldap://127.0.0.1:${loopback.port}`, requests, searches, connections }
}

function bytesOf(id: number, reply: Plain): Buffer {
  if ('entry' in reply) return encodeEntry(id, reply.entry, reply.values)
  if ('references' in reply) return encodeReference(id, reply.references)
  return encodeResult(id, 'done', reply.done)
}

/** Resolves when the bytes left, or will never. */
async function write(socket: Socket, bytes: Buffer, size = bytes.length): Promise<void> {
  for (let at = 0; at < bytes.length && socket.writable; at += size) {
    await new Promise<void>((resolve) => {
      socket.write(bytes.subarray(at, at + size), () => setImmediate(resolve))
    })
  }
}
