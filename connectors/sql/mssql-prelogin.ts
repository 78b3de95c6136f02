/**
 * Makes sure of TLS with SQL Server. Its driver asks for it, but goes on in plain text, password and all, with a server
 * (or somebody on the way) that answers that it has none. So the first answer is looked at here, before the driver is.
 */
import { connect, type Socket } from 'node:net'

/** The server answers that it has no TLS, or uses it for the login only. */
export class PlainTextError extends Error {}

const HEADER = 8
const ENCRYPTION = 1
const END = 0xff
/** `on` and `required`; anything else leaves rows in plain text. */
const ENCRYPTED: readonly number[] = [1, 3]

export interface SocketAddress {
  readonly host: string
  readonly port: number
}

/** Connects; with `encrypted`, the socket fails with `PlainTextError` when the server wants to go on without TLS. */
export function openSocket(address: SocketAddress, signal: AbortSignal, encrypted: boolean): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, signal, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      if (encrypted) refusePlainText(socket)
      resolve(socket)
    })
  })
}

function refusePlainText(socket: Socket): void {
  let answer = Buffer.alloc(0)
  const look = (piece: Buffer): void => {
    answer = Buffer.concat([answer, piece])
    if (answer.length < HEADER || answer.length < answer.readUInt16BE(2)) return
    socket.off('data', look)
    if (!ENCRYPTED.includes(encryptionIn(answer.subarray(HEADER)) ?? -1)) {
      socket.destroy(new PlainTextError('the server has no TLS'))
    }
  }
  socket.on('data', look)
}

/** Options are listed as a type, the place of their value and its length, until the list ends. */
function encryptionIn(payload: Buffer): number | undefined {
  for (let at = 0; at + 5 <= payload.length && payload[at] !== END; at += 5) {
    if (payload[at] === ENCRYPTION) return payload[payload.readUInt16BE(at + 1)]
  }
  return undefined
}
