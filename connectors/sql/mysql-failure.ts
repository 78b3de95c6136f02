/** What MySQL and MariaDB answer, by number, as errors that say who must act. */
import { isSyncError, type SyncError } from '../../core/errors.ts'
import type { Statement } from './database.ts'
import {
  connectionFailure,
  connectionLost,
  refusalError,
  type Rule,
  severalStatements,
  untrusted,
  type Where,
  withoutPassword,
  withoutQuoted,
  writes,
} from './failure.ts'
import { onlyIndexOf, sayPlace } from './position.ts'
import { noTls } from './tls.ts'
import { unknownZone } from './zone.ts'

const LOGIN: Rule = {
  actor: 'operator',
  code: 'sql-login',
  says: 'refuses the login',
  hint: 'Check `user` and `password`; users there are bound to the machine they come from (user@host).',
}
const FORBIDDEN: Rule = {
  actor: 'operator',
  code: 'sql-forbidden',
  says: 'does not let the user read that',
  hint: 'Whoever runs the database must grant it: GRANT SELECT ON … TO …',
}
const BUSY: Rule = { actor: 'nobody', code: 'sql-busy', says: 'has no room for another connection' }
const SHUT_DOWN: Rule = { actor: 'nobody', code: 'sql-shut-down', says: 'ended the connection' }
const CANCELLED: Rule = {
  actor: 'operator',
  code: 'sql-cancelled',
  says: 'cancelled the statement',
  hint: 'When it is max_execution_time or max_statement_time, raise it for this user, or make the query faster.',
}
const NO_DATABASE: Rule = {
  actor: 'config',
  code: 'sql-database',
  says: 'has no such database',
  hint: 'Correct `database`.',
}
const LOCKED: Rule = {
  actor: 'nobody',
  code: 'sql-locked',
  says: 'did not get a lock in time',
  hint: 'Another session holds the table; the next run tries again.',
}
const ONLY_TLS: Rule = {
  actor: 'config',
  code: 'sql-login',
  says: 'takes this user only over TLS',
  hint: 'Remove `tls: off`.',
}
const REFUSED: Rule = { actor: 'config', code: 'sql-refused', says: 'refuses it' }

const RULES: ReadonlyMap<number, Rule> = new Map([
  ...rule(LOGIN, 1045, 1130, 1698, 1820, 1862, 3118, 4151),
  ...rule(FORBIDDEN, 1044, 1142, 1143, 1227, 1370),
  ...rule(BUSY, 1040, 1203, 1226, 1041, 1037, 1038, 1114),
  ...rule(SHUT_DOWN, 1053, 1077, 1079, 1927, 4031),
  ...rule(CANCELLED, 1317, 1969, 3024),
  ...rule(NO_DATABASE, 1049),
  ...rule(LOCKED, 1205, 1213),
  ...rule(ONLY_TLS, 3159),
])

function rule(which: Rule, ...numbers: readonly number[]): [number, Rule][] {
  return numbers.map((number) => [number, which])
}

const READ_ONLY = 1792
const UNKNOWN_ZONE = 1298
const SYNTAX = 1064

/** @returns the error to throw; errors of ours as they are */
export function explainMysql(thrown: unknown, where: Where): SyncError {
  if (isSyncError(thrown)) return thrown
  const { place } = where.target
  const failed = thrown instanceof Error ? thrown : new Error('the driver failed')
  const error: DriverError = withoutPassword(failed, where.target)
  if (isServerError(error)) return explainServer(error, where)
  if (error.code === 'HANDSHAKE_NO_SSL_SUPPORT') return noTls(place)
  if (isUntrusted(error)) return untrusted(place, error.message)
  if (error.code === 'PROTOCOL_CONNECTION_LOST')
    return where.statement === undefined ? hungUp(place) : connectionLost(place)
  const failure = isProtocolCode(error.code) ? undefined : connectionFailure(error, place)
  if (failure !== undefined) return where.statement === undefined ? failure : lostIfNetwork(failure, place)
  const says = `${place} cannot be read: the driver failed${error.code === undefined ? '' : ` (${error.code})`}`
  return refusalError({ actor: 'operator', code: 'sql-failed', says, words: withoutQuoted(error.message) })
}

interface DriverError extends Error {
  readonly code?: string
}

interface ServerError extends DriverError {
  readonly errno: number
  readonly sqlState: string
}

function isServerError(error: DriverError): error is ServerError {
  return (
    'sqlState' in error && typeof error.sqlState === 'string' && 'errno' in error && typeof error.errno === 'number'
  )
}

/** The driver puts its own code in the place of the one that says why; what failed below TLS says so in other fields. */
function isUntrusted(error: DriverError): boolean {
  return error.code === 'HANDSHAKE_SSL_ERROR' && !('library' in error) && !('errno' in error)
}

/** Codes of the driver's own, which say nothing of the network. */
function isProtocolCode(code: string | undefined): boolean {
  return code !== undefined && /^(PROTOCOL_|AUTH_|MALFORMED|HANDSHAKE_(?!SSL))/.test(code)
}

function lostIfNetwork(failure: SyncError, place: string): SyncError {
  return failure.code === 'tls-failed' ? failure : connectionLost(place)
}

function explainServer(error: ServerError, { target, statement }: Where): SyncError {
  if (statement === undefined && error.errno === UNKNOWN_ZONE) return unknownZone(target.place)
  if (statement !== undefined && error.errno === READ_ONLY) return writes(statement)
  if (statement !== undefined && error.errno === SYNTAX && isSecondStatement(error, statement))
    return severalStatements(statement)
  const known = RULES.get(error.errno) ?? (/^(42|0A)/.test(error.sqlState) ? REFUSED : undefined)
  const says = known?.says ?? 'failed'
  return refusalError({
    actor: known?.actor ?? 'operator',
    code: known?.code ?? 'sql-failed',
    says: `${placeIn(error, statement)}${target.place} ${says} (${error.errno})`,
    words: wordsOf(error, known !== undefined),
    hint: known === undefined ? 'Look into the log of the server.' : known.hint,
  })
}

function placeIn(error: ServerError, statement: Statement | undefined): string {
  if (statement === undefined) return ''
  return sayPlace(statement, error.errno === SYNTAX ? indexOfFault(error, statement) : undefined)
}

/** SIGNAL in a function: its words are its author's, and often name the row. */
const SIGNALLED = '45'

function wordsOf({ message, sqlState }: ServerError, isKnown: boolean): string | undefined {
  if (sqlState.startsWith(SIGNALLED)) return undefined
  return isKnown ? message : withoutQuoted(message)
}

const NEAR = /near '([^]*)' at line \d+$/

/** A syntax error names no column, but quotes what follows. Undefined when that is not clear. */
function indexOfFault({ message }: ServerError, { text }: Statement): number | undefined {
  const near = NEAR.exec(message)?.[1]
  if (near === undefined) return undefined
  return near === '' ? text.length : onlyIndexOf(near, text)
}

/** The server says nothing better about a second statement than that it did not expect it, right after a semicolon. */
function isSecondStatement(error: ServerError, statement: Statement): boolean {
  const index = indexOfFault(error, statement)
  if (index === undefined || statement.text.slice(index).trim() === '') return false
  return statement.text.slice(0, index).trimEnd().endsWith(';')
}

function hungUp(place: string): SyncError {
  return refusalError({
    actor: 'nobody',
    code: 'connection-lost',
    says: `${place} hung up before the login was done`,
    hint: 'Check that `host` and `port` are those of MySQL or MariaDB, and look into the log of the server.',
  })
}
