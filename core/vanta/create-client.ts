import type { VantaRecord } from '../../schemas/resource-type.ts'
import { takePlace } from './allowance.ts'
import { attemptRepeatedly, type Result } from './attempt.ts'
import type { PutAnswer, PutRequest, RequestCounter, VantaClient } from './client.ts'
import type { ClientContext } from './context.ts'
import { type Exchange, exchange, type HttpRequest } from './exchange.ts'
import { readGetAnswer } from './get-answer.ts'
import { afterUnknown } from './outcome.ts'
import { readPutAnswer } from './put-answer.ts'
import type { ResourceAsked } from './resource-answer.ts'
import { createTokenSource, type Token, type TokenSource } from './token.ts'

/** A client for one application and one run; sends nothing before it is asked to. */
export function createVantaClient(context: ClientContext): VantaClient {
  const tokens = createTokenSource(context)
  return {
    get tokensMinted() {
      return tokens.minted
    },
    async connect() {
      await tokens.current()
    },
    async fetchRecords(path, resourceId, requests) {
      return fetchRecords({ context, tokens }, { path, resourceId, requests })
    },
    async putRecords(put) {
      return putRecords({ context, tokens }, put)
    },
  }
}

interface Connected {
  readonly context: ClientContext
  readonly tokens: TokenSource
}

interface GetRequest {
  readonly path: string
  readonly resourceId: string
  readonly requests: RequestCounter
}

async function fetchRecords(connected: Connected, get: GetRequest): Promise<readonly VantaRecord[]> {
  const { path, requests } = get
  const request: ResourceRequest = {
    what: 'get',
    method: 'GET',
    path: `${path}?resourceId=${encodeURIComponent(get.resourceId)}`,
    // No body, not even an empty one, nor its type: the edge would answer 403.
    headers: {},
    requests,
  }
  return attemptRepeatedly(connected.context, 'get', async () => {
    const sent = await sendAuthorized(connected, request)
    return readGetAnswer(sent.exchange, askedBy(connected, request, path, sent.token))
  })
}

async function putRecords(connected: Connected, put: PutRequest): Promise<PutAnswer> {
  const { path, body, requests } = put
  const headers = { 'content-type': 'application/json' }
  const request: ResourceRequest = { what: 'put', method: 'PUT', path, headers, body, requests }
  let mayHaveArrived = false
  try {
    return await attemptRepeatedly(connected.context, 'put', async () => {
      const sent = await sendAuthorized(connected, request)
      const result: Result<PutAnswer> = readPutAnswer(
        sent.exchange,
        askedBy(connected, request, path, sent.token),
        put.records,
      )
      if ('failure' in result && result.failure.effect === 'unknown') mayHaveArrived = true
      return result
    })
  } catch (error) {
    connected.context.signal.throwIfAborted()
    // What came after says nothing of the attempt whose answer was lost, a refusal included.
    throw mayHaveArrived ? afterUnknown(error) : error
  }
}

interface ResourceRequest extends Omit<HttpRequest, 'redirect'> {
  readonly what: 'put' | 'get'
  readonly requests: RequestCounter
}

function askedBy({ context }: Connected, { what }: ResourceRequest, path: string, token: Token): ResourceAsked {
  return { what, path, application: context.application, token: token.value.reveal() }
}

interface SentWith {
  readonly exchange: Exchange
  readonly token: Token
}

/** Sends with the live token; after a 401 once more with the one that `renew` mints, which does so only once. */
async function sendAuthorized(connected: Connected, request: ResourceRequest): Promise<SentWith> {
  for (;;) {
    const sent = await sendOnce(connected, request)
    if (!('answer' in sent.exchange) || sent.exchange.answer.status !== 401) return sent
    await connected.tokens.renew(sent.token)
  }
}

async function sendOnce({ context, tokens }: Connected, request: ResourceRequest): Promise<SentWith> {
  // A mint may have to wait for its minute; done first, so that the place taken below is used at once.
  await tokens.current()
  const ticket = await takePlace(context, 'resource')
  const token = await tokens.current()
  if (request.what === 'put') await context.lease.prove()
  context.signal.throwIfAborted()
  request.requests[request.what] += 1
  const { requests: _, ...http } = request
  const headers = { ...request.headers, authorization: `Bearer ${token.value.reveal()}` }
  return { exchange: await exchange(context, { ...http, headers, redirect: 'error' }, ticket), token }
}
