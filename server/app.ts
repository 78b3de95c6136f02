/** Puts the server together: what every request passes, then the probes, the API, the forms and the pages. */
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { ServerSpec } from '../core/resource.ts'
import { actionRoutes } from './actions.ts'
import { createTell } from './answer.ts'
import { createApi } from './api/api.ts'
import { createCookies } from './auth/cookie.ts'
import { accessOf, changeGate, hostGate, identityGate, lookGate } from './auth/gate.ts'
import type { Doorkeeper } from './auth/identify.ts'
import { loginRoutes } from './auth/login.ts'
import { createProver } from './auth/prove.ts'
import type { Sessions } from './auth/sessions.ts'
import { createThrottle } from './auth/throttle.ts'
import { stranger, viewerFor } from './auth/visitor.ts'
import { bodyLimit } from './body-limit.ts'
import type { ServerEnv } from './env.ts'
import { securityHeaders } from './headers.ts'
import { healthAnswer, healthReport } from './healthz.ts'
import { createMetrics } from './metrics.ts'
import type { Operator } from './operator.ts'
import type { CreatePages } from './page-deps.ts'
import { probeRoutes } from './probes.ts'
import { problemOf } from './problem.ts'

/** More is no form and no call of ours. */
const LARGEST_BODY = 64 * 1024

export interface AppOptions {
  readonly operator: Operator
  /** What the server listens on; users and the rest are taken from the operator's settings, as they are now. */
  readonly spec: ServerSpec
  readonly sessions: Sessions
  readonly createPages: CreatePages
  /** Ends streams, and what listens to runs. */
  readonly stopping: AbortSignal
}

export function createApp({ operator, spec, sessions, createPages, stopping }: AppOptions): Hono<ServerEnv> {
  const keeper = doorkeeper({ operator, spec, sessions })
  const pages = createPages({
    operator,
    viewerOf: (c) => viewerFor(c.get('visitor') ?? stranger('')),
    access: () => accessOf(keeper),
  })
  const tell = createTell(pages)
  const metrics = createMetrics(operator)
  stopping.addEventListener('abort', metrics.stop, { once: true })
  const startedAt = operator.clock.now()
  const probes = probeRoutes(operator)

  const app = new Hono<ServerEnv>()
  app.use(securityHeaders({ isSecure: () => isSecure(operator, spec), stopping }))
  app.on('GET', ['/livez', '/readyz'], (c) => probes.fetch(c.req.raw))
  app.use(hostGate(keeper, tell))
  app.use(bodyLimit({ most: LARGEST_BODY, refuse: (c) => tell(c, TOO_LARGE) }))
  app.use(identityGate(keeper, tell), lookGate(keeper, tell), changeGate(keeper, tell))
  app.get('/healthz', async (c) => healthAnswer(c, healthReport(await operator.snapshot(), startedAt)))
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }))
  app.route('/api', createApi({ keeper, tell, stopping }))
  app.route('/', loginRoutes(keeper, pages, tell))
  app.route('/', actionRoutes(operator, tell))
  app.use('/assets/*', etag())
  app.route('/', pages.app)
  app.notFound((c) => tell(c, NOT_FOUND))
  app.onError((error, c) => tell(c, problemOf(error, operator.log)))
  return app
}

function doorkeeper({ operator, spec, sessions }: Pick<AppOptions, 'operator' | 'spec' | 'sessions'>): Doorkeeper {
  const { clock, log } = operator
  return {
    operator,
    bound: spec,
    sessions,
    cookies: createCookies(spec),
    prove: createProver({ users: () => operator.settings.server.users, throttle: createThrottle(clock), log }),
  }
}

function isSecure({ settings }: Operator, { tls }: ServerSpec): boolean {
  return tls !== undefined || settings.server.publicUrl?.startsWith('https:') === true
}

const TOO_LARGE = {
  status: 413,
  code: 'too-large',
  message: `The request is larger than ${LARGEST_BODY / 1024} KiB`,
}

const NOT_FOUND = {
  status: 404,
  code: 'not-found',
  message: 'There is no such page',
  hint: 'The overview leads to all there is.',
}
