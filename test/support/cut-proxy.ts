/** A TCP proxy between a client and a real server that drops or freezes connections in the middle. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CutProxyOptions {
  /** The real server; a number is a port of 127.0.0.1. */
  readonly to: number | { readonly host: string; readonly port: number }
  /** Drop each connection after so many bytes from the server. Default: never. */
  readonly cutAfterBytes?: number
}

export interface CutProxy {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
  /** Bytes from the server over all connections: read it after a whole exchange to learn where its middle is. */
  readonly bytes: number
  /** Drops each connection, those that are open too, after so many bytes from the server; undefined never does. */
  cutAfter(bytes: number | undefined): void
  /** Like `cutAfter`, but the connection stays open and silent. */
  freezeAfter(bytes: number): void
  close(): Promise<void>
}

interface Limit {
  readonly bytes: number
  readonly how: 'cut' | 'freeze'
}

export async function startCutProxy({ to, cutAfterBytes }: CutProxyOptions): Promise<CutProxy> {
  const target = typeof to === 'number' ? { host: '127.0.0.1', port: to } : to
  const sockets = new Set<Socket>()
  let limit: Limit | undefined = cutAfterBytes === undefined ? undefined : { bytes: cutAfterBytes, how: 'cut' }
  let connections = 0
  let bytes = 0

  /** Hands a chunk on, as far as the limit allows; destroys the connection when it is reached. */
  function relay(chunk: Buffer, passed: number, client: Socket): void {
    bytes += chunk.length
    const room = limit === undefined ? chunk.length : Math.max(0, limit.bytes - passed)
    if (room > 0) client.write(chunk.subarray(0, room))
    if (room < chunk.length && limit?.how === 'cut') client.destroy()
  }

  const server = createServer((client) => {
    connections++
    let passed = 0
    const upstream = connect(target)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    upstream.on('data', (chunk) => {
      relay(chunk, passed, client)
      passed += chunk.length
    })
    client.on('data', (chunk) => upstream.write(chunk))
    client.on('close', () => {
      sockets.delete(client)
      upstream.destroy()
    })
    upstream.on('close', () => {
      sockets.delete(upstream)
      client.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    get bytes() {
      return bytes
    },
    cutAfter(after) {
      limit = after === undefined ? undefined : { bytes: after, how: 'cut' }
    },
    freezeAfter(after) {
      limit = { bytes: after, how: 'freeze' }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
