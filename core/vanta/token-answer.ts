/** What Vanta's answer to a token request means, with the cause and the remedy of each refusal. */
import { RefusedError, type SyncError, UnavailableError } from '../errors.ts'
import type { ApplicationSpec, VantaSpec } from '../resource.ts'
import { Secret } from '../secret.ts'
import { HOUR, SECOND } from '../clock.ts'
import { excerpt, isHtml, isObject, parseJson } from './answer-text.ts'
import type { Result } from './attempt.ts'
import type { Answer, Exchange } from './exchange.ts'

export interface TokenGrant {
  readonly token: Secret
  readonly expiresInMs: number
}

export interface TokenAsked {
  readonly vanta: VantaSpec
  readonly application: ApplicationSpec
  /** The one that was sent, so that no text of the server can echo it. */
  readonly secret: Secret
}

/** Tokens live one hour; what holds when an answer does not say it. */
const USUAL_LIFE_MS = HOUR

export function readTokenAnswer(exchange: Exchange, asked: TokenAsked): Result<TokenGrant> {
  if ('failure' in exchange) {
    const { error, lasting } = exchange.failure
    return { failure: { error, trouble: { kind: 'network', lasting }, effect: 'unknown' } }
  }
  const { answer } = exchange
  const grant = answer.status === 200 ? grantOf(answer.text) : undefined
  if (grant !== undefined) return { value: grant }
  const { status, retryAfter } = answer
  const trouble = { kind: 'status' as const, status, ...(retryAfter === undefined ? {} : { retryAfter }) }
  return { failure: { error: refusalOf(answer, asked), trouble, effect: 'unknown' } }
}

function grantOf(text: string): TokenGrant | undefined {
  const document = parseJson(text)
  if (!isObject(document)) return undefined
  const { access_token: token, expires_in: seconds } = document
  // Only what can stand in a header is a token.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined
  const known = typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
  return { token: new Secret(token), expiresInMs: known ? seconds * SECOND : USUAL_LIFE_MS }
}

function refusalOf(answer: Answer, asked: TokenAsked): SyncError {
  const { status } = answer
  if (status >= 300 && status < 400) return wrongBaseUrl(answer, asked)
  if (status === 429) return tooManyRequests()
  if (status >= 500) return new UnavailableError('server-error', `${said(answer, asked)}.`)
  if (status === 404) return unknownPath(asked)
  if (status < 300) return noToken(answer, asked)
  const document = parseJson(answer.text)
  const code = isObject(document) && typeof document['error'] === 'string' ? document['error'] : ''
  return refusalByCode(code, answer, asked)
}

function refusalByCode(code: string, answer: Answer, asked: TokenAsked): SyncError {
  const { application } = asked
  const message = `${said(answer, asked)}.`
  if (code === 'invalid_scope') {
    return new RefusedError('invalid-scope', message, {
      hint:
        `The scopes ${application.scopes.join(' ')} do not suit this kind of application: create it in Vanta under ` +
        'Settings, Developer Console, Create, Build Integrations.',
    })
  }
  if (code === 'invalid_request') {
    return new RefusedError('invalid-request', message, {
      hint: 'Vanta could not read the request: something between here and Vanta changes it, or the base URL is not that of its API.',
    })
  }
  if (code === 'invalid_client' || answer.status === 401) {
    return new RefusedError('invalid-client', message, {
      hint:
        `The client id or the secret is wrong, or the secret was rotated and ${application.clientSecret.describe} still ` +
        'holds the old one. Both are in Vanta under Settings, Developer Console.',
    })
  }
  if (answer.status === 403) {
    return new RefusedError('turned-away', message, {
      hint: 'The request was turned away before it was looked at: check the base URL, and what a proxy or firewall on the way allows.',
    })
  }
  return new RefusedError('token-refused', message)
}

function said({ status, text }: Answer, { application, secret }: TokenAsked): string {
  const verdict = status >= 500 ? 'Vanta is unavailable: it answered the token request of' : 'Vanta refused a token to'
  return `${verdict} application ${application.name} with ${status} ${excerpt(text, [secret.reveal()])}`
}

function tooManyRequests(): UnavailableError {
  return new UnavailableError('rate-limited', 'Vanta answered 429: too many token requests in a minute.', {
    hint:
      'The limit counts all applications of a tenant and everybody who uses them: look for another process or a script ' +
      'that mints a token for each of its requests.',
  })
}

/** The regional hosts only redirect, and whoever follows loses the body or the Authorization header. */
function wrongBaseUrl({ status, location }: Answer, { vanta }: TokenAsked): RefusedError {
  const { baseUrl } = vanta
  const target = location !== undefined && URL.canParse(location, baseUrl) ? new URL(location, baseUrl) : undefined
  const elsewhere = target !== undefined && target.origin !== new URL(baseUrl).origin
  if (elsewhere && /^https?:$/.test(target.protocol)) {
    return new RefusedError('wrong-base-url', `${baseUrl} redirects (${status}) to ${target.origin}.`, {
      hint: `Redirects are not followed, since the token would get lost on the way: set vanta.baseUrl to ${target.origin}.`,
    })
  }
  return new RefusedError(
    'wrong-base-url',
    `${baseUrl} redirects (${status}) token requests, which Vanta's API does not.`,
    {
      hint: 'Check vanta.region or vanta.baseUrl: https://api.vanta.com, or https://api.vanta-gov.com for the government region.',
    },
  )
}

function unknownPath({ vanta }: TokenAsked): RefusedError {
  return new RefusedError('unknown-path', `${vanta.baseUrl} has no /oauth/token (404), so it is not Vanta's API.`, {
    hint: 'Check vanta.region or vanta.baseUrl: only the origin, such as https://api.vanta.com.',
  })
}

function noToken({ status, text }: Answer, { vanta }: TokenAsked): RefusedError {
  const page = isHtml(text) ? ' It is an HTML page, such as a proxy or a login page shows.' : ''
  return new RefusedError(
    'unexpected-answer',
    `${vanta.baseUrl} answered ${status} to a token request, but no token.${page}`,
    {
      hint: 'Check the base URL, and what is between here and Vanta.',
    },
  )
}
