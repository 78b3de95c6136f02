/** A desk: the server on a real socket, over a state with a past, and an operator that does as told. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Log, LogFacts } from '../../core/log.ts'
import type { ServerSpec, UserSpec } from '../../core/resource.ts'
import { Secret, type SecretRef } from '../../core/secret.ts'
import { openState } from '../../core/state/open.ts'
import type { State } from '../../core/state/state.ts'
import type { CreatePages } from '../../server/page-deps.ts'
import { type RunningServer, startServer } from '../../server/start.ts'
import { createFakeOperator, type FakeOperator } from './fake-operator.ts'
import { plainPages } from './plain-pages.ts'
import { seedSettings, seedState } from './seed.ts'

export interface DeskOptions {
  /** Laid over: loopback, a free port, ada (approver) and vera (viewer) with a password and a token each. */
  readonly server?: Partial<ServerSpec>
  readonly clock?: Clock
  /** Plain ones unless given. */
  readonly pages?: CreatePages
  /** Runs go on until `operator.finish`. */
  readonly slowRuns?: boolean
  /** How many runs the past has; 30 unless told. 0: no past at all. */
  readonly runs?: number
}

export interface Said {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly facts: LogFacts
}

export interface Desk {
  readonly operator: FakeOperator
  readonly state: State
  readonly server: RunningServer
  /** Without a trailing slash. */
  readonly url: string
  /** Everything that was logged. */
  readonly said: readonly Said[]
  /** Changes the configuration as a reload would; what is listened on stays. */
  configure(change: Partial<ServerSpec>): void
  close(): Promise<void>
}

export const ADA = { name: 'ada', password: 'a password of Ada', token: 'token-of-ada-0123456789' }
export const VERA = { name: 'vera', password: 'a password of Vera', token: 'token-of-vera-0123456789' }

export function secretRef(value: string | (() => string)): SecretRef {
  return {
    describe: '{ env: SECRET }',
    resolve: async () => new Secret(typeof value === 'string' ? value : value()),
  }
}

export const USERS: readonly UserSpec[] = [
  { name: ADA.name, role: 'approver', password: secretRef(ADA.password), token: secretRef(ADA.token) },
  { name: VERA.name, role: 'viewer', password: secretRef(VERA.password), token: secretRef(VERA.token) },
]

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const { clock = systemClock, pages = plainPages, slowRuns = false, runs = 30 } = options
  const folder = await mkdtemp(join(tmpdir(), 'vanta-sync-desk-'))
  const spec: ServerSpec = { host: '127.0.0.1', port: 0, behindProxy: false, users: USERS, ...options.server }
  const settings = seedSettings(folder, spec)
  const state = await openState({ path: settings.state.path, allowNetworkFs: false, clock })
  if (runs > 0) await seedState(state, settings, { now: clock.now(), runs })
  const said: Said[] = []
  const operator = createFakeOperator({ state, clock, log: recordingLog(said), settings, slowRuns })
  const dispose = async (): Promise<void> => {
    await state.close()
    await rm(folder, { recursive: true, force: true })
  }
  let server: RunningServer
  try {
    server = await startServer({ operator, spec, createPages: pages })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    operator,
    state,
    server,
    url: server.url,
    said,
    configure(change) {
      operator.settings = { ...operator.settings, server: { ...operator.settings.server, ...change } }
    },
    async close() {
      await server.stop()
      await dispose()
    },
  }
}

function recordingLog(said: Said[]): Log {
  const at =
    (level: Said['level']) =>
    (message: string, facts: LogFacts = {}): void =>
      void said.push({ level, message, facts })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
