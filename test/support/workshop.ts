/** A whole run in process: a sandbox, a state in a temporary folder, and a table for a source. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Clock, systemClock } from '../../core/clock.ts'
import { defineConnector, type RowProblem } from '../../core/connector.ts'
import { silentLog } from '../../core/log.ts'
import { compileMapping } from '../../core/mapping/compile.ts'
import type { GuardSpec, ResourceSpec, Settings } from '../../core/resource.ts'
import type { RunContext } from '../../core/run/context.ts'
import type { RunDocument } from '../../core/run/document.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { run } from '../../core/run/run.ts'
import type { RunOptions } from '../../core/run/run-options.ts'
import { createSecretRegistry } from '../../core/secret-registry.ts'
import { Secret } from '../../core/secret.ts'
import { openState } from '../../core/state/open.ts'
import type { State } from '../../core/state/state.ts'
import { createTransport } from '../../core/network/transport.ts'
import type { SandboxOptions } from '../../sandbox/options.ts'
import { type Sandbox, startSandbox } from '../../sandbox/start.ts'
import type { CustomProperties } from '../../schemas/resource-type.ts'
import { resourceType } from '../../schemas/resource-types.ts'

export type TableRow = Readonly<Record<string, unknown>>

/** What the next read yields, and how it ends. */
export interface Table {
  rows: readonly TableRow[]
  ending: 'complete' | 'incomplete' | 'fails' | 'no proof' | 'wrong count'
  /** Of what time the data speaks; now unless told. */
  asOf?: Date
  /** What the connector finds wrong with a row. */
  problemsOf?: (row: TableRow) => readonly RowProblem[]
  /** Called before the first row. */
  before?: (signal: AbortSignal) => Promise<void>
}

/** Places of its rows begin with `name`. */
export function tableConnector(table: Table, name = 'table') {
  return defineConnector({
    apiVersion: 1,
    name: 'table',
    options: { type: 'object', properties: {} },
    async *read(ctx) {
      await table.before?.(ctx.signal)
      const names = new Set(table.rows.flatMap((row) => Object.keys(row)))
      if (names.size > 0) ctx.columns([...names])
      for (const [index, fields] of table.rows.entries()) {
        const problems = table.problemsOf?.(fields) ?? []
        yield { at: `${name}:${index + 2}`, fields, ...(problems.length === 0 ? {} : { problems }) }
      }
      if (table.ending === 'fails') throw new Error('the table broke')
      if (table.ending === 'no proof') return undefined
      const rows = table.rows.length + (table.ending === 'wrong count' ? 1 : 0)
      return {
        complete: table.ending !== 'incomplete',
        rows,
        asOf: table.asOf ?? new Date(ctx.clock.now()),
        evidence: 'the table ended',
      }
    },
  })
}

export const DEFAULT_GUARD: GuardSpec = {
  maxRemoved: { kind: 'share', share: 0.05, text: '5%' },
  maxChanged: { kind: 'share', share: 0.5, text: '50%' },
  maxAdded: { kind: 'share', share: 0.5, text: '50%' },
  maxInvalid: { kind: 'share', share: 0.05, text: '5%' },
  minRecords: 1,
  mustInclude: [],
  windowMs: 24 * 3600 * 1000,
}

export const PEOPLE_MAP = {
  uniqueId: '{{ id }}',
  externalUrl: 'https://hr.example.com/people/{{ id }}',
  fullName: '{{ name }}',
  displayName: '{{ name }}',
  accountName: '{{ id }}',
  permissionLevel: { from: 'role', values: { Admin: 'ADMIN', User: 'BASE' } },
  createdTimestamp: '2024-01-02T03:04:05Z',
  status: '{{ status }}',
  authMethod: 'SSO',
  mfaEnabled: null,
  mfaMethods: [],
}

export function person(number: number, change: TableRow = {}): TableRow {
  const id = `E-${String(number).padStart(5, '0')}`
  return { id, name: `Person ${number}`, email: `p${number}@example.com`, role: 'User', status: 'ACTIVE', ...change }
}

export function people(count: number, from = 1): TableRow[] {
  return Array.from({ length: count }, (_, index) => person(index + from))
}

export interface WorkshopOptions {
  readonly sandbox?: SandboxOptions
  readonly resource?: Partial<Omit<ResourceSpec, 'guard'>> & { guard?: Partial<GuardSpec> }
  readonly clock?: Clock
  readonly scopes?: readonly string[]
  /** Where its folder is made; default: among temporary files. */
  readonly parent?: string
}

export interface Workshop {
  readonly sandbox: Sandbox
  readonly state: State
  readonly table: Table
  readonly settings: Settings
  readonly events: RunEvent[]
  context(signal?: AbortSignal): RunContext
  run(change?: Partial<RunOptions>): Promise<RunDocument>
  plan(change?: Partial<RunOptions>): Promise<RunDocument>
  /** Ids that Vanta holds alive. */
  held(): string[]
  setResource(change: Partial<ResourceSpec>): void
  close(): Promise<void>
}

export const RESOURCE_ID = '66f1c2a9e4b0a1d2c3e4f567'

export function sourceOf(
  table: Table,
  type: ResourceSpec['type'],
  map: Record<string, unknown>,
  name = 'people',
): ResourceSpec['sources'][number] {
  const compiled = compileMapping({ type, map, tables: {}, zone: 'UTC' })
  if ('problems' in compiled) throw new Error(compiled.problems.map((problem) => problem.message).join('; '))
  return { name, connector: tableConnector(table), options: async () => ({}), mapping: compiled.mapping }
}

export function typeOf(name: string, custom?: CustomProperties): ResourceSpec['type'] {
  const type = resourceType(name, custom)
  if (type === undefined) throw new Error(`There is no type ${name}`)
  return type
}

export async function createWorkshop(options: WorkshopOptions = {}): Promise<Workshop> {
  const folder = await mkdtemp(join(options.parent ?? tmpdir(), 'vanta-sync-workshop-'))
  const clock = options.clock ?? systemClock
  const limits = { tokenRequests: 1000, resourceRequests: 10_000 }
  const sandbox = await startSandbox({ limits, ...options.sandbox })
  const state = await openState({ path: join(folder, 'state'), allowNetworkFs: false, clock })
  const transport = await createTransport({ env: {} })
  const table: Table = { rows: people(3), ending: 'complete' }
  const events: RunEvent[] = []
  const application = {
    name: 'people-x',
    clientId: sandbox.credentials.clientId,
    clientSecret: { describe: '{ env: X }', resolve: async () => new Secret(sandbox.credentials.clientSecret) },
    scopes: options.scopes ?? ['connectors.self:read-resource', 'connectors.self:write-resource'],
  }
  const type = options.resource?.type ?? typeOf('user_account')
  let settings: Settings = {
    file: join(folder, 'vanta.config.yaml'),
    hash: 'hash',
    vanta: { baseUrl: sandbox.url, limits },
    zone: 'UTC',
    applications: [application],
    connectors: [],
    resources: [
      {
        name: 'accounts',
        application,
        type,
        resourceIds: [RESOURCE_ID],
        sources: options.resource?.sources ?? [sourceOf(table, type, PEOPLE_MAP)],
        merge: 'error',
        onInvalid: 'carry-forward',
        carryForMs: 7 * 24 * 3600 * 1000,
        verify: true,
        timeoutMs: 30_000,
        ...options.resource,
        guard: { ...DEFAULT_GUARD, ...options.resource?.guard },
      },
    ],
    state: { path: join(folder, 'state'), allowNetworkFs: false },
    server: { host: '127.0.0.1', port: 8400, behindProxy: false, users: [] },
    notify: [],
    warnings: [],
    secrets: createSecretRegistry(),
  }
  const context = (signal = new AbortController().signal): RunContext => ({
    settings,
    state,
    transport,
    clock,
    log: silentLog,
    signal,
    emit: (event) => events.push(event),
  })
  const execute = (change: Partial<RunOptions>): Promise<RunDocument> =>
    run({
      context: context(),
      command: 'run',
      resources: settings.resources,
      waitMs: 5000,
      startedBy: 'test',
      toolVersion: '0',
      itemLimit: 1000,
      ...change,
    })
  return {
    sandbox,
    state,
    table,
    get settings() {
      return settings
    },
    events,
    context,
    run: (change = {}) => execute(change),
    plan: (change = {}) => execute({ command: 'plan', ...change }),
    held: () => heldIds(sandbox),
    setResource(change) {
      settings = { ...settings, resources: settings.resources.map((resource) => ({ ...resource, ...change })) }
    },
    async close() {
      await transport.close()
      await state.close()
      await sandbox.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function heldIds(sandbox: Sandbox): string[] {
  const rows = sandbox.control.state().resources.flatMap(({ records }) => records)
  const alive = rows.filter((row) => row['deletedAt'] === null || row['deletedAt'] === undefined)
  return alive.map((row) => String(row['uniqueId'])).sort()
}

/** Workshops that are closed after each test. Call it where `describe` may be called. */
export function useWorkshops(): (options?: WorkshopOptions) => Promise<Workshop> {
  const open: Workshop[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  return async (options) => {
    const created = await createWorkshop(options)
    open.push(created)
    return created
  }
}
