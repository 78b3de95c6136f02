/** One request and its answer. No judgement: that is what the answer modules do. */
import type { ClientContext } from './context.ts'
import type { RequestName } from './events.ts'
import { UnavailableError } from '../errors.ts'
import { explainFailure } from '../network/failure.ts'

export interface HttpRequest {
  readonly what: RequestName
  readonly method: 'POST' | 'PUT' | 'GET'
  /** Begins with a slash; joined to the base URL. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  /** `manual`: a 3xx is an answer. `error`: it is a failure, and the body is never kept for a second sending. */
  readonly redirect: 'manual' | 'error'
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly contentType: string
  readonly location?: string
  readonly retryAfter?: string
}

/** No answer: sent and lost, or never sent. */
export interface Unanswered {
  readonly error: UnavailableError
  /** False when the request certainly never left. */
  readonly sent: boolean
  /** Another attempt within seconds cannot help. */
  readonly lasting: boolean
  readonly redirected: boolean
}

export type Exchange = { readonly answer: Answer } | { readonly failure: Unanswered }

/**
 * Sends one request and reads the whole answer.
 * @param ticket the place in the minute's allowance; settled when the headers came, or when they never will
 * @throws the signal's reason; StateError from the settling; never for what the network does
 */
export async function exchange(context: ClientContext, request: HttpRequest, ticket: number): Promise<Exchange> {
  const { clock } = context
  const startedAt = clock.now()
  const url = urlOf(context, request.path)
  const sent = await sendSettled(context, request, url, ticket)
  if ('failure' in sent) return sent
  const read = await readText(context, url, sent.response)
  if ('failure' in read) return read
  const { response } = sent
  const ms = clock.now() - startedAt
  context.onEvent?.({
    kind: 'answered',
    what: request.what,
    status: response.status,
    ms,
    bytes: Buffer.byteLength(read.text),
  })
  context.log.debug('answered', { request: request.what, status: response.status, ms })
  return { answer: answerOf(response, tellable(context, request, response.status, read.text)) }
}

/** What becomes part of messages and of the run's record; tokens and records that were asked for stay as they are. */
function tellable({ secrets }: ClientContext, { what, method }: HttpRequest, status: number, text: string): string {
  if (secrets === undefined || (status === 200 && (what === 'token' || method === 'GET'))) return text
  return secrets.scrub(text)
}

function answerOf(response: Response, text: string): Answer {
  const location = response.headers.get('location')
  const retryAfter = response.headers.get('retry-after')
  return {
    status: response.status,
    text,
    contentType: response.headers.get('content-type') ?? '',
    ...(location === null ? {} : { location }),
    ...(retryAfter === null ? {} : { retryAfter }),
  }
}

/** A path that leads to another origin would carry the token there. */
function urlOf({ vanta }: ClientContext, path: string): URL {
  const url = new URL(vanta.baseUrl + path)
  if (!path.startsWith('/') || url.origin !== new URL(vanta.baseUrl).origin) {
    throw new TypeError('A request path must begin with a slash and stay on the base URL.')
  }
  return url
}

type Sent = { readonly response: Response } | { readonly failure: Unanswered }

/** Settles also what was aborted: it may have been counted until this moment. */
async function sendSettled(context: ClientContext, request: HttpRequest, url: URL, ticket: number): Promise<Sent> {
  try {
    return await send(context, request, url)
  } finally {
    await context.requests.settle(ticket)
  }
}

async function send(context: ClientContext, request: HttpRequest, url: URL): Promise<Sent> {
  const { method, headers, body, redirect } = request
  try {
    const response = await context.transport.fetch(url, {
      method,
      headers: { accept: 'application/json', 'user-agent': 'vanta-sync', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect,
      // With `redirect: 'error'` this keeps fetch from holding a second copy of the body.
      window: null,
      signal: context.signal,
    })
    return { response }
  } catch (error) {
    return { failure: explained(context, url, error) }
  }
}

async function readText(
  context: ClientContext,
  url: URL,
  response: Response,
): Promise<{ readonly text: string } | { readonly failure: Unanswered }> {
  try {
    return { text: await response.text() }
  } catch (error) {
    return { failure: explained(context, url, error) }
  }
}

function explained({ signal, transport }: ClientContext, url: URL, error: unknown): Unanswered {
  signal.throwIfAborted()
  const failure = explainFailure(error, { host: url.host, proxy: transport.proxyFor?.(url.href) })
  if (failure === undefined) throw error
  const { code, says, hint, ...rest } = failure
  const facts = { cause: error, ...(hint === undefined ? {} : { hint }) }
  return { ...rest, error: new UnavailableError(code, `Vanta is unavailable: ${says}.`, facts) }
}
