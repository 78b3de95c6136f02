import type { ResourceSpec } from '../resource.ts'
import type { ClearAsked } from './clear-hold.ts'
import type { RunContext } from './context.ts'

export type RunCommand = 'run' | 'plan' | 'approve' | 'clear'

export interface RunOptions {
  readonly context: RunContext
  readonly command: RunCommand
  readonly resources: readonly ResourceSpec[]
  /** On `clear`, of one resource. */
  readonly clear?: ClearAsked
  /** Pushes only a plan with this hash. */
  readonly onlyIf?: string
  /** For the lease. */
  readonly waitMs: number
  /** Made by `newRunId`; by the run itself unless told. */
  readonly runId?: string
  /** Who or what started it. */
  readonly startedBy: string
  readonly toolVersion: string
  /** How many changes the document lists: always on `plan`, with `--items` on `run`. */
  readonly itemLimit: number
}
