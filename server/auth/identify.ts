/** Finds out who sent a request: by the proxy's header, else by what it proves itself, else by its session. */
import type { Context } from 'hono'
import type { UserSpec } from '../../core/resource.ts'
import { SECOND } from '../../core/clock.ts'
import { isForPrograms } from '../answer.ts'
import type { ServerEnv } from '../env.ts'
import type { Operator } from '../operator.ts'
import type { Problem } from '../problem.ts'
import { sayDuration } from '../../core/text/duration.ts'
import type { ServerSpec } from '../../core/resource.ts'
import { clientAddress } from './client-address.ts'
import type { Cookies } from './cookie.ts'
import { isLoopbackHost } from './host.ts'
import { isFetchedByScript } from './origin.ts'
import { proxyUserOf } from './proxy-user.ts'
import type { Attempt, Prove } from './prove.ts'
import type { Sessions } from './sessions.ts'
import { stranger, type Visitor } from './visitor.ts'

export interface Doorkeeper {
  readonly operator: Operator
  /** What the server listens on. */
  readonly bound: ServerSpec
  readonly sessions: Sessions
  readonly cookies: Cookies
  readonly prove: Prove
}

export type Identified = { readonly visitor: Visitor } | { readonly problem: Problem; readonly visitor: Visitor }

export async function identify(keeper: Doorkeeper, c: Context<ServerEnv>): Promise<Identified> {
  const address = addressOf(keeper, c)
  const byProxy = headerVisitor(keeper, c, address)
  if (byProxy !== undefined) return { visitor: byProxy }
  const { users } = keeper.operator.settings.server
  const attempt = users.length === 0 ? undefined : attemptOf(c.req.header('authorization'), address)
  if (attempt !== undefined) return attempted(keeper, c, attempt)
  return { visitor: sessionVisitor(keeper, c, address) ?? unproven(keeper, c, address) }
}

function addressOf({ operator }: Doorkeeper, c: Context<ServerEnv>): string {
  const { incoming } = c.env
  const forwarded = incoming.headers['x-forwarded-for']
  return clientAddress(
    {
      address: incoming.socket.remoteAddress ?? '',
      forwardedFor: Array.isArray(forwarded) ? forwarded.join(',') : forwarded,
    },
    operator.settings.server,
  )
}

function headerVisitor(keeper: Doorkeeper, c: Context<ServerEnv>, address: string): Visitor | undefined {
  const { proxyUser } = keeper.operator.settings.server
  if (proxyUser === undefined) return undefined
  const user = proxyUserOf(c.env.incoming, proxyUser, keeper.operator.log)
  if (user === undefined) return undefined
  const { name, role, provenBy } = user
  return { way: 'header', person: { name, provenBy }, role, address, ...visitOf(keeper, c, name) }
}

async function attempted(keeper: Doorkeeper, c: Context<ServerEnv>, attempt: Attempt): Promise<Identified> {
  const proof = await keeper.prove(attempt)
  const visitor = stranger(attempt.address)
  if (proof.kind === 'throttled') return { visitor, problem: tooMany(proof.waitMs) }
  if (proof.kind === 'wrong') return { visitor, problem: loginNeeded(c, 'Name and password, or the token, are wrong') }
  const { name, role } = proof.user
  const byToken = attempt.kind === 'token'
  const person = { name, provenBy: byToken ? 'token' : 'password by HTTP Basic' }
  const visit = byToken ? { csrfToken: '', revealed: false } : visitOf(keeper, c, name)
  return { visitor: { way: byToken ? 'token' : 'basic', person, role, address: attempt.address, ...visit } }
}

function sessionVisitor(keeper: Doorkeeper, c: Context<ServerEnv>, address: string): Visitor | undefined {
  const cookie = keeper.cookies.read(c)
  const name = cookie === undefined ? undefined : keeper.sessions.userOf(cookie)
  if (cookie === undefined || name === undefined) return undefined
  const user = passwordUser(keeper.operator.settings.server.users, name)
  if (user === undefined) {
    keeper.sessions.end(cookie)
    return undefined
  }
  const person = { name, provenBy: 'password on the page' }
  return { way: 'session', person, role: user.role, address, ...visitOf(keeper, c, name) }
}

/** Whoever left the configuration since is no longer let in. */
function passwordUser(users: readonly UserSpec[], name: string): UserSpec | undefined {
  return users.find((user) => user.name === name && user.password !== undefined)
}

/** Whoever came in once, as things are now: sessions end, and users leave the configuration. Notes nothing. */
export function mayStillLook(keeper: Doorkeeper, { way, person, cookie }: Visitor): boolean {
  const { users, proxyUser } = keeper.operator.settings.server
  const isUser = (by: 'password' | 'token'): boolean =>
    users.some((user) => user.name === person?.name && user[by] !== undefined)
  switch (way) {
    case 'nobody':
      return false
    case 'open':
      return isOpen(keeper)
    case 'header':
      return proxyUser !== undefined
    case 'session':
      return cookie !== undefined && keeper.sessions.isLive(cookie) && isUser('password')
    case 'basic':
      return isUser('password')
    case 'token':
      return isUser('token')
  }
}

function unproven(keeper: Doorkeeper, c: Context<ServerEnv>, address: string): Visitor {
  if (isOpen(keeper)) return { ...stranger(address), way: 'open' }
  return { ...stranger(address), ...visitOf(keeper, c, undefined) }
}

/** Everybody may look only where nobody but this machine is listened to, whatever the configuration became meanwhile. */
export function isOpen({ operator, bound }: Pick<Doorkeeper, 'operator' | 'bound'>): boolean {
  const { users, proxyUser } = operator.settings.server
  return users.length === 0 && proxyUser === undefined && isLoopbackHost(bound.host)
}

/** The cookie that forms are tied to; a browser that has none gets one with the page. */
function visitOf(
  { cookies, sessions }: Doorkeeper,
  c: Context<ServerEnv>,
  name: string | undefined,
): Pick<Visitor, 'cookie' | 'csrfToken' | 'revealed'> {
  const cookie = cookies.read(c) ?? (isPage(c) ? issue(cookies, c, sessions.visit()) : undefined)
  if (cookie === undefined) return { csrfToken: '', revealed: false }
  return {
    cookie,
    csrfToken: sessions.csrfToken(cookie),
    revealed: name !== undefined && sessions.isRevealed(cookie, name),
  }
}

function issue(cookies: Cookies, c: Context, cookie: string): string {
  cookies.write(c, cookie)
  return cookie
}

function isPage(c: Context): boolean {
  const { method, path } = c.req
  return method === 'GET' && !isForPrograms(path) && !path.startsWith('/assets/')
}

/** What the header `Authorization` claims; undefined when it claims nothing that we know. */
function attemptOf(header: string | undefined, address: string): Attempt | undefined {
  const [scheme = '', value = ''] = (header ?? '').trim().split(/\s+/, 2)
  if (scheme.toLowerCase() === 'bearer') return { kind: 'token', secret: value, address }
  if (scheme.toLowerCase() !== 'basic') return undefined
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const [name, secret] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
  return { kind: 'password', name, secret, address }
}

export function tooMany(waitMs: number): Problem {
  return {
    status: 429,
    code: 'too-many-failures',
    message: `Too many logins failed; the next one is looked at in ${sayDuration(Math.max(waitMs, SECOND))}`,
    headers: { 'retry-after': String(Math.ceil(waitMs / SECOND)) },
  }
}

/** A browser would ask for a password in a window of its own, over a page that only fetched something. */
export function loginNeeded(c: Context, message: string): Problem {
  const ways = ['Bearer realm="vanta-sync"']
  if (!isFetchedByScript(c)) ways.unshift('Basic realm="vanta-sync", charset="UTF-8"')
  return {
    status: 401,
    code: 'login-needed',
    message,
    hint: 'Programs send Authorization: Bearer with a token, or Basic, of one of server.users; people log in at /login.',
    headers: isForPrograms(c.req.path) ? { 'www-authenticate': ways.join(', ') } : {},
  }
}
