/** Mounts the table: rights, parameters, bodies and personal data are seen to here, once for all routes. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { type Context, Hono } from 'hono'
import { UsageError } from '../../core/errors.ts'
import type { Tell } from '../answer.ts'
import { refuseOrigin } from '../auth/origin.ts'
import { NOBODY_ASKS, noteReveal } from '../auth/reveal.ts'
import type { ServerEnv } from '../env.ts'
import type { Operator } from '../operator.ts'
import { mayNot } from '../rights.ts'
import type { Problem } from '../problem.ts'
import { queryOf } from './openapi.ts'
import type { ApiCall, ApiRoute } from './route.ts'

export interface ApiOptions {
  readonly operator: Operator
  readonly tell: Tell
  readonly stopping: AbortSignal
}

export function mountApi(routes: readonly ApiRoute[], options: ApiOptions): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>()
  const checksOf = createChecks()
  for (const route of routes) {
    const checks = checksOf(route)
    app.on(route.method.toUpperCase(), route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const refused = route.needs === 'approve' ? mayNot(c.get('visitor'), route.summary) : undefined
      if (refused !== undefined) return options.tell(c, refused)
      const call = await callOf(route, checks, { c, options })
      if ('problem' in call) return options.tell(c, call.problem)
      const answer = await route.handle(call)
      return answer instanceof Response ? answer : c.json(answer as object, route.answer.status)
    })
  }
  app.all('*', (c) => options.tell(c, UNKNOWN))
  return app
}

const UNKNOWN: Problem = {
  status: 404,
  code: 'unknown-route',
  message: 'The API has no such path or method',
  hint: 'GET /api/openapi.json describes what there is.',
}

interface Checks {
  readonly query: ValidateFunction
  readonly body: ValidateFunction | undefined
}

function createChecks(): (route: ApiRoute) => Checks {
  // What the table itself says needs no check; each of these takes a while to make.
  const common = { strict: false, validateSchema: false, meta: false }
  const ofText = new Ajv2020({ ...common, coerceTypes: true, useDefaults: true })
  const ofJson = new Ajv2020(common)
  return (route) => {
    const properties = Object.fromEntries(Object.entries(queryOf(route)).map(([name, { schema }]) => [name, schema]))
    return {
      query: ofText.compile({ type: 'object', additionalProperties: false, properties }),
      body: route.body === undefined ? undefined : ofJson.compile(route.body),
    }
  }
}

async function callOf(
  route: ApiRoute,
  checks: Checks,
  { c, options: { operator, stopping } }: { c: Context<ServerEnv>; options: ApiOptions },
): Promise<ApiCall | { problem: Problem }> {
  const query: Record<string, string | number | undefined> = { ...c.req.query() }
  if (!checks.query(query)) throw badRequest('The query', checks.query.errors)
  const body = checks.body === undefined ? {} : await jsonOf(c)
  if (checks.body !== undefined && !checks.body(body)) throw badRequest('The body', checks.body.errors)
  const visitor = c.get('visitor')
  const asked = route.personal === true && (query['reveal'] === '1' || c.req.header('x-reveal') === '1')
  if (asked && visitor.person === undefined) return { problem: NOBODY_ASKS }
  // A page of elsewhere could have a browser ask, and it would stand in the history as asked by its user.
  const elsewhere = asked ? refuseOrigin(c, operator.settings.server.publicUrl) : undefined
  if (elsewhere !== undefined) return { problem: elsewhere }
  if (asked) await noteReveal(operator, visitor, c.req.path)
  return {
    c,
    operator,
    visitor,
    params: c.req.param(),
    query,
    body,
    mask: asked || visitor.revealed ? undefined : (text) => operator.state.digest(text),
    stopping,
  }
}

async function jsonOf(c: Context): Promise<Record<string, unknown>> {
  try {
    return await c.req.json<Record<string, unknown>>()
  } catch (error) {
    throw new UsageError('bad-request', 'The body is no JSON', { cause: error })
  }
}

function badRequest(where: string, errors: readonly ErrorObject[] | null | undefined): UsageError {
  const [error] = errors ?? []
  const at = error?.instancePath === undefined || error.instancePath === '' ? '' : ` at ${error.instancePath}`
  const name = error?.keyword === 'additionalProperties' ? ` (${String(error.params['additionalProperty'])})` : ''
  return new UsageError('bad-request', `${where} is not as described${at}: it ${error?.message ?? 'is wrong'}${name}`, {
    hint: 'GET /api/openapi.json describes it.',
  })
}
