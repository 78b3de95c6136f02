/** What an orchestrator asks: does the process work, and is it able to work? No login, no detail. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { messageOf } from '../core/errors.ts'
import type { Operator } from './operator.ts'

const READY_WITHIN_MS = 1000

/** For the probe address, and for the main one: `/livez`, `/readyz`, and 404 for everything else. */
export function probeRoutes(operator: Operator): Hono {
  const app = new Hono()
  // That it answers is the answer: the event loop turns.
  app.get('/livez', (c) => plain(c, 200, 'ok'))
  app.get('/readyz', async (c) => {
    const trouble = await readyTrouble(operator)
    if (trouble === undefined) return plain(c, 200, 'ok')
    operator.log.warn('Not ready', { why: trouble })
    return plain(c, 503, 'not ready')
  })
  app.notFound((c) => plain(c, 404, 'not found'))
  app.onError((_, c) => plain(c, 503, 'not ready'))
  return app
}

function plain(c: Context, status: 200 | 404 | 503, text: string): Response {
  c.header('cache-control', 'no-store')
  c.header('x-content-type-options', 'nosniff')
  return c.text(text, status)
}

async function readyTrouble(operator: Operator): Promise<string | undefined> {
  const late = new AbortController()
  try {
    return await Promise.race([
      operator.ready(),
      wait(READY_WITHIN_MS, 'it did not answer within a second', { signal: late.signal }),
    ])
  } catch (error) {
    return messageOf(error)
  } finally {
    late.abort()
  }
}
