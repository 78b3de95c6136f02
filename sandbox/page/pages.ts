/** What a browser sees. */
import { Hono } from 'hono'
import type { World } from '../world.ts'
import { overview } from './overview.ts'
import { STYLESHEET } from './stylesheet.ts'

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#5b3df5"/><path d="M8 10l8 13 8-13" fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/></svg>`

/** Only the page's own stylesheet and icon: what was pushed is foreign text. */
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"

export function pages(world: World): Hono {
  const app = new Hono()
  app.get('/', (c) => {
    c.header('content-security-policy', POLICY)
    c.header('cache-control', 'no-store')
    return c.html(overview(world, refreshSeconds(c.req.query('refresh'))))
  })
  app.get('/_sandbox/style.css', (c) => c.body(STYLESHEET, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get('/_sandbox/icon.svg', (c) => c.body(ICON, 200, { 'content-type': 'image/svg+xml' }))
  return app
}

function refreshSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined
}
