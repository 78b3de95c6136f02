/** `POST /oauth/token`. */
import { type Answer, json } from './answer.ts'
import { type ApiRequest, parseObject } from './api-request.ts'
import { BUILD_SCOPES } from './options.ts'
import { takeSlot } from './rate-limit.ts'
import { issueToken } from './tokens.ts'
import { tooMany } from './too-many.ts'
import type { Application, World } from './world.ts'

export function answerToken(world: World, request: ApiRequest): Answer {
  const wait = takeSlot(world.tokenWindow, world.clock.now())
  if (wait > 0) return tooMany(world, wait)
  const body = readGrant(request)
  if (body === undefined)
    return refused(400, 'invalid_request', 'the body must be a JSON object, sent as application/json')
  const missing = ['grant_type', 'client_id', 'client_secret', 'scope'].find((key) => typeof body[key] !== 'string')
  if (missing) return refused(400, 'invalid_request', `the field ${missing} must be text`)
  if (body['grant_type'] !== 'client_credentials') {
    return refused(400, 'unsupported_grant_type', 'this application takes client_credentials')
  }
  const application = world.applications.get(String(body['client_id']))
  if (!application || application.clientSecret !== body['client_secret']) {
    return refused(401, 'invalid_client', 'client id or client secret is wrong')
  }
  return grant(world, request, application, String(body['scope']))
}

function grant(world: World, request: ApiRequest, application: Application, scope: string): Answer {
  const scopes = scope.split(' ').filter((part) => part !== '')
  const wrong = scopes.find((part) => !application.scopes.includes(part))
  if (wrong !== undefined || scopes.length === 0) return refused(400, 'invalid_scope', sayScope(wrong))
  const token = issueToken(world, application, scopes)
  request.token = token.id
  return json(
    200,
    { access_token: token.value, expires_in: world.assumptions.expiresIn, token_type: 'Bearer' },
    { 'cache-control': 'no-store' },
  )
}

function sayScope(wrong: string | undefined): string {
  if (wrong === undefined) return 'no scope was asked for'
  const known: readonly string[] = BUILD_SCOPES
  return known.includes(wrong)
    ? 'a scope was asked for that this application does not have'
    : 'a scope was asked for that Build Integrations applications do not have'
}

function readGrant(request: ApiRequest): Record<string, unknown> | undefined {
  if (!/^application\/json\b/i.test(request.contentType)) return undefined
  return parseObject(request.body)
}

function refused(status: number, error: string, description: string): Answer {
  return json(status, { error, error_description: description })
}
