/** What the pipeline asks of Vanta. */
import type { VantaRecord } from '../../schemas/resource-type.ts'

export interface VantaClient {
  /** Successful token requests so far. */
  readonly tokensMinted: number
  /** Mints the run's token. @throws RefusedError, UnavailableError, LeaseError, ConfigError */
  connect(): Promise<void>
  /**
   * What Vanta holds, soft-deleted rows included. Mints first when that has not happened.
   * @throws RefusedError, UnavailableError, LeaseError
   */
  fetchRecords(path: string, resourceId: string, requests: RequestCounter): Promise<readonly VantaRecord[]>
  /**
   * Replaces the full state of a resource id. Resolves only when the body confirms it.
   * @throws RefusedError, UnavailableError, LeaseError; `changedNothing` of outcome.ts tells whether it may have arrived
   */
  putRecords(put: PutRequest): Promise<PutAnswer>
}

/** Counts every attempt. */
export interface RequestCounter {
  put: number
  get: number
}

export interface PutRequest {
  readonly path: string
  readonly resourceId: string
  /** The whole JSON document. */
  readonly body: Buffer
  readonly records: number
  readonly requests: RequestCounter
}

export interface PutAnswer {
  readonly status: number
  /** The raw answer, cut at 2,000 characters, for the run record. */
  readonly text: string
}
