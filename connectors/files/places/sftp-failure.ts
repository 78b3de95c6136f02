/** What can go wrong on the way to a file of an SFTP server, and who must act. */
import { ConfigError, messageOf, OperatorError, RetryLaterError, type SyncError } from '../../../core/errors.ts'
import { explainFailure } from '../../../core/network/failure.ts'
import type { HostKeys } from './host-key.ts'

const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3

/** What the server answered about one of its paths. */
export function pathFailure(where: string, error: unknown): SyncError {
  const code = statusOf(error)
  if (code === NO_SUCH_FILE) {
    return new OperatorError('file-missing', `${where} does not exist`, {
      hint: 'Whoever delivers the export must put it there; or correct `path` in the configuration.',
      cause: error,
    })
  }
  if (code === PERMISSION_DENIED) {
    return new OperatorError('file-forbidden', `${where} may not be read: permission denied`, {
      hint: 'Whoever runs the server must let this user read it.',
      cause: error,
    })
  }
  return new OperatorError('file-unreadable', `${where} cannot be read: ${messageOf(error)}`, {
    hint: 'Whoever runs the server must look at its log.',
    cause: error,
  })
}

/** The number with which an SFTP server explains a failure; undefined when it was none of its answers. */
export function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'number' ? code : undefined
}

export function isMissing(error: unknown): boolean {
  return statusOf(error) === NO_SUCH_FILE
}

export interface Attempt {
  /** Host and port. */
  readonly host: string
  readonly user: string
  /** Methods of logging in that the server accepts, and those that were tried. */
  offered(): readonly string[]
  tried(): readonly string[]
}

/** What ended the connection, or kept it from coming about. */
export function connectionFailure(error: unknown, attempt: Attempt): SyncError {
  const level = error instanceof Error && 'level' in error ? error.level : undefined
  const { host } = attempt
  if (level === 'client-authentication') return loginFailed(attempt, error)
  if (level === 'client-timeout') return timedOut(host, messageOf(error), error)
  if (level === 'handshake') {
    return new OperatorError('sftp-handshake', `${host} and vanta-sync do not agree how to talk: ${messageOf(error)}`, {
      hint: 'Check that an SSH server listens there, and that `sftp.hostKey` is of a kind that it has. Old servers may know only methods that are broken.',
      cause: error,
    })
  }
  const failure = explainFailure(error, { host, proxy: undefined })
  if (failure === undefined) return lost(host, messageOf(error), error)
  const facts = { cause: error, ...(failure.hint === undefined ? {} : { hint: failure.hint }) }
  return failure.lasting
    ? new OperatorError(failure.code, failure.says, facts)
    : new RetryLaterError(failure.code, failure.says, facts)
}

export function lost(host: string, why: string, cause?: unknown): RetryLaterError {
  return new RetryLaterError('connection-lost', `the connection to ${host} was lost: ${why}`, {
    hint: 'The next run tries again. If it stays so, whoever runs the server must look at its log.',
    cause,
  })
}

export function timedOut(host: string, why: string, cause?: unknown): RetryLaterError {
  return new RetryLaterError('timed-out', `${host} does not answer: ${why}`, {
    hint: 'The next run tries again. Raise the timeouts in `sftp` when the server is healthy but slow.',
    cause,
  })
}

function loginFailed({ host, user, offered, tried }: Attempt, cause: unknown): OperatorError {
  const accepts = offered().length === 0 ? 'does not say what it accepts' : `accepts ${offered().join(', ')}`
  const what = tried().length === 0 ? 'nothing of that is configured' : `tried: ${tried().join(', ')}`
  return new OperatorError('sftp-login', `${host} does not let the user ${user} in: it ${accepts}; ${what}`, {
    hint: 'Check the user and its password or key; the public key must be among those that the server knows for that user.',
    cause,
  })
}

/** @param shown the key that the server showed, with its kind */
export function unknownHost(host: string, shown: string): ConfigError {
  return new ConfigError('sftp-host-key', `\`sftp.hostKey\` is not set, and ${host} shows the key ${shown}`, {
    hint: 'Ask whoever runs the server for its fingerprint (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it there). If it is that one, set `sftp: { hostKey: SHA256:… }`.',
  })
}

export function wrongHost(host: string, shown: string, expected: HostKeys): OperatorError {
  const known = expected.texts.join(' or ')
  return new OperatorError('sftp-host-key', `${host} shows the key ${shown}, and \`sftp.hostKey\` is ${known}`, {
    hint: 'Somebody may stand between: nothing was sent. If the server has a new key, have whoever runs it confirm the fingerprint, and change `sftp.hostKey`.',
  })
}
