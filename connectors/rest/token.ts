/** A token from an OAuth 2.0 token server, by client credentials (RFC 6749, section 4.4). */
import { SECOND } from '../../core/clock.ts'
import { OperatorError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { parseJson } from '../../core/text/json.ts'
import { type HttpRequest, sendForText, type TextAnswer } from '../network/http.ts'
import type { HttpContext } from '../network/http-context.ts'
import { isHtml } from '../network/server-text.ts'
import { sayUrl } from '../network/url.ts'
import type { AuthOptions } from './options.ts'
import { valueAt } from './path.ts'
import { parseUrl } from './request.ts'

export type OAuthOptions = NonNullable<AuthOptions['oauth']>

export interface TokenSource {
  /** The token in hand; a new one when there is none, or when it is about to expire. */
  token(): Promise<Secret>
  /** Asks for another one. */
  renew(): Promise<void>
  /** Those that were handed out. */
  issued(): readonly Secret[]
}

/** A token this close to its end is not used any more. */
const MARGIN_MS = 10 * SECOND

/** @throws ConfigError when the URL of the token server is none */
export function createTokenSource(options: OAuthOptions, http: HttpContext): TokenSource {
  const url = parseUrl(options.tokenUrl, 'auth.oauth.tokenUrl')
  let held: { token: Secret; until: number } | undefined

  async function renew(): Promise<Secret> {
    const askedAt = http.clock.now()
    const { token, lifeMs } = readAnswer(await ask(options, url, http), url)
    const until = lifeMs === undefined ? Number.POSITIVE_INFINITY : askedAt + lifeMs - Math.min(MARGIN_MS, lifeMs / 2)
    held = { token, until }
    return token
  }
  return {
    async token() {
      return held !== undefined && http.clock.now() < held.until ? held.token : renew()
    },
    async renew() {
      await renew()
    },
    issued: () => (held === undefined ? [] : [held.token]),
  }
}

async function ask(options: OAuthOptions, url: URL, http: HttpContext): Promise<TextAnswer> {
  const request = tokenRequest(options, url)
  // The token server has limits of its own.
  const { pace: _pace, ...context } = http
  try {
    return await sendForText(request, context)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    throw new OperatorError('rest-token', `no token was given: ${error.message}`, {
      hint: 'Check id and secret of the client, its scopes, and whether the server wants them in the body or in the header (`clientIn`), as a form or as JSON (`format`).',
      cause: error.cause,
    })
  }
}

function tokenRequest(options: OAuthOptions, url: URL): HttpRequest {
  const { clientId, clientSecret, scope, audience, clientIn, format } = options
  const inBody = clientIn === 'body' ? { client_id: clientId, client_secret: clientSecret.reveal() } : {}
  const fields = {
    grant_type: 'client_credentials',
    ...inBody,
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
    ...options.parameters,
  }
  const isForm = format === 'form'
  const authorization = clientIn === 'header' ? { authorization: basicClient(clientId, clientSecret) } : {}
  return {
    url,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      ...authorization,
    },
    body: isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
    maxBytes: 1024 ** 2,
    secrets: [clientSecret],
  }
}

/** The standard has both parts encoded as in a form before they are joined (section 2.3.1). */
function basicClient(id: string, secret: Secret): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret.reveal())}`).toString('base64')}`
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function readAnswer({ text }: TextAnswer, url: URL): { token: Secret; lifeMs: number | undefined } {
  const parsed = parseJson(text)
  const document = 'value' in parsed ? parsed.value : undefined
  const token = valueAt(document, 'access_token')
  // Only what can stand in a header is a token.
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    const what = isHtml(text) ? 'an HTML page' : 'no access_token that could stand in a header'
    throw new OperatorError('rest-token', `no token was given: POST ${sayUrl(url)} was answered with ${what}`, {
      hint: 'Check `tokenUrl`: it must be the address of the token endpoint itself.',
    })
  }
  const seconds = Number(valueAt(document, 'expires_in'))
  return { token: new Secret(token), lifeMs: seconds > 0 && Number.isFinite(seconds) ? seconds * SECOND : undefined }
}
