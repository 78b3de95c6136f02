/** What a status that is no success means, and who must act. */
import { OperatorError, RetryLaterError, type SyncError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { isHtml, serverText } from './server-text.ts'
import { sayUrl } from './url.ts'

const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

export interface Refusal {
  /** Of the request: `GET https://hr.example.com/v1/people`. */
  readonly name: string
  readonly url: URL
  readonly status: number
  readonly location: string | undefined
  /** The beginning of the body. */
  readonly text: string
  /** What the text must not repeat. */
  readonly secrets: readonly Secret[]
}

interface Meaning {
  readonly code: string
  readonly says: string
  readonly hint: string
}

const FORBIDDEN: Meaning = {
  code: 'http-forbidden',
  says: 'the credentials do not have the right to do this',
  hint: 'Whoever runs the source must give them the right to read this.',
}

const MEANINGS: Readonly<Record<number, Meaning>> = {
  401: {
    code: 'http-unauthorized',
    says: 'the credentials are missing, wrong or expired',
    hint: 'Check the credentials and how they are sent; whoever runs the source can say what is wrong with them.',
  },
  403: FORBIDDEN,
  404: {
    code: 'http-not-found',
    says: 'there is nothing at this address',
    hint: 'Check the URL. Some systems answer 404 when the credentials lack the right to see what is there.',
  },
  407: {
    code: 'proxy-failed',
    says: 'the proxy on the way asks for credentials',
    hint: 'Put user:password@ into the proxy variable.',
  },
  410: {
    code: 'http-not-found',
    says: 'what was at this address is gone for good',
    hint: 'Ask whoever runs the source for the address that took its place.',
  },
}

/** Whether the next attempt within seconds may get another answer. */
export function isPassing(status: number): boolean {
  return RETRIED.has(status)
}

/** The error for an answer that is no success. */
export function refusalOf(refusal: Refusal): SyncError {
  const { name, status } = refusal
  if (status >= 300 && status < 400) return redirected(refusal)
  const meaning = MEANINGS[status]
  const said = quoted(refusal)
  if (meaning !== undefined) {
    return new OperatorError(meaning.code, `${name} was refused with ${status}: ${meaning.says}${said}`, {
      hint: meaning.hint,
    })
  }
  if (status === 429) {
    return new RetryLaterError('http-rate-limited', `${name} was refused with 429: too many requests${said}`, {
      hint: 'Somebody else may use the same credentials. Slow this reader down, or ask for a higher limit.',
    })
  }
  if (status === 408) {
    return new RetryLaterError(
      'http-server-error',
      `${name} was refused with 408: the request came too slowly${said}`,
      {
        hint: 'Nothing to do if it happens once: the next run tries again.',
      },
    )
  }
  if (status >= 500) {
    return new RetryLaterError('http-server-error', `${name} failed at the server with ${status}${said}`, {
      hint: 'Nothing to do if it happens once: the next run tries again.',
    })
  }
  return new OperatorError('http-refused', `${name} was refused with ${status}${said}`, {
    hint: 'Compare the request (URL, method, parameters, headers) with what the system documents.',
  })
}

/** Nobody follows it: credentials would travel along, and a login page is no data. */
function redirected({ name, url, status, location }: Refusal): OperatorError {
  const target = location !== undefined && URL.canParse(location, url.href) ? new URL(location, url) : undefined
  if (target === undefined) {
    return new OperatorError('http-redirected', `${name} was answered with ${status}, and no address to go to`)
  }
  if (/log-?in|sign-?in|logon|sso|saml|oauth|authorize|adfs|auth\b/i.test(`${target.hostname}${target.pathname}`)) {
    return new OperatorError('http-login', `${name} was answered with ${status}: a login page, ${sayUrl(target)}`, {
      hint: 'The credentials are missing, wrong or expired, or the URL is one for browsers and not that of an API.',
    })
  }
  return new OperatorError('http-redirected', `${name} was answered with ${status}: a redirect to ${sayUrl(target)}`, {
    hint: 'Redirects are not followed, since credentials would travel along: name the address to which it leads.',
  })
}

function quoted({ text, secrets }: Refusal): string {
  const said = serverText(text, secrets)
  if (said === undefined) return ''
  return isHtml(text) ? ` (it sent ${said})` : ` ("${said}")`
}
