/** One request from its arrival to its end: log, faults, the edge's own refusals, the handler, the answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, edgeRefusal, gatewayTimeout, html, json, movedTo, plain, tooLarge } from './answer.ts'
import type { ApiRequest } from './api-request.ts'
import { announcesBody, BODY_LIMIT, readBody } from './body.ts'
import { deliver, deliverHalf, hangUp } from './deliver.ts'
import type { FaultEffect, StatusEffect } from './faults/fault.ts'
import { type DueEffects, takeDue } from './faults/fault-book.ts'
import { type OpenEntry, openEntry, publicEntry } from './request-log.ts'
import { answerRequest } from './route.ts'
import { checkToken, killToken, rotateSecret } from './tokens.ts'
import type { World } from './world.ts'

export interface Exchange {
  readonly world: World
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** Aborts when the sandbox stops. */
  readonly signal: AbortSignal
}

/** Serves one request of the API; resolves when it is over, also when it ends badly on purpose. */
export async function serveExchange(exchange: Exchange): Promise<void> {
  const { world, incoming } = exchange
  const method = incoming.method ?? 'GET'
  const url = incoming.url ?? '/'
  const path = url.split('?', 1)[0] ?? '/'
  const due = takeDue(world.faults, method, path)
  const entry = openEntry(world.log, world.clock, method, url)
  try {
    await proceed(exchange, entry, due)
  } catch {
    entry.note = exchange.signal.aborted ? 'the sandbox was stopped' : 'the client went away'
    incoming.socket.destroy()
  }
  entry.durationMs = world.clock.now() - entry.startedAt
  world.onRequest?.(publicEntry(entry))
}

async function proceed(exchange: Exchange, entry: OpenEntry, due: DueEffects): Promise<void> {
  const { incoming } = exchange
  const reset = due.ending && 'reset' in due.ending ? due.ending.reset : undefined
  if (reset === 'before-body') return breakOff(exchange, entry, 'reset', 'reset before the body was read')
  const body = await readBody(incoming)
  entry.bytes = body === 'too-large' ? BODY_LIMIT + 1 : body.length
  if (reset === 'after-body') return breakOff(exchange, entry, 'reset', 'reset after the body was read')
  const process = (): Answer => answerAtEdge(exchange, entry, body)
  if (!(await prepare(exchange, entry, due, process))) return
  await conclude(exchange, entry, due.ending, process)
}

/** Delays and what happens to tokens meanwhile. @returns false when the gateway has answered already */
async function prepare(exchange: Exchange, entry: OpenEntry, due: DueEffects, process: () => Answer): Promise<boolean> {
  const { world, signal } = exchange
  const patience = world.assumptions.gatewayTimeoutMs
  const delay = due.preparations.reduce((total, effect) => total + ('delay' in effect ? effect.delay : 0), 0)
  const timedOut = delay > patience
  if (delay > 0) await world.clock.sleep(timedOut ? patience : delay, signal)
  if (timedOut) {
    entry.note = `the gateway did not wait for an answer that took ${delay} ms`
    await send(exchange, entry, gatewayTimeout())
    await world.clock.sleep(delay - patience, signal)
  }
  for (const effect of due.preparations) meddle(world, effect)
  if (timedOut) process()
  return !timedOut
}

/** What another process, the clock or an administrator does to tokens and secrets. */
function meddle(world: World, effect: FaultEffect): void {
  for (const application of world.applications.values()) {
    if ('revokeToken' in effect) killToken(application, 'a newer token of this application has replaced it')
    if ('expireToken' in effect) killToken(application, 'the token expired')
    if ('rotateSecret' in effect) {
      rotateSecret(application, effect.rotateSecret === true ? undefined : effect.rotateSecret)
    }
  }
}

async function conclude(
  exchange: Exchange,
  entry: OpenEntry,
  ending: FaultEffect | undefined,
  process: () => Answer,
): Promise<void> {
  if (!ending) return send(exchange, entry, process())
  if ('status' in ending) return sendInstead(exchange, entry, ending, process)
  if ('html' in ending) {
    entry.note = 'a page of HTML was put in the way'
    return send(
      exchange,
      entry,
      html(200, '<!DOCTYPE html>\n<html><body><h1>Welcome to the guest network</h1></body></html>\n'),
    )
  }
  const answer = process()
  if ('truncate' in ending) {
    entry.note = 'the answer broke off half-way'
    entry.status = answer.status
    return deliverHalf(exchange.outgoing, answer)
  }
  const how = 'loseAnswer' in ending ? 'close' : 'reset'
  return breakOff(exchange, entry, how, how === 'close' ? 'the answer was lost' : 'reset after the commit')
}

function sendInstead(exchange: Exchange, entry: OpenEntry, effect: StatusEffect, process: () => Answer): Promise<void> {
  if (effect.commit) process()
  entry.note = effect.commit ? 'answered by a fault after the commit' : 'answered by a fault'
  const { body = { error: `The sandbox was told to answer ${effect.status}` } } = effect
  if (effect.status === 204 || effect.status === 304) {
    return send(exchange, entry, { status: effect.status, headers: lowerCased(effect.headers), body: '' })
  }
  const answer = typeof body === 'string' ? plain(effect.status, body) : json(effect.status, body)
  return send(exchange, entry, { ...answer, headers: { ...answer.headers, ...lowerCased(effect.headers) } })
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function send(exchange: Exchange, entry: OpenEntry, answer: Answer): Promise<void> {
  entry.status = answer.status
  return deliver(exchange.outgoing, answer)
}

function breakOff(exchange: Exchange, entry: OpenEntry, how: 'reset' | 'close', note: string): void {
  entry.note = note
  hangUp(exchange.incoming, how)
}

/** The edge refuses before the API sees the request. */
function answerAtEdge(exchange: Exchange, entry: OpenEntry, body: Buffer | 'too-large'): Answer {
  const { world, incoming } = exchange
  if (world.redirectTo !== undefined) return movedTo(world.redirectTo, entry.path)
  if (isReading(entry.method) && announcesBody(incoming)) return edgeRefusal()
  if (body === 'too-large') return tooLarge(BODY_LIMIT)
  const request = toApiRequest(entry, incoming, body)
  request.token = checkToken(world, request.authorization).id
  const answer = answerRequest(world, request)
  if (request.token !== undefined) entry.token = request.token
  return answer
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function toApiRequest(entry: OpenEntry, incoming: IncomingMessage, body: Buffer): ApiRequest {
  const [path = '/', ...query] = entry.path.split('?')
  return {
    method: entry.method,
    path,
    query: new URLSearchParams(query.join('?')),
    authorization: incoming.headers.authorization,
    contentType: incoming.headers['content-type'] ?? '',
    body,
    token: undefined,
  }
}
