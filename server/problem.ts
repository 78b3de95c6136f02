/** What went wrong with a request, as programs and people are told it. */
import { EXIT, errorDocument, isSyncError, messageOf, type SyncError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

export interface Problem {
  /** Of HTTP. */
  readonly status: number
  /** Stable and kebab-case. */
  readonly code: string
  /** A sentence. */
  readonly message: string
  readonly hint?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Whatever a handler threw; what is a bug of ours stays in the log. */
export function problemOf(thrown: unknown, log: Log): Problem {
  if (isSyncError(thrown)) return { status: statusOf(thrown), ...errorDocument(thrown) }
  log.error('A request could not be answered', {
    problem: messageOf(thrown),
    ...(thrown instanceof Error ? { stack: thrown.stack } : {}),
  })
  return {
    status: 500,
    code: 'bug',
    message: 'Something in vanta-sync broke while it answered',
    hint: 'The log of the daemon says what.',
  }
}

/** Codes of what cannot be done as things are now, and may be later. */
const CONFLICTS: ReadonlySet<string> = new Set(['busy', 'hold-ended', 'paused', 'not-paused', 'stopping'])

function statusOf({ code, exitCode }: SyncError): number {
  if (CONFLICTS.has(code) || exitCode === EXIT.lease) return 409
  if (code.startsWith('unknown-')) return 404
  if (exitCode === EXIT.usage) return 400
  return exitCode === EXIT.state ? 503 : 500
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'That cannot be done',
  401: 'Log in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not now',
  413: 'Too large',
  421: 'Wrong address',
  429: 'Too many attempts',
  503: 'Not at the moment',
}

export function titleOf(status: number): string {
  return TITLES[status] ?? 'Something went wrong'
}
