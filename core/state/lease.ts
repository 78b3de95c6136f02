/** The right to mint tokens for a connection: a lock that dies with its holder. */

export interface LeaseRequest {
  readonly baseUrl: string
  /** Digest of the client id. */
  readonly connection: string
  /** What for, as the waiting colleague reads it: `run`, `plan`, `remote`. */
  readonly purpose: string
  readonly waitMs: number
  readonly signal: AbortSignal
  /** Called once when it has to wait. */
  onWait?(holder: string): void
}

export interface Lease {
  readonly connection: string
  /**
   * Proves that it is still ours, right before a token request and before each PUT.
   * @throws LeaseError `lease-lost`: a run that lost its lease never mints and never pushes
   */
  prove(): Promise<void>
  release(): Promise<void>
}
