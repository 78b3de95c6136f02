/** What the forms of the pages ask for. */
import { type Context, Hono } from 'hono'
import type { Tell } from './answer.ts'
import { durationOf } from './api/status-routes.ts'
import type { ServerEnv } from './env.ts'
import { formOf } from './form.ts'
import type { Operator } from './operator.ts'
import { mayNot, personOf } from './rights.ts'

export function actionRoutes(operator: Operator, tell: Tell): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>()

  /** `act` gives the path of the page that shows what came of it. */
  function on(path: string, what: string, act: (c: Context<ServerEnv>, asked: Asked) => Promise<string>): void {
    app.post(path, async (c) => {
      const refused = mayNot(c.get('visitor'), what)
      if (refused !== undefined) return tell(c, refused)
      const subject = c.req.param('subject') ?? ''
      return c.redirect(await act(c, { subject, by: personOf(c.get('visitor')), form: await formOf(c) }), 303)
    })
  }

  for (const decision of ['approve', 'reject'] as const) {
    on(`/holds/:subject/${decision}`, `${decision} a hold`, async (_, { subject, by, form }) => {
      const runId = await operator.decide({ hold: subject, decision, by, reason: form['reason'] ?? '' })
      return runId === undefined ? pathOf('holds', subject) : pathOf('runs', runId)
    })
  }
  on('/resources/:subject/run', 'run a resource', async (_, { subject, by }) =>
    pathOf('runs', await operator.runNow(subject, by)),
  )
  on('/resources/:subject/pause', 'pause a resource', async (_, { subject, by, form }) => {
    const forMs = durationOf(form['for'] ?? '')
    await operator.pause({ resource: subject, by, reason: form['reason'] ?? '', forMs })
    return pathOf('resources', subject)
  })
  on('/resources/:subject/resume', 'resume a resource', async (_, { subject, by, form }) => {
    await operator.resume({ resource: subject, by, reason: form['reason'] ?? '' })
    return pathOf('resources', subject)
  })
  on('/connectors/:subject/check', 'check a connector', async (_, { subject }) => {
    await operator.check(subject)
    return '/connectors'
  })
  return app
}

interface Asked {
  /** The hold, resource or connector of the path. */
  readonly subject: string
  readonly by: ReturnType<typeof personOf>
  readonly form: Readonly<Record<string, string>>
}

function pathOf(section: 'holds' | 'runs' | 'resources', name: string): string {
  return `/${section}/${encodeURIComponent(name)}`
}
