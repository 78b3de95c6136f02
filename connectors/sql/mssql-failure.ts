/** What SQL Server answers, by number, as errors that say who must act. */
import { ConfigError, isSyncError, type SyncError } from '../../core/errors.ts'
import {
  connectionFailure,
  connectionLost,
  refusalError,
  type Rule,
  type Where,
  withoutPassword,
  withoutQuoted,
} from './failure.ts'
import { PlainTextError } from './mssql-prelogin.ts'
import { noTls } from './tls.ts'

const LOGIN: Rule = {
  actor: 'operator',
  code: 'sql-login',
  says: 'refuses the login',
  hint: 'Check `user`, `password` and `database`; the log of the server tells the reason that it keeps from us.',
}
const FORBIDDEN: Rule = {
  actor: 'operator',
  code: 'sql-forbidden',
  says: 'does not let the user read that',
  hint: 'Whoever runs the database must grant it: GRANT SELECT ON … TO …, or the role db_datareader.',
}
const LOCKED: Rule = {
  actor: 'nobody',
  code: 'sql-locked',
  says: 'did not get a lock in time',
  hint: 'Another session holds the table; the next run tries again. With snapshot isolation readers wait for nobody.',
}
const BUSY: Rule = { actor: 'nobody', code: 'sql-busy', says: 'has no room for another connection or query' }
const REFUSED: Rule = { actor: 'config', code: 'sql-refused', says: 'refuses it' }
const VALUE: Rule = {
  actor: 'config',
  code: 'sql-value',
  says: 'cannot make of a value what the query asks for',
  hint: 'Look at casts and functions in the query, and at `parameters`; a value in a row may be what does not fit.',
}

const RULES: ReadonlyMap<number, Rule> = new Map([
  ...rule(LOGIN, 4060, 4064, 18452, 18456, 18470, 18486, 18487, 18488),
  ...rule(FORBIDDEN, 229, 230, 262, 297, 300, 916),
  ...rule(LOCKED, 1204, 1205, 1222, 3960),
  ...rule(BUSY, 701, 8645, 10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920),
  ...rule(VALUE, 220, 232, 241, 242, 244, 245, 248, 293, 295, 8114, 8115, 8134, 8152, 8169),
  ...rule(REFUSED, 102, 105, 137, 156, 170, 195, 201, 207, 208, 209, 319, 1033, 2812, 4104, 8120, 8144, 8155, 8180),
])

function rule(which: Rule, ...numbers: readonly number[]): [number, Rule][] {
  return numbers.map((number) => [number, which])
}

interface DriverError extends Error {
  readonly code?: string
  readonly number?: unknown
  readonly lineNumber?: number
  readonly originalError?: unknown
}

/** @returns the error to throw; errors of ours as they are */
export function explainMssql(thrown: unknown, where: Where): SyncError {
  if (isSyncError(thrown)) return thrown
  const failed = thrown instanceof Error ? thrown : new Error('the driver failed')
  const error: DriverError = withoutPassword(failed, where.target)
  const { place } = where.target
  const inner = innermost(error)
  if (inner instanceof PlainTextError) return noTls(place)
  if (error.code === 'EENCRYPT') return onlyTls(place)
  if (typeof error.number === 'number') return explainServer(error, error.number, where)
  if (error.code === 'ELOGIN') return refusal(LOGIN, { place, words: error.message })
  if (where.statement !== undefined && isLost(error)) return connectionLost(place)
  const failure = connectionFailure(inner, place)
  if (failure !== undefined && inner !== error) return failure
  return refusal(
    { actor: 'operator', code: 'sql-failed', says: 'cannot be read: the driver failed' },
    { place, words: withoutQuoted(error.message) },
  )
}

/** The driver and what lies below it wrap an error of the network several times. */
function innermost(error: DriverError): Error {
  const below = error.originalError ?? error.cause
  return below instanceof Error && below !== error ? innermost(below) : error
}

function isLost({ code }: DriverError): boolean {
  return code === 'ESOCKET' || code === 'ECONNCLOSED' || code === 'ECONNRESET' || code === 'EINVALIDSTATE'
}

function explainServer(error: DriverError, number: number, { target, statement }: Where): SyncError {
  const known = RULES.get(number)
  const line = error.lineNumber === undefined ? '' : ` line ${error.lineNumber}`
  const says = known?.says ?? 'failed'
  const mayQuote = known === undefined || known === VALUE
  return refusalError({
    actor: known?.actor ?? 'operator',
    code: known?.code ?? 'sql-failed',
    says: `${statement === undefined ? '' : `${statement.name}${line}: `}${target.place} ${says} (${number})`,
    words: mayQuote ? withoutQuoted(error.message) : error.message,
    hint: known === undefined ? 'Look into the log of the server.' : known.hint,
  })
}

function refusal({ actor, code, says, hint }: Rule, { place, words }: { place: string; words: string }): SyncError {
  return refusalError({ actor, code, says: `${place} ${says}`, words, hint })
}

function onlyTls(place: string): ConfigError {
  return new ConfigError('sql-login', `${place} takes logins only over TLS`, { hint: 'Remove `tls: off`.' })
}
