import type { LoginFacts, Proof } from '../connector.ts'
import type { JoinCounts } from '../join/lay-beside.ts'

/** A source that was read to its proven end. */
export interface SourceOutcome {
  /** The user's name of the connector, and which of its uses when there are several. */
  readonly source: string
  readonly rows: number
  /** Those among them without any value. */
  readonly blank: number
  readonly proof: Proof
  /** What the connector told of the login that it read with. */
  readonly login?: LoginFacts
  /** Columns that feed nothing; of a joined source none are meant to. */
  readonly unusedColumns: readonly string[]
  /** Of a source that was joined to another one. */
  readonly join?: JoinOutcome
}

export interface JoinOutcome extends JoinCounts {
  /** Its name in expressions. */
  readonly as: string
  /** The source that it was joined to. */
  readonly to: string
  /** Its rows that have no key, and with that match nobody. */
  readonly withoutKey: number
  /** Those among them that may well have been meant to match, and why the first one does not. */
  readonly faults?: { readonly rows: number; readonly message: string }
}
