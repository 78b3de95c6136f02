/** Which handler answers a path; what is unknown is answered as the API's web framework does. */
import { resourceTypeNames } from '../schemas/resource-types.ts'
import { type Answer, cannot } from './answer.ts'
import type { ApiRequest } from './api-request.ts'
import { answerToken } from './oauth.ts'
import { answerManageEndpoint, answerResource } from './resources.ts'
import type { World } from './world.ts'

/** Collections of the Manage Vanta API, by the first segment after `/v1/`. */
const MANAGE = new Set([
  'controls',
  'discovered-vendors',
  'frameworks',
  'groups',
  'integrations',
  'monitored-computers',
  'people',
  'policies',
  'risk-scenarios',
  'tests',
  'vendors',
  'vulnerabilities',
  'vulnerability-remediations',
  'vulnerable-assets',
])

export function answerRequest(world: World, request: ApiRequest): Answer {
  const { path } = request
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (path === '/oauth/token' && method === 'POST') return answerToken(world, request)
  const name = /^\/v1\/resources\/([^/]+)$/.exec(path)?.[1]
  const type = resourceTypeNames.find((known) => known === name)
  if (type && (method === 'GET' || method === 'PUT')) return answerResource(world, request, type)
  const collection = /^\/v1\/([^/]+)/.exec(path)?.[1]
  if (collection !== undefined && MANAGE.has(collection)) return answerManageEndpoint(world, request)
  return cannot(request.method, path)
}
