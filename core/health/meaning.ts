import type { ConnectionCause } from './status.ts'

/** What a code means when it ends a run. */
export interface TroubleMeaning {
  readonly cause: ConnectionCause
  /** A clause that follows the name of the side: `refuses the login`. */
  readonly says: string
  readonly remedy: string
}
