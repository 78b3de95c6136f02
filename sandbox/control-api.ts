/** The control over HTTP, for tests in other processes and for people with curl. All of it lives under `/_sandbox/`. */
import { type Context, Hono } from 'hono'
import { resourceTypeNames } from '../schemas/resource-types.ts'
import { isObject } from './api-request.ts'
import { applicationOf, type Control, type Seed } from './control.ts'
import { parseFault } from './faults/parse-fault.ts'
import type { DeclaredResource } from './options.ts'
import { rowJson } from './resource-set.ts'
import { findSet } from './declared-sets.ts'
import type { World } from './world.ts'

export function controlApi(world: World, control: Control): Hono {
  const api = new Hono()
  api.get('/state', (c) => c.json(control.state()))
  api.get('/faults', (c) => c.json({ faults: control.faults() }))
  api.post('/faults', (c) => postFault(c, control))
  api.delete('/faults', (c) => {
    control.clearFaults()
    return c.json({ faults: control.faults() })
  })
  api.post('/reset', (c) => {
    control.reset()
    return c.json({ success: true })
  })
  api.post('/tokens/revoke', async (c) => {
    control.revokeToken(await clientIdIn(c))
    return c.json({ success: true })
  })
  api.post('/tokens/expire', async (c) => {
    control.expireToken(await clientIdIn(c))
    return c.json({ success: true })
  })
  api.post('/secrets/rotate', async (c) => {
    const clientId = await clientIdIn(c)
    return c.json({ clientId: applicationOf(world, clientId).clientId, clientSecret: control.rotateSecret(clientId) })
  })
  api.post('/declare', (c) => postDeclaration(c, control))
  api.post('/resources/:type', (c) => postSeed(c, control))
  api.get('/resources/:clientId/:type/:resourceId/:uniqueId', (c) => getRecord(c, world))
  // A route of its own: a mounted app's not-found handler is never asked.
  api.all('*', (c) => c.json({ error: 'The control API has no such path or method; see sandbox/readme.md' }, 404))
  api.onError((error, c) => c.json({ error: error.message }, error instanceof RangeError ? 400 : 500))
  return api
}

async function postFault(c: Context, control: Control): Promise<Response> {
  const fault = parseFault(await bodyOf(c))
  if (typeof fault === 'string') throw new RangeError(fault)
  return c.json(control.fail(fault.on, fault.do), 201)
}

async function postDeclaration(c: Context, control: Control): Promise<Response> {
  const body = knownKeys(await bodyOf(c), ['clientId', 'type', 'resourceId', 'customProperties'])
  control.declare(body as unknown as DeclaredResource, textOrNothing(body, 'clientId'))
  return c.json({ success: true }, 201)
}

async function postSeed(c: Context, control: Control): Promise<Response> {
  const body = knownKeys(await bodyOf(c), ['clientId', 'resourceId', 'resources', 'customProperties', 'mode'])
  if (!Array.isArray(body['resources'])) throw new RangeError('resources must be a list of records')
  const { mode = 'replace' } = body
  if (mode !== 'replace' && mode !== 'add') throw new RangeError('mode must be "replace" or "add"')
  control.seed({ ...body, mode, type: c.req.param('type') } as unknown as Seed)
  return c.json({ success: true })
}

function getRecord(c: Context, world: World): Response {
  const { clientId, type, resourceId = '', uniqueId = '' } = c.req.param()
  const name = resourceTypeNames.find((known) => known === type)
  const set = name && findSet(applicationOf(world, clientId), name, resourceId)
  const row = set?.rows.get(uniqueId)
  if (!row) return c.json({ error: 'No such record is held' }, 404)
  return c.body(JSON.stringify(JSON.parse(rowJson(row)), null, 2), 200, { 'content-type': 'application/json' })
}

async function clientIdIn(c: Context): Promise<string | undefined> {
  return textOrNothing(knownKeys(await bodyOf(c), ['clientId']), 'clientId')
}

/** An absent body is an empty object. */
async function bodyOf(c: Context): Promise<Record<string, unknown>> {
  const text = await c.req.text()
  if (text.trim() === '') return {}
  const value = parseJson(text)
  if (!isObject(value)) throw new RangeError('the body must be a JSON object')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function knownKeys(body: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  const stray = Object.keys(body).find((key) => !known.includes(key))
  if (stray !== undefined) throw new RangeError(`the key "${stray}" is not known here; known are ${known.join(', ')}`)
  return body
}

function textOrNothing(body: Record<string, unknown>, key: string): string | undefined {
  const value = body[key]
  if (value === undefined || typeof value === 'string') return value
  throw new RangeError(`${key} must be text`)
}
