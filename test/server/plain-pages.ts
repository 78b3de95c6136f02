/** Pages of a line each, for what is tested of the server without the real ones. */
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { PageDeps, Pages } from '../../server/page-deps.ts'

export function plainPages({ operator, viewerOf, access }: PageDeps): Pages {
  const app = new Hono()
  app.get('/', (c) => c.html(`<p>overview of ${operator.settings.resources.length} for ${viewerText(viewerOf(c))}`))
  app.get('/login', (c) => login(c, { next: c.req.query('next') ?? '/' }))
  app.get('/runs/:id', (c) => c.html(`<p>run ${viewerOf(c).revealed ? 'revealed' : 'masked'}`))
  app.get('/assets/style.css', (c) => c.text('p{}', 200, { 'content-type': 'text/css' }))

  function login(c: Context, { error = '', next }: { error?: string; next: string }): Response | Promise<Response> {
    const { csrfToken } = viewerOf(c)
    return c.html(
      `<p>${access()} ${error}<form><input name="csrf" value="${csrfToken}"><input name="next" value="${next.replaceAll('"', '&quot;')}">`,
    )
  }

  return {
    app,
    loginPage: login,
    errorPage: (c, status, { title, message, hint = '' }) =>
      c.html(`<h1>${title}</h1><p>${message} ${hint}`, status as ContentfulStatusCode),
  }
}

function viewerText({ person, mayApprove, csrfToken }: ReturnType<PageDeps['viewerOf']>): string {
  return `${person?.name ?? 'nobody'} ${mayApprove ? 'approver' : 'viewer'}<input name="csrf" value="${csrfToken}">`
}
