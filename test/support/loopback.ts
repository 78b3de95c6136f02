import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import * as http from 'node:http'
import * as https from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TestAuthority {
  readonly folder: string
  /** PEM of the authority, and its file. */
  readonly ca: string
  readonly caFile: string
  readonly cert: string
  readonly key: string
  remove(): Promise<void>
}

/** A private authority and a certificate of it for `localhost`, not for `127.0.0.1`. */
export async function createAuthority(): Promise<TestAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-ca-'))
  const at = (name: string): string => join(folder, name)
  const openssl = async (...args: readonly string[]): Promise<unknown> => run('openssl', args, { cwd: folder })
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  await openssl(
    'req',
    '-x509',
    ...ec,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  )
  await openssl('req', ...ec, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  await writeFile(at('ext'), 'subjectAltName=DNS:localhost\n')
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
  await openssl('x509', '-req', '-in', 'server.csr', ...sign, '-out', 'server.pem')
  return {
    folder,
    ca: await readFile(at('ca.pem'), 'utf8'),
    caFile: at('ca.pem'),
    cert: await readFile(at('server.pem'), 'utf8'),
    key: await readFile(at('server.key'), 'utf8'),
    remove: async () => rm(folder, { recursive: true, force: true }),
  }
}

export interface LoopbackServer {
  readonly port: number
  close(): Promise<void>
}

export async function listen(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

export async function listenHttp(handle: http.RequestListener): Promise<LoopbackServer> {
  return listen(http.createServer(handle))
}

export async function listenHttps({ cert, key }: TestAuthority, handle: http.RequestListener): Promise<LoopbackServer> {
  return listen(https.createServer({ cert, key }, handle))
}

export interface LoopbackProxy extends LoopbackServer {
  /** What was asked for: `localhost:8443`, and the authorization that came with it. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[]
}

/** A proxy for CONNECT; with `refuse` it answers that status to everything. */
export async function listenProxy({ refuse }: { refuse?: number } = {}): Promise<LoopbackProxy> {
  const asked: { target: string; authorization: string | undefined }[] = []
  const server = http.createServer()
  server.on('connect', (request, client: Socket) => {
    asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] })
    client.on('error', () => client.destroy())
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const upstream = connect(Number(port), host === 'localhost' ? '127.0.0.1' : host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(client)
      client.pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  return { ...(await listen(server)), asked }
}

export interface SilentServer extends LoopbackServer {
  /** Resolves when the first request came; none is ever answered. */
  readonly arrived: Promise<void>
}

export async function listenSilently(): Promise<SilentServer> {
  const server = http.createServer()
  const arrived = new Promise<void>((resolve) => {
    server.once('request', () => resolve())
  })
  return { ...(await listen(server)), arrived }
}
