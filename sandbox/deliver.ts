/** Puts an answer on the wire, whole or broken. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer } from './answer.ts'

export async function deliver(outgoing: ServerResponse, answer: Answer): Promise<void> {
  const { body } = answer
  if (typeof body !== 'string') {
    outgoing.writeHead(answer.status, { ...answer.headers })
    await pipeline(Readable.from(body), outgoing)
    return
  }
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(Buffer.byteLength(body)) })
  outgoing.end(body)
}

/** Announces the whole answer, sends half of it and closes the connection. */
export async function deliverHalf(outgoing: ServerResponse, answer: Answer): Promise<void> {
  const bytes = Buffer.from(typeof answer.body === 'string' ? answer.body : [...answer.body].join(''))
  outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(bytes.length) })
  const half = bytes.subarray(0, Math.floor(bytes.length / 2))
  await new Promise<void>((resolve) => {
    outgoing.write(half, () => resolve())
  })
  outgoing.destroy()
}

/** Ends the connection without an answer: by a reset that the client sees as such, or by closing it. */
export function hangUp(incoming: IncomingMessage, how: 'reset' | 'close'): void {
  if (how === 'reset') incoming.socket.resetAndDestroy()
  else incoming.socket.destroy()
}
