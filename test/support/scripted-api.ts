/** A loopback HTTP server that answers by script, and remembers what it was asked. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { type LoopbackServer, listenHttp, listenHttps, type TestAuthority } from './loopback.ts'

export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Of the connection that it came by: equal ports are one connection. */
  readonly clientPort: number | undefined
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: unknown
  /** The connection is cut after so many bytes of the body; at -1 it is cut before the headers. */
  readonly cutAt?: number
  /** Headers and what `cutAt` lets through are sent, and nothing more comes. */
  readonly hangs?: boolean
}

export type Script = (asked: Asked, count: number) => Reply | Promise<Reply>

export interface ScriptedApi extends LoopbackServer {
  /** `http://127.0.0.1:40123`. */
  readonly url: string
  readonly asked: readonly Asked[]
  /** Answers differently from now on. */
  play(script: Script): void
}

export async function startApi(script: Script, authority?: TestAuthority): Promise<ScriptedApi> {
  const asked: Asked[] = []
  let current = script
  const server = await (authority === undefined ? listenHttp : listenHttps.bind(undefined, authority))(
    (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const { method = '', url = '', headers, socket } = request
        const query = new URL(url, 'http://x').searchParams
        const body = Buffer.concat(parts).toString()
        asked.push({ method, path: url, query, headers, body, clientPort: socket.remotePort })
        void answer(current, asked, response)
      })
    },
  )
  return {
    ...server,
    url: authority === undefined ? `http://127.0.0.1:${server.port}` : `https://localhost:${server.port}`,
    asked,
    play(next) {
      current = next
    },
  }
}

async function answer(script: Script, asked: readonly Asked[], response: ServerResponse): Promise<void> {
  const last = asked.at(-1)
  if (last === undefined) return
  const { status = 200, headers = {}, body = '', cutAt, hangs = false } = await script(last, asked.length)
  if (cutAt === -1) {
    response.destroy()
    return
  }
  const isPlain = typeof body === 'string' || body instanceof Uint8Array
  const bytes = isPlain ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
  const type = isPlain ? {} : { 'content-type': 'application/json' }
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(bytes.length) }
  response.writeHead(status, { ...type, ...length, ...headers })
  if (cutAt === undefined && !hangs) response.end(bytes)
  else response.write(bytes.subarray(0, cutAt ?? 0), () => hangs || response.destroy())
}
