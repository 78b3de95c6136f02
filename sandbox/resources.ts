/** `PUT` and `GET /v1/resources/<type>`. */
import type { ResourceTypeName } from '../schemas/resource-type.ts'
import { acceptRecords } from './accept-records.ts'
import { type Answer, json, jsonText } from './answer.ts'
import { type ApiRequest, parseObject } from './api-request.ts'
import { findSet, isResourceId } from './declared-sets.ts'
import { takeSlot } from './rate-limit.ts'
import { type ResourceSet, rowsJson } from './resource-set.ts'
import { checkToken } from './tokens.ts'
import { tooMany } from './too-many.ts'
import type { Application, World } from './world.ts'

const READ = 'connectors.self:read-resource'
const WRITE = 'connectors.self:write-resource'

export function answerResource(world: World, request: ApiRequest, type: ResourceTypeName): Answer {
  const allowed = admit(world, request)
  if ('status' in allowed) return allowed
  return request.method === 'PUT' ? put(world, request, allowed, type) : get(request, allowed, type)
}

/** A Build token opens none of the Manage endpoints; a dead one opens nothing. */
export function answerManageEndpoint(world: World, request: ApiRequest): Answer {
  const check = checkToken(world, request.authorization)
  if (!check.alive) return unauthorized(check.reason)
  return json(403, { error: 'A token of a Build Integrations application has no access to Manage Vanta endpoints' })
}

/** The application that the token stands for, or why the request is refused. */
function admit(world: World, request: ApiRequest): Application | Answer {
  const check = checkToken(world, request.authorization)
  if (!check.alive) return unauthorized(check.reason)
  const wait = takeSlot(check.application.window, world.clock.now())
  if (wait > 0) return tooMany(world, wait)
  const scope = request.method === 'PUT' ? WRITE : READ
  if (check.token.scopes.includes(scope)) return check.application
  return json(403, { error: `The token lacks the scope ${scope}` })
}

function unauthorized(reason: string): Answer {
  return json(401, { error: 'invalid_token', error_description: reason }, { 'www-authenticate': 'Bearer' })
}

function put(world: World, request: ApiRequest, application: Application, type: ResourceTypeName): Answer {
  const body = /^application\/json\b/i.test(request.contentType) ? parseObject(request.body) : undefined
  if (!body) return refused('The body must be a JSON object, sent as application/json')
  const extra = Object.keys(body).find((key) => key !== 'resourceId' && key !== 'resources')
  if (extra !== undefined) return refused('The body takes resourceId and resources, and no other key')
  const { resourceId, resources } = body
  if (!isResourceId(resourceId)) return refused('resourceId: must be 24 hex digits')
  if (!Array.isArray(resources)) return refused('resources: must be array')
  const set = findSet(application, type, resourceId)
  if (!set) return undeclared(application, type)
  const refusal = acceptRecords(world, { application, set, records: resources, mode: 'replace' })
  if (refusal !== undefined) return refused(refusal)
  if (world.assumptions.confirmation === 'success') return json(200, { success: true })
  return json(200, { results: { accepted: resources.length, rejected: 0 } })
}

function get(request: ApiRequest, application: Application, type: ResourceTypeName): Answer {
  const resourceId = request.query.get('resourceId')
  if (!isResourceId(resourceId)) return refused('The query parameter resourceId must be 24 hex digits')
  const set = findSet(application, type, resourceId)
  return set ? rows(set) : undeclared(application, type)
}

function rows(set: ResourceSet): Answer {
  return jsonText(200, rowsJson([...set.rows.values()]))
}

function undeclared(application: Application, type: ResourceTypeName): Answer {
  const hasType = [...application.sets.values()].some((set) => set.type === type)
  const what = hasType ? `has no resource of type ${type} with this id` : `has not declared the resource type ${type}`
  return json(404, { error: `Not found: the application ${what}` })
}

function refused(error: string): Answer {
  return json(400, { error })
}
