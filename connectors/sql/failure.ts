/**
 * What drivers throw, as errors that say who must act. A driver's own error is never kept as the cause: it may carry
 * the address with its password, or values of a row.
 */
import {
  ConfigError,
  type ErrorFacts,
  isSyncError,
  OperatorError,
  RetryLaterError,
  type SyncError,
} from '../../core/errors.ts'
import { explainFailure } from '../../core/network/failure.ts'
import { createScrubber } from '../../core/secret-forms.ts'
import { serverText } from '../network/server-text.ts'
import type { Statement } from './database.ts'
import type { Target } from './target.ts'

/** Who must act on it. */
export type Actor = 'config' | 'operator' | 'nobody'

/** What an answer of a database means. */
export interface Rule {
  readonly actor: Actor
  readonly code: string
  /** What happened, to follow the name of the server, or the path of the file. */
  readonly says: string
  readonly hint?: string
}

/** What was being done on a server when it failed. */
export interface Where {
  readonly target: Target
  /** Undefined while connecting. */
  readonly statement?: Statement
}

export interface Refusal {
  readonly actor: Actor
  readonly code: string
  /** A clause, without the server's words: `db:5432 refuses the user`. */
  readonly says: string
  /** What the server said. Left out when it may quote values. */
  readonly words?: string | undefined
  readonly hint?: string | undefined
}

const CLASSES = { config: ConfigError, operator: OperatorError, nobody: RetryLaterError }

export function refusalError({ actor, code, says, words, hint }: Refusal): SyncError {
  const text = words === undefined ? undefined : serverText(words)
  const facts: ErrorFacts = hint === undefined ? {} : { hint }
  return new CLASSES[actor](code, text === undefined ? says : `${says}: ${text}`, facts)
}

/**
 * The error without the password in its words, to be done before anything else: what takes quotes and addresses out of
 * them would leave pieces of it.
 */
export function withoutPassword<T extends Error>(error: T, { password }: Target): T {
  if (password !== undefined) error.message = createScrubber([password], { least: 2 })(error.message)
  return error
}

/** What stands in quotes may be a value of somebody's row: `invalid input syntax for type integer: "…"`. */
export function withoutQuoted(words: string): string {
  return words.replaceAll(/"[^"]*"/g, '"…"').replaceAll(/'[^']*'/g, "'…'")
}

const OWN_HINTS: Readonly<Record<string, string>> = {
  'dns-failed': 'Check `host`, and the DNS of this machine.',
  'connection-refused': 'Check `host` and `port`, the firewall, and that the server is up and listens there.',
  'connect-failed': 'Check `host` and `port`, and the firewall.',
  'timed-out': 'Check `host` and `port`, and the firewall; a slow server may need a longer `connectTimeout`.',
  'tls-failed':
    'When the authority is a private one, name its certificate in `ca`. The name in the certificate must be that in `host`.',
}

/** Why there is no connection, or no longer; undefined when the network is not to blame. */
export function connectionFailure(thrown: unknown, place: string): SyncError | undefined {
  if (isSyncError(thrown)) return thrown
  const failure = explainFailure(thrown, { host: place, proxy: undefined })
  if (failure === undefined) return undefined
  const hint = OWN_HINTS[failure.code]
  const actor = failure.code === 'tls-failed' && failure.lasting ? 'config' : 'nobody'
  return refusalError({ actor, code: failure.code, says: failure.says, hint })
}

/** @param words of the TLS library: what is wrong with it */
export function untrusted(place: string, words: string): SyncError {
  const says = `the certificate of ${place} is not trusted`
  return refusalError({ actor: 'config', code: 'tls-failed', says, words, hint: OWN_HINTS['tls-failed'] })
}

export function connectionLost(place: string): SyncError {
  return new RetryLaterError('connection-lost', `the connection to ${place} was lost before the last row came`, {
    hint: 'The next run tries again; when it stays so, look at the log of the database and at what lies between.',
  })
}

/** A driver ended a statement without a word of the server that it is finished. */
export function endedEarly({ name }: Statement): OperatorError {
  return new OperatorError('sql-cut', `the rows of ${name} ended without the word of the server that they are all`, {
    hint: 'Nothing to do if it happens once; when it stays so, look at what lies between, such as a pooler or proxy.',
  })
}

export function noColumns({ name }: Statement): ConfigError {
  return new ConfigError('sql-no-rows', `${name} gives no rows: it is a statement without columns`, {
    hint: 'Write one SELECT. A read must not change the database.',
  })
}

export function writes({ name }: Statement): ConfigError {
  return new ConfigError('sql-writes', `${name} would write to the database, and everything here only reads`, {
    hint: 'Write a SELECT that changes nothing, and calls no function that does.',
  })
}

export function severalStatements({ name }: Statement): ConfigError {
  return new ConfigError('sql-several', `${name} holds several statements`, {
    hint: 'Write one SELECT; what must come before it can often stand in a WITH.',
  })
}

export function wrongParameters({ name, parameters }: Statement, expected: number): ConfigError {
  const given = parameters.length === 1 ? '1 value' : `${parameters.length} values`
  const asked = expected === 1 ? '1 placeholder' : `${expected} placeholders`
  return new ConfigError('sql-parameters', `${name} has ${asked}, and \`parameters\` gives ${given}`, {
    hint: 'Give one value for each placeholder, in order.',
  })
}
