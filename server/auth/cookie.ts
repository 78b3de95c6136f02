/** The one cookie that the server sets. */
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { ServerSpec } from '../../core/resource.ts'

const PLAIN = 'vanta-sync'
/** Browsers take a cookie of this name from this host alone, and only over TLS. */
const SECURE = `__Host-${PLAIN}`

export interface Cookies {
  /** Undefined when there is none that could be ours. */
  read(c: Context): string | undefined
  write(c: Context, value: string): void
  remove(c: Context): void
}

export function createCookies({ tls, behindProxy }: ServerSpec): Cookies {
  const secure = tls !== undefined || behindProxy
  const name = secure ? SECURE : PLAIN
  const rules = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const
  return {
    read(c) {
      const value = getCookie(c, name)
      return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
    },
    write: (c, value) => setCookie(c, name, value, rules),
    remove: (c) => setCookie(c, name, '', { ...rules, maxAge: 0 }),
  }
}
