/** What a server that said no means, for the person who must act. */
import { ConfigError, OperatorError, RetryLaterError, type SyncError } from '../../core/errors.ts'
import { explainFailure } from '../../core/network/failure.ts'
import { sayDuration } from '../../core/text/duration.ts'
import { CODE, type Result } from './result.ts'

/** What was asked for, for the message. */
export interface Asked {
  /** Host and port. */
  readonly server: string
  /** A clause: `did not accept the bind`. */
  readonly says: string
  readonly bindDn?: string | undefined
}

type Fault = (says: string, asked: Asked, result: Result) => SyncError

const ENCRYPTION =
  'Use an ldaps:// URL, or `startTls: true` with an ldap:// one; `ca` names the authority when it is a private one.'

const FAULTS: ReadonlyMap<number, Fault> = new Map<number, Fault>([
  [CODE.operationsError, operationsError],
  [
    CODE.authMethodNotSupported,
    (says) => config('ldap-auth-method', `${says}: it does not allow simple binds`, ENCRYPTION),
  ],
  [
    CODE.strongAuthRequired,
    (says) => config('ldap-strong-auth', `${says}: this server wants LDAPS or StartTLS`, ENCRYPTION),
  ],
  [
    CODE.confidentialityRequired,
    (says) => config('ldap-strong-auth', `${says}: this server wants LDAPS or StartTLS`, ENCRYPTION),
  ],
  [
    CODE.invalidDn,
    (says) => config('ldap-dn', `${says}: a DN is malformed`, 'Check bindDn, base, and the DNs of `groups`.'),
  ],
  [CODE.noSuchObject, noSuchObject],
  [
    CODE.inappropriateAuthentication,
    (says) => config('ldap-anonymous', `${says}: it does not allow this kind of bind`, 'Set `bindDn` and `password`.'),
  ],
  [CODE.invalidCredentials, invalidCredentials],
  [
    CODE.insufficientAccess,
    (says, { bindDn }) =>
      operator(
        'ldap-rights',
        `${says}: the rights do not suffice`,
        bindDn === undefined
          ? 'The read is anonymous; set `bindDn` and `password`.'
          : 'Whoever runs the server must let bindDn read what is asked for.',
      ),
  ],
  [CODE.busy, (says) => new RetryLaterError('ldap-busy', `${says}: it is busy`)],
  [CODE.unavailable, (says) => new RetryLaterError('ldap-unavailable', `${says}: it is not available`)],
])

/** The error for a result that is no success. */
export function refusal(asked: Asked, result: Result): SyncError {
  const says = `${asked.server} ${asked.says} (${sayResult(result)})`
  const fault = FAULTS.get(result.code)
  if (fault !== undefined) return fault(says, asked, result)
  return operator('ldap-refused', says, 'Look up the code, and ask whoever runs the server.')
}

/** `code 4`, and what the server says in its own words. */
export function sayResult({ code, message }: Result): string {
  const words = message.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return words === '' ? `code ${code}` : `code ${code}: ${words.slice(0, 200)}`
}

/** @param error undefined when the connection was closed without one */
export function lostConnection(error: Error | undefined, server: string): RetryLaterError {
  const failure = error === undefined ? undefined : explainFailure(error, { host: server, proxy: undefined })
  const says = failure?.says ?? `the connection to ${server} was closed before the whole answer came`
  return new RetryLaterError(failure?.code ?? 'connection-lost', says, { cause: error })
}

/** @param cause what in the bytes is no LDAP */
export function notLdap(server: string, cause: Error): OperatorError {
  return new OperatorError('ldap-protocol', `${server} does not speak LDAP: ${cause.message}`, {
    hint: 'Check the port. One for LDAPS (636, 3269) needs ldaps://, one for LDAP (389, 3268) needs ldap://.',
    cause,
  })
}

/** The server said that it would close the connection. */
export function disconnected(server: string, result: Result): RetryLaterError {
  return new RetryLaterError('ldap-disconnected', `${server} ended the connection (${sayResult(result)})`)
}

export function silentServer(server: string, silenceMs: number): RetryLaterError {
  return new RetryLaterError('ldap-timeout', `${server} has been silent for ${sayDuration(silenceMs)}`, {
    hint: 'When the server is healthy but slow, raise `answerTimeout`; an index for what `filter` looks at helps more.',
  })
}

/** Why no connection came about. */
export function noConnection(error: unknown, server: string): SyncError {
  const failure = explainFailure(error, { host: server, proxy: undefined })
  if (failure === undefined)
    return new RetryLaterError('connect-failed', `no connection to ${server} came about`, { cause: error })
  const { code, says } = failure
  if (code !== 'tls-failed') return new RetryLaterError(code, says, { cause: error, hint: hintFor(code) })
  const facts = { cause: error, hint: failure.hint ?? hintFor(code) }
  if (!failure.lasting && !/EPROTO|ERR_SSL/.test(says)) return new RetryLaterError(code, says, facts)
  if (says.includes('ALTNAME')) {
    const hint = 'Its certificate is for another name: write that name in the URL, or in `serverName`.'
    return new ConfigError(code, says, { cause: error, hint })
  }
  const isOutdated = /EXPIRED|NOT_YET_VALID/.test(says)
  return isOutdated ? new OperatorError(code, says, facts) : new ConfigError(code, says, facts)
}

function hintFor(code: string): string {
  if (code === 'dns-failed') return 'Check the name in `urls`, and the DNS of this machine.'
  return 'Check host and port in `urls`, and the firewall.'
}

/** Active Directory puts the true reason into the text of code 49. */
const AD_REASONS: Readonly<Record<string, string>> = {
  '525': 'there is no such account',
  '52e': 'the password, or the name, is wrong',
  '530': 'the account may not sign in at this hour',
  '531': 'the account may not sign in from this machine',
  '532': 'the password has expired',
  '533': 'the account is disabled',
  '568': 'the account is in too many groups',
  '701': 'the account has expired',
  '773': 'the password must be changed first',
  '775': 'the account is locked out',
  '80090346': 'the server wants channel binding: use LDAPS',
}

function invalidCredentials(_says: string, { server, says }: Asked, { message }: Result): SyncError {
  const code = /\bdata ([0-9a-f]{3,8})\b/i.exec(message)?.[1]?.toLowerCase() ?? ''
  const reason = AD_REASONS[code] ?? 'the name or the password is wrong, or the account is locked'
  const shown = code === '' ? 'code 49' : `code 49, data ${code}`
  return operator(
    'ldap-credentials',
    `${server} ${says}: ${reason} (${shown})`,
    'Check bindDn and password, and the state of that account.',
  )
}

function noSuchObject(says: string, _asked: Asked, { matchedDn }: Result): SyncError {
  const near = matchedDn === '' ? '' : ` The deepest entry that exists on the way there is ${matchedDn}.`
  return config('ldap-no-base', `${says}: the entry does not exist, or bindDn may not see it`, `Check its DN.${near}`)
}

function operationsError(says: string, { bindDn }: Asked): SyncError {
  const hint =
    bindDn === undefined
      ? 'Active Directory says so when nobody has bound: set `bindDn` and `password`.'
      : 'Ask whoever runs the server what its log says.'
  return operator('ldap-operations-error', says, hint)
}

function config(code: string, says: string, hint: string): ConfigError {
  return new ConfigError(code, says, { hint })
}

function operator(code: string, says: string, hint: string): OperatorError {
  return new OperatorError(code, says, { hint })
}
