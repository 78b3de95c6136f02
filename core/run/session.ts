/** One application in one run: the lease, taken before the token, and the client. */
import type { ApplicationSpec } from '../resource.ts'
import type { Lease } from '../state/lease.ts'
import type { VantaClient } from '../vanta/client.ts'
import { connectionOf } from '../vanta/connection.ts'
import { createVantaClient } from '../vanta/create-client.ts'
import type { RunContext } from './context.ts'

export interface Session {
  readonly application: ApplicationSpec
  readonly tokensMinted: number
  /** Takes the lease and mints the token, once; later calls give the same client. */
  client(): Promise<VantaClient>
  close(): Promise<void>
}

export interface SessionOptions {
  readonly context: RunContext
  readonly application: ApplicationSpec
  readonly purpose: string
  /** For the lease. */
  readonly waitMs: number
}

export function createSession({ context, application, purpose, waitMs }: SessionOptions): Session {
  const { settings, state, emit, signal } = context
  const connection = connectionOf(application.clientId)
  let lease: Lease | undefined
  let client: Promise<VantaClient> | undefined
  let connected: VantaClient | undefined

  async function connect(): Promise<VantaClient> {
    lease = await state.lease({
      baseUrl: settings.vanta.baseUrl,
      connection,
      purpose,
      waitMs,
      signal,
      onWait: (holder) => emit({ kind: 'lease-waiting', application: application.name, holder }),
    })
    // Whoever had the lease before may have been killed.
    await state.runs.settleInterrupted(context.clock.now())
    connected = createVantaClient({
      vanta: settings.vanta,
      application,
      connection,
      lease,
      requests: state.requests,
      transport: context.transport,
      clock: context.clock,
      log: context.log,
      signal,
      secrets: settings.secrets,
      onEvent(event) {
        if (event.kind === 'token-minted') emit({ kind: 'token-minted', application: application.name })
        if (event.kind === 'waiting')
          emit({ kind: 'waiting', application: application.name, why: event.why, ms: event.ms })
        if (event.kind !== 'attempt-failed') return
        emit({
          kind: 'attempt-failed',
          application: application.name,
          what: `${event.what}: ${event.problem}`,
          waitMs: event.waitMs ?? 0,
        })
      },
    })
    await connected.connect()
    return connected
  }

  return {
    application,
    get tokensMinted() {
      return connected?.tokensMinted ?? 0
    },
    async client() {
      client ??= connect()
      return client
    },
    async close() {
      await client?.catch(() => undefined)
      await lease?.release()
    },
  }
}
