/** Starts the server of the daemon: the main address, and the one for probes. */
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { MINUTE, SECOND } from '../core/clock.ts'
import { messageOf } from '../core/errors.ts'
import type { Handle } from '../core/handle.ts'
import type { ServerSpec } from '../core/resource.ts'
import { createApp } from './app.ts'
import { createSessions, type Sessions } from './auth/sessions.ts'
import { addressOf, listen } from './listen.ts'
import type { Operator } from './operator.ts'
import type { CreatePages } from './page-deps.ts'
import { probeRoutes } from './probes.ts'
import { type Certificate, readCertificate } from './tls.ts'

/** Answers that are under way when the server stops have this long. */
const GRACE_MS = SECOND

const LIMITS = {
  maxHeaderSize: 64 * 1024,
  /** From a request's first byte to its last. */
  requestTimeout: 30 * SECOND,
  headersTimeout: 10 * SECOND,
  keepAliveTimeout: 5 * SECOND,
  /** Whoever connects and says nothing is noticed within so long. */
  connectionsCheckingInterval: 5 * SECOND,
}
const MOST_CONNECTIONS = 512
/** Without a byte either way; streams of events send one each 15 s. */
const SILENCE_MS = 5 * MINUTE

export interface ServerOptions {
  readonly operator: Operator
  /** Where to listen. Users and the rest are taken from `operator.settings`, as they are at each request. */
  readonly spec: ServerSpec
  readonly createPages: CreatePages
  /** Given to the next server when this one must make way, so that nobody is logged out. */
  readonly sessions?: Sessions
}

export interface RunningServer extends Handle {
  /** `http://127.0.0.1:8400`: what is listened on, without a trailing slash. */
  readonly url: string
  /** Of the probe address; absent when there is none. */
  readonly probeUrl?: string
  readonly sessions: Sessions
  /**
   * Reads certificate and key again; when they are the same as before, nothing happens. A sentence when they cannot be
   * used: it is logged, and the old ones stay.
   */
  reloadTls(): Promise<string | undefined>
}

/** @throws ConfigError when an address cannot be had or the certificate cannot be used */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { operator, spec, createPages, sessions = createSessions(operator.clock) } = options
  const stopping = new AbortController()
  const certificate = spec.tls === undefined ? undefined : await readCertificate(spec.tls)
  const app = createApp({ operator, spec, sessions, createPages, stopping: stopping.signal })
  const main = httpServer(app.fetch as Fetch, certificate)
  const servers = [main]
  try {
    await listen(main, spec, 'server')
    if (spec.probe !== undefined) {
      const probe = httpServer(probeRoutes(operator).fetch)
      await listen(probe, spec.probe, 'server.probe')
      servers.push(probe)
    }
  } catch (error) {
    stopping.abort()
    for (const server of servers) server.close()
    throw error
  }
  const ended = Promise.all(servers.map(whenEnded)).then(() => undefined)
  // Whoever awaits it still sees the failure; whoever does not must not be ended by it.
  ended.catch(() => undefined)
  const probe = servers[1]
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://${addressOf(main, spec)}`,
    ...(probe === undefined || spec.probe === undefined ? {} : { probeUrl: `http://${addressOf(probe, spec.probe)}` }),
    sessions,
    reloadTls: createReload(main, { spec, operator, certificate }),
    ...createHandle({ servers, stopping, ended }),
  }
}

type Fetch = Hono['fetch']

function httpServer(fetch: Fetch, certificate?: Certificate): Server {
  // Replacing the global Request and Response would reach into whatever else runs in this process.
  const shared = { fetch, overrideGlobalObjects: false }
  const server =
    certificate === undefined
      ? createAdaptorServer({ ...shared, createServer, serverOptions: LIMITS })
      : createAdaptorServer({
          ...shared,
          createServer: createTlsServer,
          serverOptions: { ...LIMITS, ...certificate, minVersion: 'TLSv1.2' },
        })
  const made = server as Server
  made.maxConnections = MOST_CONNECTIONS
  made.setTimeout(SILENCE_MS)
  return made
}

function whenEnded(server: Server): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('close', resolve)
    server.once('error', reject)
  })
}

interface Running {
  readonly servers: readonly Server[]
  readonly stopping: AbortController
  readonly ended: Promise<void>
}

function createHandle({ servers, stopping, ended }: Running): Handle {
  const close = (): void => {
    stopping.abort()
    for (const server of servers) {
      server.close()
      server.closeIdleConnections()
    }
  }
  return {
    promise: ended,
    async stop() {
      close()
      const done = new AbortController()
      const late = wait(GRACE_MS, true, { signal: done.signal }).catch(() => false)
      if (await Promise.race([late, ended.then(() => false)])) cut(servers)
      done.abort()
      await ended
    },
    async kill() {
      close()
      cut(servers)
      await ended
    },
  }
}

function cut(servers: readonly Server[]): void {
  for (const server of servers) server.closeAllConnections()
}

interface Reload {
  readonly spec: ServerSpec
  readonly operator: Operator
  readonly certificate: Certificate | undefined
}

function createReload(server: Server, { spec, operator, certificate }: Reload): RunningServer['reloadTls'] {
  let current = certificate
  return async () => {
    if (spec.tls === undefined || current === undefined) return undefined
    try {
      const read = await readCertificate(spec.tls)
      if (read.cert === current.cert && read.key === current.key) return undefined
      ;(server as TlsServer).setSecureContext({ ...read, minVersion: 'TLSv1.2' })
      current = read
      operator.log.info('The certificate of the server was changed')
      return undefined
    } catch (error) {
      const problem = messageOf(error)
      operator.log.error('A changed certificate is not usable, and the old one stays', { problem })
      return problem
    }
  }
}
