/** Writes the description of the API from the table that mounts it. */
import type { ApiRoute, JsonSchema } from './route.ts'
import { ref } from './route.ts'
import { SCHEMAS } from './schemas.ts'

export interface Described {
  readonly version: string
  /** Where it is reached. */
  readonly url: string
}

export function openApi(routes: readonly ApiRoute[], { version, url }: Described): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const route of routes) {
    const path = `/api${route.path}`
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'vanta-sync',
      version,
      description:
        'What the daemon knows, and what may be asked of it. Personal data is masked unless `reveal` is asked for.',
    },
    servers: [{ url }],
    security: [{ token: [] }, { password: [] }, { session: [] }, {}],
    paths,
    components: { schemas: SCHEMAS, securitySchemes: SECURITY },
  }
}

const SECURITY: JsonSchema = {
  token: { type: 'http', scheme: 'bearer', description: 'The token of one of server.users.' },
  password: { type: 'http', scheme: 'basic', description: 'Name and password of one of server.users.' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'vanta-sync',
    description: 'Of the page; what changes something needs the header x-csrf-token, too.',
  },
}

const FAILURES: Readonly<Record<number, string>> = {
  400: 'The request is not as described here.',
  401: 'Only users may look.',
  403: 'This user may not do that, or the request comes from elsewhere.',
  404: 'There is no such thing.',
  409: 'It cannot be done as things are now.',
  429: 'Too many logins failed, or too many streams are open.',
  503: 'The state cannot be used at the moment.',
}

function operationOf(route: ApiRoute): JsonSchema {
  const { id, summary, description, needs, body, answer } = route
  const statuses = new Set([400, 401, 403, 429, 503, ...(route.failures ?? [])])
  const failures = [...statuses]
    .sort((a, b) => a - b)
    .map((status) => [String(status), failure(FAILURES[status] ?? 'It failed.')])
  const told = [description, needs === 'approve' ? 'Takes an approver.' : undefined].filter(
    (each) => each !== undefined,
  )
  return {
    operationId: id,
    summary,
    ...(told.length === 0 ? {} : { description: told.join(' ') }),
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { [String(answer.status)]: answerOf(route), ...Object.fromEntries(failures) },
  }
}

function answerOf({ answer: { description, schema, type = 'application/json' } }: ApiRoute): JsonSchema {
  return { description, content: { [type]: { schema: schema ?? { type: 'string' } } } }
}

function failure(description: string): JsonSchema {
  return { description, content: { 'application/json': { schema: ref('Failure') } } }
}

function parametersOf(route: ApiRoute): readonly JsonSchema[] {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const inQuery = Object.entries(queryOf(route)).map(([name, { schema, description }]) => ({
    name,
    in: 'query',
    description,
    schema,
  }))
  return [...inPath, ...inQuery]
}

/** The parameters of the table, and the one that shows personal data. */
export function queryOf({ query = {}, personal }: ApiRoute): NonNullable<ApiRoute['query']> {
  return personal === true ? { ...query, reveal: REVEAL } : query
}

const REVEAL = {
  schema: { type: 'string', enum: ['1'] },
  description: 'Shows personal data; who asked is logged and put on record. The header x-reveal: 1 does the same.',
}
