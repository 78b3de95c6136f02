/**
 * HTTP for connectors. `send` gives headers and a body that streams, for files; `sendForText` the whole text, for
 * documents:
 *
 *     const http = await trustingContext(context, options.ca)
 *     const answer = await send({ url, headers: { 'if-none-match': etag }, answers: [304] }, http)
 *     if (answer.status === 304) return answer.discard()
 *     for await (const part of answer.body()) …
 *
 * Both try again when that may help, never follow a redirect, and throw for every status but 2xx and those that the
 * caller names. What goes into messages has neither query nor secret.
 */
import { isSyncError, OperatorError, RetryLaterError, type SyncError } from '../../core/errors.ts'
import { explainFailure } from '../../core/network/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { type Attempt, attemptRepeatedly, type Trouble } from './attempts.ts'
import { type BodyInput, readParts, readText } from './body.ts'
import { checkHeaders } from './headers.ts'
import type { HttpContext } from './http-context.ts'
import { linkSignal } from './link.ts'
import { isPassing, refusalOf } from './refusal.ts'
import { sayUrl } from './url.ts'

export interface HttpRequest {
  readonly url: URL
  /** Default: GET. A POST is repeated like a GET: it must only ask. */
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For messages. Default: method and URL without its query. */
  readonly name?: string
  /** Statuses besides 2xx that are answers and no failures, such as 304. */
  readonly answers?: readonly number[]
  /** Longest silence: until the headers come, and between parts of the body. Default: 60 s. */
  readonly silenceMs?: number
  /** Most bytes of the body, after decompression. Default: 64 MiB for `sendForText`, none for `send`. */
  readonly maxBytes?: number
  /** What was sent and must not come back in a message. */
  readonly secrets?: readonly Secret[]
  /** Called before each attempt, for credentials: what it gives takes the place of the above, headers are added. */
  readonly sign?: () => Promise<Pick<HttpRequest, 'url' | 'headers' | 'secrets'>>
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /**
   * The parts of the body, once. It is as it was stored: no compression is asked for, since a cut in the middle of a
   * compressed body goes unnoticed. Where the answer has a `content-encoding` after all, it is already undone.
   * @throws RetryLaterError when the connection is lost; OperatorError `http-too-large`; the signal's reason
   */
  body(): AsyncGenerator<Uint8Array, void, void>
  /** Ends the connection, for a caller that does not want the body. */
  discard(): void
}

export interface TextAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const TEXT_LIMIT = 64 * 1024 ** 2
const REFUSAL_LIMIT = 64 * 1024

/**
 * Sends a request and waits for the headers of the answer. A body that is cut later is the caller's to ask for again.
 * @throws OperatorError (refused, redirected, not found, no trust), RetryLaterError (busy, failing or unreachable, after
 *   five attempts), ConfigError (a header that is none), the signal's reason
 */
export async function send(request: HttpRequest, context: HttpContext): Promise<HttpAnswer> {
  const plain = { ...request, headers: { 'accept-encoding': 'identity', ...request.headers } }
  return attemptRepeatedly(nameOf(request), context, async () => exchange(plain, context))
}

/**
 * Sends a request and reads the whole answer as text; an answer that is cut counts as an attempt. The same errors as
 * `send`, and OperatorError when the text is too large or not of its charset.
 */
export async function sendForText(request: HttpRequest, context: HttpContext): Promise<TextAnswer> {
  const limited = { maxBytes: TEXT_LIMIT, ...request }
  return attemptRepeatedly(nameOf(request), context, async () => {
    const attempt = await exchange(limited, context)
    return 'trouble' in attempt ? attempt : readWhole(attempt.value, nameOf(request))
  })
}

interface Exchanged extends HttpAnswer {
  readonly response: Response
}

async function exchange(unsigned: HttpRequest, context: HttpContext): Promise<Attempt<Exchanged>> {
  const name = nameOf(unsigned)
  const request = await signed(unsigned)
  const { url, answers = [], maxBytes = Number.POSITIVE_INFINITY } = request
  const link = linkSignal(context.signal)
  const explain = (error: unknown): SyncError => explained(error, { url, name, context })
  let response: Response
  try {
    response = await fetchOnce(request, context, link.signal)
  } catch (error) {
    link.release()
    return { trouble: troubleOf(explain(error)) }
  }
  const input: BodyInput = { name, response, link, maxBytes, explain }
  const { status, headers } = response
  if (!response.ok && !answers.includes(status)) return refuse(input, request)
  return {
    value: {
      status,
      headers,
      response,
      body: () => readParts(input),
      discard() {
        link.end()
        link.release()
      },
    },
  }
}

async function signed(request: HttpRequest): Promise<HttpRequest> {
  if (request.sign === undefined) return request
  const { url, headers, secrets = [] } = await request.sign()
  return { ...request, url, headers: { ...request.headers, ...headers }, secrets }
}

async function fetchOnce(request: HttpRequest, context: HttpContext, signal: AbortSignal): Promise<Response> {
  const { url, method = 'GET', body, silenceMs } = request
  const headers = { 'user-agent': 'vanta-sync', ...request.headers }
  checkHeaders(headers)
  const init = {
    method,
    headers,
    redirect: 'manual' as const,
    signal,
    ...(body === undefined ? {} : { body }),
    // Not of the standard: the run's own transport takes it, any other fetch keeps its own limit.
    ...(silenceMs === undefined ? {} : { silenceMs }),
  }
  return context.fetch(url, init)
}

/** What no answer means. Whatever is no failure of the network is thrown on: an abort, or a mistake of ours. */
function explained(
  error: unknown,
  { url, name, context }: { url: URL; name: string; context: HttpContext },
): SyncError {
  context.signal.throwIfAborted()
  if (isSyncError(error)) return error
  const failure = explainFailure(error, { host: url.host, proxy: context.proxyFor?.(url.href) })
  if (failure === undefined) throw error
  const { code, says, hint, lasting } = failure
  const facts = { cause: error, ...(hint === undefined ? {} : { hint }) }
  const message = `${name} got no answer: ${says}`
  return lasting ? new OperatorError(code, message, facts) : new RetryLaterError(code, message, facts)
}

function troubleOf(error: SyncError): Trouble {
  return { error, isLasting: !(error instanceof RetryLaterError) }
}

async function refuse(input: BodyInput, { url, secrets = [] }: HttpRequest): Promise<Attempt<never>> {
  const { name, response } = input
  const { status, headers } = response
  const text = await beginning(input)
  const location = headers.get('location') ?? undefined
  const retryAfter = headers.get('retry-after')
  return {
    trouble: {
      error: refusalOf({ name, url, status, location, text, secrets }),
      isLasting: !isPassing(status),
      ...(retryAfter === null ? {} : { retryAfter }),
    },
  }
}

/** Of the text of a refusal; what cannot be read of it does not matter. */
async function beginning(input: BodyInput): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of readParts(input)) {
      parts.push(part)
      bytes += part.byteLength
      if (bytes > REFUSAL_LIMIT) break
    }
  } catch (error) {
    if (!isSyncError(error)) throw error
  }
  return Buffer.concat(parts).subarray(0, REFUSAL_LIMIT).toString()
}

async function readWhole({ status, headers, response, body }: Exchanged, name: string): Promise<Attempt<TextAnswer>> {
  try {
    return { value: { status, headers, text: await readText(body(), { name, response }) } }
  } catch (error) {
    if (isSyncError(error)) return { trouble: troubleOf(error) }
    throw error
  }
}

function nameOf({ name, method = 'GET', url }: HttpRequest): string {
  return name ?? `${method} ${sayUrl(url)}`
}
