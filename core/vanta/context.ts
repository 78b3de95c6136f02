import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { ApplicationSpec, SecretRegistry, VantaSpec } from '../resource.ts'
import type { Lease } from '../state/lease.ts'
import type { RequestTimes } from '../state/state.ts'
import type { VantaEvent } from './events.ts'
import type { Transport } from '../network/transport.ts'

/** What one client works with; one client serves one application for one run. */
export interface ClientContext {
  readonly vanta: VantaSpec
  readonly application: ApplicationSpec
  /** Digest of the client id, see `connectionOf`; what the resource limit is counted by. */
  readonly connection: string
  /** Proved right before each token request and each PUT. */
  readonly lease: Lease
  /** The minutes' request times, shared with all processes on this state. */
  readonly requests: RequestTimes
  readonly transport: Transport
  readonly clock: Clock
  readonly log: Log
  /** Ends everything at once, waits included; what was under way rejects with its reason. */
  readonly signal: AbortSignal
  /** Each secret resolved or minted so far: no text of the server may echo one. */
  readonly secrets?: Pick<SecretRegistry, 'add' | 'scrub'>
  readonly onEvent?: (event: VantaEvent) => void
  /** From 0 to 1, for the jitter of waits. Default: Math.random. */
  readonly random?: () => number
}
