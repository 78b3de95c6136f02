/** What Vanta's refusals of resource requests mean, with the cause and the remedy of each. */
import { RefusedError, type SyncError, UnavailableError } from '../errors.ts'
import { type ApplicationSpec, READ_SCOPE, WRITE_SCOPE } from '../resource.ts'
import { excerpt, isHtml } from './answer-text.ts'
import type { Failure, Result } from './attempt.ts'
import type { Answer, Exchange } from './exchange.ts'
import { recordsRefused } from './records-refused.ts'

export interface ResourceAsked {
  readonly what: 'put' | 'get'
  readonly path: string
  readonly application: ApplicationSpec
  /** The token that was sent, so that no text of the server can echo it. */
  readonly token: string
}

/** A request without an answer: sent and lost, or never sent. */
export function unanswered(exchange: Extract<Exchange, { failure: unknown }>, asked: ResourceAsked): Failure {
  const { error, sent, lasting, redirected } = exchange.failure
  if (redirected) {
    return { error: redirectRefused(asked), trouble: { kind: 'network', lasting: true }, effect: 'none' }
  }
  return { error, trouble: { kind: 'network', lasting }, effect: sent ? 'unknown' : 'none' }
}

/** An answer other than 2xx. A gateway's 5xx does not tell whether the request reached what is behind it. */
export function refused(answer: Answer, asked: ResourceAsked): Result<never> {
  const { status, retryAfter } = answer
  const trouble = { kind: 'status' as const, status, ...(retryAfter === undefined ? {} : { retryAfter }) }
  return { failure: { error: refusalOf(answer, asked), trouble, effect: status >= 500 ? 'unknown' : 'none' } }
}

function refusalOf(answer: Answer, asked: ResourceAsked): SyncError {
  const text = excerpt(answer.text, [asked.token])
  const { status } = answer
  if (status >= 500) return new UnavailableError('server-error', `Vanta is unavailable: it answered ${status} ${text}.`)
  if (status === 400 && asked.what === 'put') return recordsRefused(answer.text, text)
  if (status === 403) return forbidden(answer, asked, text)
  if (status === 404) return notFound(answer, asked, text)
  if (status === 413) return tooLarge(text)
  if (status === 429) return tooManyRequests()
  return new RefusedError('refused', `Vanta refused ${requestOf(asked)} with ${status} ${text}.`)
}

function requestOf({ what, path }: ResourceAsked): string {
  return `${what.toUpperCase()} ${path}`
}

function forbidden({ text: raw }: Answer, asked: ResourceAsked, text: string): RefusedError {
  const scope = asked.what === 'put' ? WRITE_SCOPE : READ_SCOPE
  const message = `Vanta refused ${requestOf(asked)} with 403 ${text}.`
  if (!asked.application.scopes.includes(scope) || (!isHtml(raw) && /scope/i.test(raw))) {
    return new RefusedError('missing-scope', message, {
      hint: `Application ${asked.application.name} lacks the scope ${scope}: add it to its scopes in the configuration, and allow it in Vanta's Developer Console.`,
    })
  }
  if (isHtml(raw)) {
    return new RefusedError('turned-away', message, {
      hint: 'The page comes from what stands before the API: check the base URL, and what a proxy or firewall on the way changes.',
    })
  }
  return new RefusedError('forbidden', message, {
    hint: `Application ${asked.application.name} must be one of the kind Build Integrations with the scope ${scope}, and own this resource id.`,
  })
}

/** Vanta answers JSON for what it knows and nobody declared, and a page for a path that it does not know. */
function notFound({ text: raw, contentType }: Answer, asked: ResourceAsked, text: string): RefusedError {
  const message = `Vanta answered 404 to ${requestOf(asked)}: ${text}.`
  if (isHtml(raw) || contentType.includes('html')) {
    return new RefusedError('unknown-path', message, {
      hint: 'Check vanta.region or vanta.baseUrl: only the origin, such as https://api.vanta.com.',
    })
  }
  return new RefusedError('type-not-declared', message, {
    hint:
      `The type was never declared on application ${asked.application.name}, or the resource id is not one of its own: ` +
      'in Vanta, Settings, Developer Console, the application, Resources, Create Resource; then copy the Resource ID.',
  })
}

function tooLarge(text: string): RefusedError {
  return new RefusedError('too-large', `Vanta refused the push as too large (413): ${text}.`, {
    hint: 'Give the resource a list of resource ids, so that the set is spread over them.',
  })
}

function tooManyRequests(): UnavailableError {
  return new UnavailableError('rate-limited', 'Vanta answered 429: too many resource requests in a minute.', {
    hint: 'Look for another process that uses the same application.',
  })
}

function redirectRefused(asked: ResourceAsked): RefusedError {
  return new RefusedError('wrong-base-url', `${requestOf(asked)} was redirected, and redirects are not followed.`, {
    hint: 'Set vanta.baseUrl to the host that answers itself: https://api.vanta.com, or https://api.vanta-gov.com.',
  })
}
