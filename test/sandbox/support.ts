import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'

export const RESOURCE_ID = '66f1c2a9e4b0a1d2c3e4f567'
export const OTHER_ID = '66f1c2a9e4b0a1d2c3e4f568'
export const USERS = '/v1/resources/user_account'
export const READ = 'connectors.self:read-resource'
export const WRITE = 'connectors.self:write-resource'

/** A sandbox that ends with the test. */
export async function sandboxFor(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options)
  onTestFinished(async () => sandbox.stop())
  return sandbox
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown
}

export async function send(sandbox: Sandbox, method: string, path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(`${sandbox.url}${path}`, { redirect: 'manual', ...init, method })
  const body = await response.text()
  return { status: response.status, headers: response.headers, text: body, json: parsed(body) }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

export async function postJson(sandbox: Sandbox, path: string, body: unknown): Promise<Reply> {
  return send(sandbox, 'POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
}

/** A token request with the sandbox's credentials; `changes` lie over its fields. */
export async function askToken(sandbox: Sandbox, changes: Record<string, unknown> = {}): Promise<Reply> {
  const { clientId, clientSecret } = sandbox.credentials
  return postJson(sandbox, '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${READ} ${WRITE}`,
    ...changes,
  })
}

export async function mint(sandbox: Sandbox, changes: Record<string, unknown> = {}): Promise<string> {
  const reply = await askToken(sandbox, changes)
  if (reply.status !== 200) throw new Error(`no token: ${reply.status} ${reply.text}`)
  return (reply.json as { access_token: string }).access_token
}

export interface Push {
  readonly path?: string
  readonly resourceId?: string
}

export async function put(
  sandbox: Sandbox,
  token: string,
  resources: readonly unknown[],
  push: Push = {},
): Promise<Reply> {
  const { path = USERS, resourceId = RESOURCE_ID } = push
  return send(sandbox, 'PUT', path, {
    body: JSON.stringify({ resourceId, resources }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  })
}

export async function get(sandbox: Sandbox, token: string, push: Push = {}): Promise<Reply> {
  const { path = USERS, resourceId = RESOURCE_ID } = push
  return send(sandbox, 'GET', `${path}?resourceId=${resourceId}`, { headers: { authorization: `Bearer ${token}` } })
}

export type Row = Record<string, unknown> & { readonly uniqueId: string; readonly deletedAt: string | null }

export async function rows(sandbox: Sandbox, token: string, push: Push = {}): Promise<Row[]> {
  const reply = await get(sandbox, token, push)
  if (reply.status !== 200) throw new Error(`no rows: ${reply.status} ${reply.text}`)
  return (reply.json as { resources: Row[] }).resources
}

/** The message of a 400. */
export async function refusalOf(sandbox: Sandbox, resources: readonly unknown[], path = USERS): Promise<unknown> {
  const reply = await put(sandbox, await mint(sandbox), resources, { path })
  if (reply.status !== 400) throw new Error(`expected a refusal: ${reply.status} ${reply.text}`)
  return (reply.json as { error: unknown }).error
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers?: Record<string, string>
  /** Each piece is a chunk of its own when no content-length is given. */
  readonly pieces?: readonly (string | Uint8Array)[]
}

/** What `fetch` refuses to send: a GET with a body, chunks. */
export async function sendRaw(sandbox: Sandbox, raw: RawRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { method, path, headers = {}, pieces = [] } = raw
    const request = httpRequest(`${sandbox.url}${path}`, { method, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, text: body }), reject)
    })
    request.on('error', reject)
    for (const piece of pieces) request.write(piece)
    request.end()
  })
}

/** Asks for the user accounts and reads nothing of the answer before `rest`. */
export async function readSlowly(sandbox: Sandbox, token: string): Promise<{ rest(): Promise<string> }> {
  const headers = { authorization: `Bearer ${token}` }
  const request = httpRequest(`${sandbox.url}${USERS}?resourceId=${RESOURCE_ID}`, { headers, agent: false })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { rest: async () => text(response) }
}

export function user(uniqueId: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: `Person ${uniqueId}`,
    uniqueId,
    externalUrl: `https://hr.example.com/people/${uniqueId}`,
    fullName: `Person ${uniqueId}`,
    accountName: `person.${uniqueId}`,
    email: `${uniqueId}@example.com`,
    permissionLevel: 'BASE',
    createdTimestamp: '2024-01-02T03:04:05Z',
    status: 'ACTIVE',
    mfaEnabled: false,
    mfaMethods: ['DISABLED'],
    authMethod: 'PASSWORD',
    ...changes,
  }
}

export function task(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: 'Offboard',
    uniqueId: 'T-1',
    externalUrl: 'https://tasks.example.com/1',
    taskId: '1',
    taskTitle: 'Offboard a contractor',
    createdTimestamp: '2024-01-02T03:04:05Z',
    taskState: 'OPEN',
    priority: 'P1',
    assignees: [],
    creator: 'it@example.com',
    labels: [],
    ...changes,
  }
}

export function component(uniqueId = 'C-1'): Record<string, unknown> {
  return {
    displayName: 'web',
    uniqueId,
    externalUrl: 'https://scan.example.com/web',
    collectedTimestamp: '2024-01-02T03:04:05Z',
    name: 'web',
    description: 'the web server',
    targetType: 'SERVER',
  }
}

export function packageVulnerability(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: 'CVE in a parser',
    uniqueId: 'V-1',
    externalUrl: 'https://scan.example.com/v/1',
    packageName: 'parser',
    packageVersion: '1.0.0',
    severity: 7.5,
    vulnerableComponentUniqueId: 'C-1',
    description: 'reads too far',
    isResolvable: true,
    remediationInstructions: 'upgrade',
    ...changes,
  }
}

export function codeVulnerability(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: 'Injection',
    uniqueId: 'S-1',
    externalUrl: 'https://scan.example.com/s/1',
    occurrences: [{ path: 'a.ts', beginLine: 1, endLine: 1, beginColumn: 1, endColumn: 9 }],
    severity: 7,
    confidence: 9,
    isResolvable: true,
    vulnerableComponentUniqueId: 'C-1',
    description: 'a query from text',
    remediationInstructions: 'bind the values',
    ...changes,
  }
}

export function computer(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: 'Mac 1',
    uniqueId: 'M-1',
    externalUrl: 'https://mdm.example.com/1',
    collectedTimestamp: '2024-01-02T03:04:05.678Z',
    osName: 'macOS',
    osVersion: '15.1',
    hardwareUuid: 'UUID-1',
    serialNumber: 'SN1',
    applications: [{ name: 'Mail', bundleId: 'mail', lastOpenedTimestamp: '2024-01-02T03:04:05.9Z' }],
    browserExtensions: [],
    drives: [],
    users: [],
    systemScreenlockPolicies: [],
    isManaged: true,
    autoUpdatesEnabled: true,
    ...changes,
  }
}
