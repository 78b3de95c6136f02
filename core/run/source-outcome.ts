import type { Proof } from '../connector.ts'

export type ConnectorProof = Proof | undefined

/** A source that was read to its proven end. */
export interface SourceOutcome {
  /** The user's name of the connector. */
  readonly source: string
  readonly rows: number
  readonly proof: Proof
  readonly unusedColumns: readonly string[]
}
