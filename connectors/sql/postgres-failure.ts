/** What PostgreSQL answers, by SQLSTATE, as errors that say who must act. */
import { isSyncError, type SyncError } from '../../core/errors.ts'
import type { Statement } from './database.ts'
import {
  connectionFailure,
  connectionLost,
  refusalError,
  type Rule,
  severalStatements,
  type Where,
  withoutPassword,
  withoutQuoted,
  writes,
} from './failure.ts'
import { indexOfCharacter, sayPlace } from './position.ts'
import type { Target } from './target.ts'
import { noTls } from './tls.ts'
import { unknownZone } from './zone.ts'

interface StateRule extends Rule {
  /** The begin of the SQLSTATE; the first rule that fits speaks. */
  readonly state: string
  /** Whether the server's words may quote values of rows or parameters, or be nothing but such. */
  readonly mayQuote?: 'in quotes' | 'all'
}

const RULES: readonly StateRule[] = [
  {
    state: '28',
    actor: 'operator',
    code: 'sql-login',
    says: 'refuses the login',
    hint: 'Check `user` and `password`; the message may also mean that pg_hba.conf lacks a line for this machine.',
  },
  { state: '3D', actor: 'config', code: 'sql-database', says: 'has no such database', hint: 'Correct `database`.' },
  {
    state: '42501',
    actor: 'operator',
    code: 'sql-forbidden',
    says: 'does not let the user read that',
    hint: 'Whoever runs the database must grant it: GRANT SELECT ON … TO …, and USAGE on the schema.',
  },
  {
    state: '57014',
    actor: 'operator',
    code: 'sql-cancelled',
    says: 'cancelled the statement',
    hint: 'When it is statement_timeout, raise it for this user (ALTER ROLE … SET statement_timeout), or make the query faster.',
  },
  {
    state: '55P03',
    actor: 'nobody',
    code: 'sql-locked',
    says: 'did not get a lock in time',
    hint: 'Another session holds the table; the next run tries again.',
  },
  { state: '57P', actor: 'nobody', code: 'sql-shut-down', says: 'ended the connection' },
  {
    state: '25P03',
    actor: 'operator',
    code: 'sql-idle',
    says: 'ended the transaction because it was idle too long',
    hint: 'Raise idle_in_transaction_session_timeout for this user.',
  },
  { state: '53', actor: 'nobody', code: 'sql-busy', says: 'has no room for another connection or query' },
  {
    state: '40',
    actor: 'nobody',
    code: 'sql-conflict',
    says: 'broke off because of other transactions',
    hint: 'On a standby, raise max_standby_streaming_delay or set hot_standby_feedback; else the next run tries again.',
  },
  {
    state: '08P01',
    actor: 'config',
    code: 'sql-parameters',
    says: 'cannot bind the parameters',
    hint: 'Give one value in `parameters` for each of $1, $2, …',
  },
  { state: '22023', actor: 'config', code: 'sql-refused', says: 'refuses a parameter', mayQuote: 'in quotes' },
  {
    state: '22',
    actor: 'config',
    code: 'sql-value',
    says: 'cannot make of a value what the query asks for',
    mayQuote: 'in quotes',
    hint: 'Look at casts and functions in the query, and at `parameters`; a value in a row may be what does not fit.',
  },
  { state: '42', actor: 'config', code: 'sql-refused', says: 'refuses it' },
  { state: '0A', actor: 'config', code: 'sql-refused', says: 'refuses it' },
  { state: '26', actor: 'config', code: 'sql-refused', says: 'refuses it' },
  { state: '54', actor: 'config', code: 'sql-refused', says: 'refuses it' },
  {
    // RAISE in a function: its words are its author's, and often name the row.
    state: 'P0',
    actor: 'operator',
    code: 'sql-failed',
    says: 'failed in a function that the query calls',
    mayQuote: 'all',
    hint: 'Look into the log of the server.',
  },
]

const OTHER: StateRule = {
  state: '',
  actor: 'operator',
  code: 'sql-failed',
  says: 'failed',
  mayQuote: 'in quotes',
  hint: 'Look into the log of the server.',
}

/** @returns the error to throw; errors of ours as they are */
export function explainPostgres(thrown: unknown, { target, statement }: Where): SyncError {
  if (isSyncError(thrown)) return thrown
  const error = withoutPassword(thrown instanceof Error ? thrown : new Error('the driver failed'), target)
  if (isServerError(error)) return explainServer(error, { target, ...(statement && { statement }) })
  if (error.message === 'The server does not support SSL connections') return noTls(target.place)
  if (error.message.startsWith('Connection terminated') && statement === undefined) return hungUp(target)
  if (error.message.startsWith('Connection terminated')) return connectionLost(target.place)
  const failure = connectionFailure(error, target.place)
  if (failure !== undefined) return failure
  const says = `${target.place} cannot be read: the driver failed`
  return refusalError({ actor: 'operator', code: 'sql-failed', says, words: withoutQuoted(error.message) })
}

interface ServerError extends Error {
  readonly code: string
  readonly severity?: string
  /** Of the character in the statement, from 1. */
  readonly position?: string
  readonly hint?: string
}

function isServerError(error: Error): error is ServerError {
  return 'severity' in error && 'code' in error && typeof error.code === 'string' && error.code.length === 5
}

function explainServer(error: ServerError, { target, statement }: Where): SyncError {
  if (statement === undefined && /parameter "TimeZone"/i.test(error.message)) return unknownZone(target.place)
  if (error.code === '25006' && statement !== undefined) return writes(statement)
  if (error.code === '42601' && statement !== undefined && error.message.includes('multiple commands'))
    return severalStatements(statement)
  const rule = RULES.find(({ state }) => error.code.startsWith(state)) ?? OTHER
  return refusalError({
    actor: rule.actor,
    code: rule.code,
    says: `${placeIn(error, statement)}${target.place} ${rule.says} (${error.code})`,
    words: wordsOf(error, rule),
    // The server's own hint names columns and types, not values.
    hint: rule.hint ?? (rule.mayQuote === undefined ? error.hint : undefined),
  })
}

function wordsOf({ message }: ServerError, { mayQuote }: StateRule): string | undefined {
  if (mayQuote === 'all') return undefined
  return mayQuote === undefined ? message : withoutQuoted(message)
}

function placeIn({ position }: ServerError, statement: Statement | undefined): string {
  if (statement === undefined) return ''
  return sayPlace(
    statement,
    position === undefined ? undefined : indexOfCharacter(statement.text, Number(position) - 1),
  )
}

function hungUp({ place }: Target): SyncError {
  return refusalError({
    actor: 'nobody',
    code: 'connection-lost',
    says: `${place} hung up before the login was done`,
    hint: 'Check that `host` and `port` are those of PostgreSQL, and look into the log of the server.',
  })
}
