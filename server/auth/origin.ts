/** Was a request that changes something sent by a page of ours, or by a program? */
import type { Context } from 'hono'
import type { Problem } from '../problem.ts'

/** Browsers say where a request comes from, and pages cannot change it; programs say nothing. */
export function refuseOrigin(c: Context, publicUrl: string | undefined): Problem | undefined {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return ELSEWHERE
  const origin = c.req.header('origin')
  if (origin === undefined || origin === publicUrl) return undefined
  // A page that tells nobody where it is sends this with its own forms, too; the other header says which it is.
  if (origin === 'null') return site === 'same-origin' ? undefined : ELSEWHERE
  const host = URL.canParse(origin) ? new URL(origin).host : undefined
  return host !== undefined && host !== '' && host === c.req.header('host')?.toLowerCase() ? undefined : ELSEWHERE
}

const ELSEWHERE: Problem = {
  status: 403,
  code: 'other-origin',
  message: 'The request comes from another site, and nothing was done',
  hint: 'When a proxy stands in front of this server, set server.publicUrl to where people reach it.',
}

/** Browsers send it with fetches of scripts and with forms; what was typed, and programs, get another answer. */
export function isFetchedByScript(c: Context): boolean {
  return c.req.header('sec-fetch-dest') === 'empty'
}
