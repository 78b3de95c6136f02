/** Starts a local Vanta, as strict as what is known of the real one. */
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { MINUTE } from '../core/clock.ts'
import { applicationOf, type Control, createControl } from './control.ts'
import { controlApi } from './control-api.ts'
import { createWorld } from './create-world.ts'
import { serveExchange } from './exchange.ts'
import type { Credentials, SandboxOptions } from './options.ts'
import { pages } from './page/pages.ts'
import type { Application, World } from './world.ts'

export interface Sandbox {
  /** `http://127.0.0.1:8410`: the base URL for clients, and the address of the page. */
  readonly url: string
  /** Settles when the sandbox has ended: rejects only when the server broke by itself. */
  readonly promise: Promise<void>
  /** Ends it at once, open connections too; resolves when nothing is left. Safe to call twice. */
  stop(): Promise<void>
  /** Of the first application, with its secret as it is now. */
  readonly credentials: Credentials
  /** Of all applications, in the order given. */
  readonly applications: readonly Credentials[]
  readonly control: Control
}

/**
 * @throws RangeError when an option makes no sense
 * @throws the system's error when the port cannot be had
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const world = createWorld(options)
  const control = createControl(world)
  const stopping = new AbortController()
  const server = createHttpServer(world, control, stopping.signal)
  const { host = '127.0.0.1', port = 0 } = options
  await listen(server, port, host)
  const ended = whenEnded(server)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    promise: ended,
    stop: () => stop(server, stopping, ended),
    get credentials() {
      return credentialsOf(applicationOf(world, undefined))
    },
    get applications() {
      return [...world.applications.values()].map(credentialsOf)
    },
    control,
  }
}

function createHttpServer(world: World, control: Control, signal: AbortSignal): Server {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.route('/', pages(world))
  app.route('/_sandbox', controlApi(world, control))
  app.all('*', async (c) => {
    const { incoming, outgoing } = c.env
    await serveExchange({ world, incoming, outgoing, signal })
    return RESPONSE_ALREADY_SENT
  })
  // Replacing the global Request and Response would reach into whoever starts a sandbox in their own process.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false, createServer }) as Server
  // Clients reuse connections; one that is closed under a request would look like a failure of the network.
  server.keepAliveTimeout = MINUTE
  return server
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function whenEnded(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    server.once('close', resolve)
    server.once('error', reject)
  })
  // Whoever awaits it still sees the failure; whoever does not must not be ended by it.
  ended.catch(() => undefined)
  return ended
}

async function stop(server: Server, stopping: AbortController, ended: Promise<void>): Promise<void> {
  stopping.abort()
  server.close()
  server.closeAllConnections()
  await ended
}

function credentialsOf(application: Application): Credentials {
  const { clientId, clientSecret, scopes } = application
  return { clientId, clientSecret, scopes }
}
