/** Everything that a run may touch, passed in; nothing alive is imported. */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { ResourceSpec, Settings } from '../resource.ts'
import type { State } from '../state/state.ts'
import type { Transport } from '../network/transport.ts'
import type { Emit } from './events.ts'

export interface RunContext {
  readonly settings: Settings
  readonly state: State
  readonly transport: Transport
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface ResourceContext extends RunContext {
  readonly resource: ResourceSpec
  /** The run's one instant. */
  readonly startedAt: number
  readonly runId: string
  /** Folder for this resource's scratch files. */
  readonly folder: string
}
