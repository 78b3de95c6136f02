/** What a server that said no means, for the person who must act. */
import { ConfigError, OperatorError, RetryLaterError, type SyncError } from '../../core/errors.ts'
import { explainFailure } from '../../core/network/failure.ts'
import { sayDuration } from '../../core/text/duration.ts'
import { POLICY_ERROR } from './password-policy.ts'
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
  const reason = reasonInWords(result)
  if (reason !== undefined) return operator(reason.code, `${says}: ${reason.says}`, reason.hint)
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

interface Reason {
  readonly code: string
  readonly says: string
  readonly hint: string
}

const WRONG: Reason = {
  code: 'ldap-credentials',
  says: 'the name or the password is wrong, or the account is locked',
  hint: 'Check bindDn and password, and the state of that account.',
}
const EXPIRED: Reason = {
  code: 'ldap-password-expired',
  says: 'the password has expired',
  hint: 'Set a new password and give it here; better, use a service account whose password does not expire.',
}
const MUST_CHANGE: Reason = {
  code: 'ldap-password-change',
  says: 'the password must be changed first',
  hint: 'Somebody has reset it. Change it once by hand, then give the new one here.',
}
const LOCKED: Reason = {
  code: 'ldap-account-locked',
  says: 'the account is locked out',
  hint: 'Something tries wrong passwords: find out what, then have the account unlocked.',
}
const DISABLED: Reason = {
  code: 'ldap-account-disabled',
  says: 'the account is disabled',
  hint: 'Have it enabled; when it belonged to a person who left, use a service account instead.',
}
const RESTRICTED = {
  code: 'ldap-logon-restricted',
  hint: 'Have logon hours and workstations of the account extended to this machine and its schedule.',
}

/** Active Directory puts the true reason into the text of code 49. */
const AD_REASONS: Readonly<Record<string, Reason>> = {
  '525': {
    code: 'ldap-account-gone',
    says: 'there is no such account',
    hint: 'Check bindDn: the account may have been deleted or renamed.',
  },
  '52e': { ...WRONG, says: 'the password, or the name, is wrong' },
  '530': { ...RESTRICTED, says: 'the account may not sign in at this hour' },
  '531': { ...RESTRICTED, says: 'the account may not sign in from this machine' },
  '532': EXPIRED,
  '533': DISABLED,
  '568': {
    ...WRONG,
    says: 'the account is in too many groups',
    hint: 'Take the account out of groups that it does not need.',
  },
  '701': {
    code: 'ldap-account-expired',
    says: 'the account has expired',
    hint: 'Have its end moved; when it belonged to a person who left, use a service account instead.',
  },
  '773': MUST_CHANGE,
  '775': LOCKED,
  '80090346': {
    code: 'ldap-strong-auth',
    says: 'the server wants channel binding: use LDAPS',
    hint: ENCRYPTION,
  },
}

/** Other servers tell when their password policy is asked. */
const POLICY_REASONS: Readonly<Record<number, Reason>> = {
  [POLICY_ERROR.passwordExpired]: EXPIRED,
  [POLICY_ERROR.accountLocked]: LOCKED,
  [POLICY_ERROR.changeAfterReset]: MUST_CHANGE,
}

function invalidCredentials(_says: string, { server, says }: Asked, result: Result): SyncError {
  const data = /\bdata ([0-9a-f]{3,8})\b/i.exec(result.message)?.[1]?.toLowerCase() ?? ''
  const told = AD_REASONS[data] ?? POLICY_REASONS[result.policy?.error ?? -1] ?? reasonInWords(result)
  const { code, says: reason, hint } = told ?? WRONG
  const shown = data === '' ? 'code 49' : `code 49, data ${data}`
  return operator(code, `${server} ${says}: ${reason} (${shown})`, hint)
}

/** 389 Directory Server and FreeIPA have no number for it, but say so. */
function reasonInWords({ message }: Result): Reason | undefined {
  if (/password (has )?expired/i.test(message)) return EXPIRED
  if (/account inactivated/i.test(message)) return DISABLED
  if (/exceed password retry limit/i.test(message)) return LOCKED
  return undefined
}

/** The bind was accepted, for nothing but a change of the password. */
export function mustChange(server: string): SyncError {
  const { code, says, hint } = MUST_CHANGE
  return operator(code, `${server} accepted the bind, but ${says}`, hint)
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
