import { onTestFinished } from 'vitest'
import { restConnector } from '../../../connectors/rest/index.ts'
import type { Proof } from '../../../core/connector.ts'
import type { SyncError } from '../../../core/errors.ts'
import { createTransport } from '../../../core/network/transport.ts'
import type { TestAuthority } from '../../support/loopback.ts'
import { type ReadAll, type ReadHow, readAll, runCheck } from '../../support/read-all.ts'
import { type Asked, type Reply, type Script, type ScriptedApi, startApi } from '../../support/scripted-api.ts'

export interface Person {
  readonly id: string
  readonly name: string
}

export function people(count: number, from = 1): Person[] {
  return Array.from({ length: count }, (_, i) => ({ id: `E-${i + from}`, name: `Person ${i + from}` }))
}

/** An API that ends with the test. */
export async function api(script: Script, authority?: TestAuthority): Promise<ScriptedApi> {
  const server = await startApi(script, authority)
  onTestFinished(() => server.close())
  return server
}

/** Replies in order; the last one again and again. */
export async function replies(...script: readonly Reply[]): Promise<ScriptedApi> {
  return api((_, count) => script[count - 1] ?? script.at(-1) ?? {})
}

/** The part of a list that a number of a page or an offset in the query asks for, in pages of `size`. */
export function slice(all: readonly Person[], { query }: Asked, size: number): readonly Person[] {
  const from = query.has('offset') ? Number(query.get('offset')) : (Number(query.get('page') ?? 1) - 1) * size
  return all.slice(from, from + size)
}

export type Options = Record<string, unknown>

export async function read(server: { url: string }, options: Options, how: ReadHow = {}): Promise<ReadAll> {
  return readAll(restConnector, withUrl(server, options), await withTransport(how))
}

export async function check(server: { url: string }, options: Options, how: ReadHow = {}): Promise<string> {
  return runCheck(restConnector, withUrl(server, options), await withTransport(how))
}

function withUrl({ url }: { url: string }, options: Options): Options {
  return { url: `${url}/v1/people`, ...options }
}

async function withTransport(how: ReadHow): Promise<ReadHow> {
  const transport = await createTransport({ env: {} })
  onTestFinished(() => transport.close())
  return { transport, ...how }
}

/** The proof of a read that should have one. */
export async function proofOf(reading: Promise<ReadAll>): Promise<Proof> {
  const { proof } = await reading
  if (proof === undefined) throw new Error('there is no proof')
  return proof
}

/** The ids of all rows in the order of the read. */
export function idsOf({ rows }: ReadAll): unknown[] {
  return rows.map(({ fields }) => fields['id'])
}

/** The error that the promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise
  } catch (error) {
    return error as SyncError
  }
  throw new Error('nothing failed')
}
