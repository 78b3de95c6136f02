/**
 * Errors grouped by who must act. Recognised by a brand instead of `instanceof`, because a connector module may carry
 * its own copy of this file.
 */
const BRAND = Symbol.for('vanta-sync.error')

/** Who must act on an error, and with that the exit code of a command that ends on it. */
export const EXIT = {
  done: 0,
  no: 1,
  changes: 3,
  blocked: 10,
  held: 11,
  source: 12,
  refused: 20,
  unavailable: 21,
  lease: 30,
  usage: 64,
  bug: 70,
  state: 74,
  config: 78,
  interrupted: 130,
  terminated: 143,
} as const

/** The worst wins, in this order. */
const WORST_FIRST: readonly number[] = [70, 78, 74, 20, 21, 12, 11, 10, 30, 3, 64, 1, 130, 143, 0]

/** The exit code that stands for all of `codes`; 0 for none. */
export function worstExitCode(codes: Iterable<number>): number {
  const seen = new Set(codes)
  return WORST_FIRST.find((code) => seen.has(code)) ?? EXIT.done
}

export interface ErrorFacts {
  /** The next step, as a sentence for whoever must act. */
  hint?: string
  cause?: unknown
}

/** Base of all errors that are somebody's to mend. `code` is stable, kebab-case, and safe for scripts. */
export class SyncError extends Error {
  readonly [BRAND] = true
  readonly code: string
  readonly exitCode: number
  readonly hint: string | undefined
  /** The configured connector that it came from; noted by the runner, once. */
  source: string | undefined

  constructor(exitCode: number, code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.code = code
    this.exitCode = exitCode
    this.hint = facts.hint
  }
}

/** The person who wrote the configuration must act: an option, a path, a variable, a CA file. */
export class ConfigError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.config, code, message, facts)
  }
}

/** The operator of the source system must act: refused credentials, missing rights, an unreadable or cut-off source. */
export class OperatorError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.source, code, message, facts)
  }
}

/** Nobody must act yet: the source is busy, locked or down, and the next run may succeed. */
export class RetryLaterError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.source, code, message, facts)
  }
}

/** Records must be mended at their source, or the set is too large for one PUT. */
export class BlockedError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.blocked, code, message, facts)
  }
}

/** Vanta understood and said no: 4xx, wrong credentials, a redirect, a read-back that lacks ids. */
export class RefusedError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.refused, code, message, facts)
  }
}

/** Vanta could not be reached, or its answer was lost. */
export class UnavailableError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.unavailable, code, message, facts)
  }
}

/** The lease is held elsewhere, or was lost while we held it. */
export class LeaseError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.lease, code, message, facts)
  }
}

/** The state cannot be read or written: rights, disk, damage, a version of the future. */
export class StateError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.state, code, message, facts)
  }
}

/** The command line is wrong, or names a resource, hold or run that does not exist. */
export class UsageError extends SyncError {
  constructor(code: string, message: string, facts?: ErrorFacts) {
    super(EXIT.usage, code, message, facts)
  }
}

/** An error as documents and the state keep it. */
export interface ErrorDocument {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** The configured connector that it came from; absent when it came from Vanta, or from here. */
  readonly source?: string
}

export function errorDocument({ code, message, hint, source }: SyncError): ErrorDocument {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(source === undefined ? {} : { source }) }
}

export function isSyncError(error: unknown): error is SyncError {
  return typeof error === 'object' && error !== null && BRAND in error
}

/** Whatever was thrown, as an error that has a code: a stranger's error becomes one with the exit code given. */
export function toSyncError(thrown: unknown, exitCode: number, code: string, what: string): SyncError {
  if (isSyncError(thrown)) return thrown
  return new SyncError(exitCode, code, `${what}: ${messageOf(thrown)}`, { cause: thrown })
}

/** The message of anything that can be thrown, with the causes that libraries like to hide the facts in. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const nested = thrown instanceof AggregateError ? thrown.errors.map(messageOf).join('; ') : ''
  const own = thrown.message || nested || thrown.name
  if (thrown.cause === undefined) return own
  const cause = messageOf(thrown.cause)
  return own.includes(cause) ? own : `${own}: ${cause}`
}
