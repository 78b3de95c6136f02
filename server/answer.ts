/** How a problem is told: JSON to programs, a page to people. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Pages } from './page-deps.ts'
import { type Problem, titleOf } from './problem.ts'

export type Tell = (c: Context, problem: Problem) => Response | Promise<Response>

export function createTell(pages: Pick<Pages, 'errorPage'>): Tell {
  return async (c, problem) => {
    const { status, code, message, hint, headers = {} } = problem
    const facts = { message: asSentence(message), ...(hint === undefined ? {} : { hint }) }
    const response = isForPrograms(c.req.path)
      ? c.json({ error: { code, ...facts } }, status as ContentfulStatusCode)
      : await pages.errorPage(c, status, { title: titleOf(status), ...facts })
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
    return response
  }
}

/** Paths that people's browsers do not show: their answers are data. */
export function isForPrograms(path: string): boolean {
  return path === '/api' || path.startsWith('/api/') || path === '/metrics' || path === '/healthz'
}

function asSentence(message: string): string {
  return /[.!?…]$/.test(message) ? message : `${message}.`
}
