/** What every request passes before anything is shown or done. */
import type { MiddlewareHandler } from 'hono'
import { isForPrograms, type Tell } from '../answer.ts'
import type { ServerEnv } from '../env.ts'
import type { Access } from '../page-deps.ts'
import { formOf } from '../form.ts'
import type { Problem } from '../problem.ts'
import { refuseHost } from './host.ts'
import { type Doorkeeper, identify, isOpen, loginNeeded } from './identify.ts'
import { isFetchedByScript, refuseOrigin } from './origin.ts'
import type { Visitor } from './visitor.ts'

export function hostGate({ operator, bound }: Doorkeeper, tell: Tell): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const problem = refuseHost(c.req.header('host'), bound, operator.settings.server)
    if (problem !== undefined) return tell(c, problem)
    return next()
  }
}

/** Sets the visitor; what they claim and cannot prove is refused. */
export function identityGate(keeper: Doorkeeper, tell: Tell): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const identified = await identify(keeper, c)
    c.set('visitor', identified.visitor)
    if ('problem' in identified && !isForEverybody(c.req.path)) return tell(c, identified.problem)
    return next()
  }
}

/** Before the login itself, and what its page is made of. */
function isForEverybody(path: string): boolean {
  return path === '/login' || path.startsWith('/assets/')
}

export function lookGate(keeper: Doorkeeper, tell: Tell): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const { way } = c.get('visitor')
    if (way !== 'nobody' || isForEverybody(c.req.path)) return next()
    const access = accessOf(keeper)
    if (access === 'login' && c.req.method === 'GET' && !isForPrograms(c.req.path) && !isFetchedByScript(c)) {
      const { pathname, search } = new URL(c.req.url)
      return c.redirect(`/login?next=${encodeURIComponent(pathname + search)}`, 303)
    }
    return tell(c, loginNeeded(c, WHY_NOT[access]))
  }
}

const WHY_NOT: Readonly<Record<Access, string>> = {
  open: 'Nobody may look from here',
  login: 'Only users may look, and this request does not say who it is from',
  proxy: 'Only people whom the proxy has asked may look, and this request did not come through it',
  program: 'Only programs with a token may look: no user has a password',
}

export function accessOf(keeper: Pick<Doorkeeper, 'operator' | 'bound'>): Access {
  const { users, proxyUser } = keeper.operator.settings.server
  if (isOpen(keeper)) return 'open'
  if (users.some(({ password }) => password !== undefined)) return 'login'
  return proxyUser === undefined ? 'program' : 'proxy'
}

/** What changes something comes from a page of ours, or from a program. */
export function changeGate(keeper: Doorkeeper, tell: Tell): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const elsewhere = refuseOrigin(c, keeper.operator.settings.server.publicUrl)
    if (elsewhere !== undefined) return tell(c, elsewhere)
    const visitor = c.get('visitor')
    if (visitor.way === 'open') return tell(c, NOBODY_DECIDES)
    if (needsToken(visitor)) {
      const token = c.req.header('x-csrf-token') ?? (await formOf(c))['csrf'] ?? ''
      const { cookie } = visitor
      if (cookie === undefined || !keeper.sessions.isCsrfToken(cookie, token)) return tell(c, NO_TOKEN)
    }
    return next()
  }
}

/** A browser sends cookies, and passes the proxy, whatever page has sent it; no page can make it send a token. */
function needsToken({ way }: Visitor): boolean {
  return way !== 'token' && way !== 'basic'
}

const NOBODY_DECIDES: Problem = {
  status: 403,
  code: 'no-users',
  message: 'Nobody can decide anything here, because no users are set and nobody is known',
  hint: 'Set server.users in the configuration, one with role: approver; or decide with vanta-sync on the command line.',
}

const NO_TOKEN: Problem = {
  status: 403,
  code: 'no-csrf-token',
  message: 'The request does not come from a page of this session, and nothing was done',
  hint: 'Load the page again and repeat it; when that does not help, allow cookies of this site.',
}
