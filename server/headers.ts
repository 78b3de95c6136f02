/** Headers on every answer: a browser may do with it what our pages need, and nothing else. */
import type { MiddlewareHandler } from 'hono'
import type { ServerEnv } from './env.ts'

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const ALWAYS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  // `no-referrer` would also hide from us that our own forms are ours: browsers then send `Origin: null`.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
}

const YEAR = 31_536_000

export interface HeaderOptions {
  /** Is it reached by https alone? */
  readonly isSecure: () => boolean
  readonly stopping: AbortSignal
}

export function securityHeaders({ isSecure, stopping }: HeaderOptions): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(ALWAYS)) headers.set(name, value)
    if (isSecure()) headers.set('strict-transport-security', `max-age=${YEAR}`)
    // Assets hold nothing of anybody; a browser may keep them, and asks each time whether they are still the same.
    if (!c.req.path.startsWith('/assets/')) headers.set('cache-control', 'no-store')
    else if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache')
    if (stopping.aborted) headers.set('connection', 'close')
  }
}
