/** Coming, going, and asking to see personal data. */
import { Hono } from 'hono'
import type { Tell } from '../answer.ts'
import type { ServerEnv } from '../env.ts'
import { formOf, localPath } from '../form.ts'
import type { Pages } from '../page-deps.ts'
import { type Doorkeeper, tooMany } from './identify.ts'
import { NOBODY_ASKS, noteReveal } from './reveal.ts'

export function loginRoutes(keeper: Doorkeeper, pages: Pages, tell: Tell): Hono<ServerEnv> {
  const { sessions, cookies, operator, prove } = keeper
  const app = new Hono<ServerEnv>()

  app.post('/login', async (c) => {
    const { name = '', password = '', ...form } = await formOf(c)
    const next = localPath(form['next'])
    const { address } = c.get('visitor')
    const proof = await prove({ kind: 'password', name, secret: password, address })
    if (proof.kind === 'proven') {
      const before = cookies.read(c)
      if (before !== undefined) sessions.end(before)
      cookies.write(c, sessions.open(proof.user.name))
      operator.log.info('Logged in', { name: proof.user.name, from: address })
      return c.redirect(next, 303)
    }
    if (proof.kind === 'wrong') {
      c.status(401)
      return pages.loginPage(c, { error: 'Name or password is wrong.', next })
    }
    const { status, message, headers = {} } = tooMany(proof.waitMs)
    c.status(status === 429 ? 429 : 500)
    for (const [header, value] of Object.entries(headers)) c.header(header, value)
    return pages.loginPage(c, { error: `${message}.`, next })
  })

  app.post('/logout', (c) => {
    const { cookie } = c.get('visitor')
    if (cookie !== undefined) sessions.end(cookie)
    cookies.remove(c)
    return c.redirect('/login', 303)
  })

  app.post('/reveal', async (c) => {
    const visitor = c.get('visitor')
    const form = await formOf(c)
    const next = localPath(form['next'])
    const { person, cookie } = visitor
    if (person === undefined || cookie === undefined) return tell(c, NOBODY_ASKS)
    if (form['hide'] === '1') sessions.hide(cookie)
    else {
      await noteReveal(operator, visitor, next)
      sessions.reveal(cookie, person.name)
    }
    return c.redirect(next, 303)
  })

  return app
}
