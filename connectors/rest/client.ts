/** Asks for pages. */
import type { CheckContext } from '../../core/connector.ts'
import { Secret } from '../../core/secret.ts'
import { parseDuration } from '../../core/text/duration.ts'
import { parseSize } from '../../core/text/size.ts'
import { type HttpRequest, sendForText, type TextAnswer } from '../network/http.ts'
import { type HttpContext, trustingContext } from '../network/http-context.ts'
import { createPace } from '../network/pace.ts'
import { sayUrl } from '../network/url.ts'
import { createCredentials, type Credentials } from './credentials.ts'
import { badOptions } from './failure.ts'
import type { RestOptions } from './options.ts'
import { type Page, readPage } from './page.ts'
import type { PageRequest } from './request.ts'
import { tokenEnd } from './token-end.ts'

export interface Client {
  /**
   * @param number of the page, from 1
   * @throws OperatorError, RetryLaterError, ConfigError, the signal's reason
   */
  fetchPage(request: PageRequest, number: number): Promise<Page>
}

/** Headers that would be secrets in plain sight. */
const SECRET_HEADERS = /^(authorization|cookie|proxy-authorization)$/i

/** @throws ConfigError for options that do not go together, or certificates that cannot be read */
export async function createClient(context: CheckContext<RestOptions>): Promise<Client> {
  const { options, clock } = context
  const trusting = await trustingContext(context, options.ca)
  const { requestsPerMinute } = options
  const http = requestsPerMinute === undefined ? trusting : { ...trusting, pace: createPace(requestsPerMinute, clock) }
  const credentials = createCredentials(options.auth, http)
  const headers = ownHeaders(options)
  const silenceMs = parseDuration(options.answerTimeout) ?? 0
  if (silenceMs === 0) throw badOptions('`answerTimeout` must be longer than 0s')
  warnOfPlainHttp(context)
  const expiresAt = options.auth?.bearer === undefined ? undefined : tokenEnd(options.auth.bearer)
  if (expiresAt !== undefined) context.login?.({ expiresAt })
  return {
    async fetchPage(request, number) {
      const name = nameOf(request.url, number, options)
      const answer = await ask({ request, name, headers, silenceMs }, { http, credentials, options })
      const { secrets } = secretsOf(options, credentials)
      const page = readPage(answer, { name, rowsPath: options.rows, secrets, ignored: options.ignoreSigns ?? [] })
      return { number, request, status: answer.status, headers: answer.headers, ...page }
    },
  }
}

interface Question {
  readonly request: PageRequest
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly silenceMs: number
}

interface Means {
  readonly http: HttpContext
  readonly credentials: Credentials
  readonly options: RestOptions
}

/** A token may expire in the middle of a long read: one 401 is answered with a new one. */
async function ask(question: Question, { http, credentials, options }: Means): Promise<TextAnswer> {
  const requestWith = (answers: readonly number[]): HttpRequest => ({
    url: question.request.url,
    method: options.method,
    name: question.name,
    headers: question.headers,
    ...(question.request.body === undefined ? {} : { body: JSON.stringify(question.request.body) }),
    silenceMs: question.silenceMs,
    maxBytes: parseSize(options.maxPage),
    answers,
    sign: async () => ({ ...(await credentials.sign(question.request.url)), ...secretsOf(options, credentials) }),
  })
  if (credentials.renew === undefined) return sendForText(requestWith([]), http)
  const answer = await sendForText(requestWith([401]), http)
  if (answer.status !== 401) return answer
  await credentials.renew()
  return sendForText(requestWith([]), http)
}

function ownHeaders(options: RestOptions): Readonly<Record<string, string>> {
  const plain = options.headers
  const open = Object.keys(plain).find((name) => SECRET_HEADERS.test(name))
  if (open !== undefined) {
    throw badOptions(`\`headers\` holds ${open}, which is a secret`, 'Use `auth`, or give it under `secretHeaders`.')
  }
  const secret = Object.entries(options.secretHeaders).map(([name, value]) => [name, value.reveal()] as const)
  const type = options.body === undefined ? {} : { 'content-type': 'application/json' }
  const given = [...Object.entries(plain), ...secret].map(([name, value]) => [name.toLowerCase(), value] as const)
  return { accept: 'application/json', ...type, ...Object.fromEntries(given) }
}

function secretsOf(options: RestOptions, credentials: Credentials): { readonly secrets: readonly Secret[] } {
  return { secrets: [...Object.values(options.secretHeaders), ...credentials.secrets()] }
}

function nameOf(url: URL, number: number, { method, paging }: RestOptions): string {
  const page = paging.none === undefined ? ` (page ${number})` : ''
  return `${method} ${sayUrl(url)}${page}`
}

function warnOfPlainHttp({ options, log }: CheckContext<RestOptions>): void {
  const { url, auth, secretHeaders } = options
  const carriesSecrets = auth !== undefined || Object.keys(secretHeaders).length > 0
  const urls = [...(carriesSecrets ? [url] : []), ...(auth?.oauth === undefined ? [] : [auth.oauth.tokenUrl])]
  for (const { protocol, hostname } of urls.map((each) => new URL(each))) {
    if (protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) continue
    log.warn('credentials travel without encryption: the URL begins with http://', { host: hostname })
  }
}
