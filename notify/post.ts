/** One HTTP request to an address that is a secret, and what its answer means. Follows no redirects. */
import { isIP } from 'node:net'
import { explainFailure } from '../core/network/failure.ts'
import type { SecretRef } from '../core/secret.ts'
import { parseRetryAfter } from '../core/vanta/attempt.ts'
import { revealed, type SendFailure, type SendTools } from './sending.ts'

export interface PostRequest {
  readonly url: SecretRef
  readonly method?: 'POST' | 'GET'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
  /** Refuses plain HTTP to other machines: the address is a credential of a service on the internet. */
  readonly httpsOnly?: true
}

export interface PostAnswer {
  /** Host and port. */
  readonly host: string
  readonly status: number
  /** The beginning of the body. */
  readonly text: string
  readonly retryAfterMs?: number
}

/** Enough for what any of them answers; the rest is not read. */
const READ_BYTES = 4096

export async function post(
  { transport, clock }: SendTools,
  request: PostRequest,
): Promise<{ readonly answer: PostAnswer } | { readonly failure: SendFailure }> {
  const found = await addressOf(request)
  if ('failure' in found) return found
  const { url, authorization } = found
  const { method = 'POST', headers, body, signal } = request
  try {
    const response = await transport.fetch(url, {
      method,
      headers: { 'user-agent': 'vanta-sync', ...headers, ...authorization },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal,
    })
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after') ?? undefined, clock.now())
    const text = await beginningOf(response)
    signal.throwIfAborted()
    const answer = { host: url.host, status: response.status, text }
    return { answer: retryAfterMs === undefined ? answer : { ...answer, retryAfterMs } }
  } catch (error) {
    signal.throwIfAborted()
    const explained = explainFailure(error, { host: url.host, proxy: transport.proxyFor?.(url.href) })
    if (explained === undefined) throw error
    const hint = explained.hint ?? 'It is tried again; when it stays so, check the firewall and the proxy on the way.'
    return { failure: { ok: false, reason: explained.says, hint } }
  }
}

/** What an answer that is not the expected one means. Its text may hold anything: only single words are told. */
export function refused({ host, status, text, retryAfterMs }: PostAnswer, { describe }: SecretRef): SendFailure {
  const word = /^[a-z]+(?:_[a-z]+){0,5}$/.test(text.trim()) ? ` (${text.trim()})` : ''
  return {
    ok: false,
    reason: `${host} answered ${status}${word}`,
    hint: hintFor(status, describe),
    ...(status === 429 && retryAfterMs !== undefined ? { retryAfterMs } : {}),
  }
}

function hintFor(status: number, where: string): string {
  if (status >= 300 && status < 400)
    return `Redirects are not followed: put the address that answers itself at ${where}.`
  if (status === 401 || status === 403)
    return `The address at ${where} is not allowed to post any more: make a new one.`
  if (status === 404 || status === 410) return `Nothing is there any more: make a new address, and put it at ${where}.`
  if (status === 429) return 'It wants fewer messages; what waits is sent later.'
  if (status >= 500) return 'The other side is failing; it is tried again.'
  return `Check that the address at ${where} is of the kind that the config says.`
}

interface Address {
  readonly url: URL
  /** Of the user and password that stood in the URL; fetch takes none there. */
  readonly authorization: Readonly<Record<string, string>>
}

async function addressOf({
  url: ref,
  signal,
  httpsOnly,
}: PostRequest): Promise<Address | { readonly failure: SendFailure }> {
  const secret = await revealed(ref, signal)
  if ('failure' in secret) return secret
  const url = URL.canParse(secret.text) ? new URL(secret.text) : undefined
  const plain = url?.protocol === 'http:' && (httpsOnly !== true || isLoopback(url.hostname))
  if (url === undefined || (url.protocol !== 'https:' && !plain)) {
    const hint = `Put an address that begins with https:// at ${ref.describe}.`
    return { failure: { ok: false, reason: `the value of ${ref.describe} is no web address to post to`, hint } }
  }
  const { username, password } = url
  if (username === '' && password === '') return { url, authorization: {} }
  url.username = ''
  url.password = ''
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return { url, authorization: { authorization: `Basic ${credentials}` } }
}

/** Does the name of a host, as in a URL, lead to this machine, whatever the network says? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** As written where it is not percent-encoded correctly. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= READ_BYTES) break
    }
  } catch {
    // The status has come: what is left of the body says no more.
  }
  return Buffer.concat(chunks).toString('utf8', 0, READ_BYTES)
}
