/** How the errors of a PUT tell what happened to the data that Vanta holds. */
import { type ErrorFacts, EXIT, isSyncError, RefusedError, UnavailableError } from '../errors.ts'

/** The PUT may have arrived and may not: only reading back can settle it. */
export class OutcomeUnknownError extends UnavailableError {
  constructor(message: string, facts?: ErrorFacts) {
    super('outcome-unknown', message, facts)
  }
}

/** Which record the server's refusal is about. */
export interface RefusedRecord {
  /** Place in the `resources` of the PUT, from 0. */
  readonly index: number
  /** Path within the record as people write it: `fullName`, `users[2].username`; absent when the text names none. */
  readonly field?: string
  /** The server's text without ids and addresses: `must have property 'fullName'`. */
  readonly text: string
}

/** 400 on a PUT: a record is not as Vanta wants it. All or nothing: the former state stays. */
export class RecordsRefusedError extends RefusedError {
  /** Absent when the server's text names no record. */
  readonly at: RefusedRecord | undefined

  constructor(message: string, at: RefusedRecord | undefined, facts?: ErrorFacts) {
    super('records-refused', message, facts)
    this.at = at
  }
}

/** A PUT of which Vanta says that it took a part: against its own rule, so nobody knows what it holds. */
export const PARTLY_REFUSED = 'partly-refused'

/** The record that a refused PUT is about, also when the refusal is the cause of an unknown outcome. */
export function refusedAt(error: unknown): RefusedRecord | undefined {
  if (error instanceof RecordsRefusedError) return error.at
  return error instanceof OutcomeUnknownError ? refusedAt(error.cause) : undefined
}

const NOTHING_SENT_OR_REFUSED: readonly number[] = [EXIT.refused, EXIT.unavailable, EXIT.lease, EXIT.config]

/**
 * True when an error of `putRecords` proves that Vanta holds what it held before: refused, or never sent. Anything
 * else may have arrived. An abort proves nothing, whatever its reason looks like.
 */
export function changedNothing(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted && error === signal.reason) return false
  if (!isSyncError(error) || error instanceof OutcomeUnknownError) return false
  return error.code !== PARTLY_REFUSED && NOTHING_SENT_OR_REFUSED.includes(error.exitCode)
}

/** Turns what ended a PUT into an unknown outcome, since an earlier attempt of it may have arrived. */
export function afterUnknown(error: unknown): unknown {
  if (!isSyncError(error) || error instanceof OutcomeUnknownError) return error
  if (!NOTHING_SENT_OR_REFUSED.includes(error.exitCode)) return error
  const hint = error.hint === undefined ? READ_BACK : `${error.hint} ${READ_BACK}`
  return new OutcomeUnknownError(`It is unknown whether the push arrived. ${error.message}`, { hint, cause: error })
}

const READ_BACK = 'The next run settles by reading back what Vanta holds.'
