/** The request for a page, without credentials. */
import { parseJson } from '../../core/text/json.ts'
import { badOptions } from './failure.ts'
import type { RestOptions } from './options.ts'
import { withValueAt } from './path.ts'

export interface PageRequest {
  readonly url: URL
  /** A JSON document; undefined for GET. */
  readonly body?: unknown
}

/** Parameters by name, or by path in a body. */
export type Parameters = Readonly<Record<string, string | number>>

/**
 * The request that the options describe, before any paging.
 * @throws ConfigError `rest-options`
 */
export function baseRequest(options: RestOptions): PageRequest {
  const url = parseUrl(options.url, 'url')
  for (const [name, value] of Object.entries(options.query)) setParameter(url, name, value)
  const { method, body } = options
  if (method === 'GET' && body !== undefined) throw badOptions('`body` is only for `method: POST`')
  if (method === 'POST' && body === undefined)
    throw badOptions('`method: POST` needs `body`', 'Write {} if it is empty.')
  if (options.paging.in === 'body' && body === undefined) throw badOptions('`paging.in: body` needs `body`')
  return body === undefined ? { url } : { url, body: parseBody(body) }
}

/**
 * A URL of the configuration.
 * @throws ConfigError `rest-options` when it is none, or holds credentials; it is not shown then
 */
export function parseUrl(text: string, option: string): URL {
  if (!URL.canParse(text)) throw badOptions(`\`${option}\` is no URL`)
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw badOptions(`\`${option}\` holds a user or a password`, 'Give them by reference under `auth: { basic: … }`.')
  }
  url.hash = ''
  return url
}

/**
 * The request with these parameters set, in the URL or in the body.
 * @throws ConfigError `rest-options` when the body has no room for one
 */
export function withParameters(request: PageRequest, parameters: Parameters, place: 'query' | 'body'): PageRequest {
  const url = new URL(request.url)
  let { body } = request
  for (const [name, value] of Object.entries(parameters)) {
    if (place === 'query') setParameter(url, name, String(value))
    else body = withValueAt(body, name, value)
    if (place === 'body' && body === undefined) throw badOptions(`\`body\` has no room for a value at ${name}`)
  }
  return body === undefined ? { url } : { url, body }
}

/** Sets a query parameter. Blanks become %20: not every server takes the + of forms for one. */
export function setParameter(url: URL, name: string, value: string): void {
  url.searchParams.set(name, value)
  url.search = url.search.replaceAll('+', '%20')
}

function parseBody(text: string): unknown {
  const parsed = parseJson(text)
  if ('value' in parsed) return parsed.value
  const { says, line, column } = parsed.fault
  const where = line === undefined ? '' : ` in line ${line}, column ${column}`
  throw badOptions(`\`body\` is no JSON: ${says}${where}`)
}
