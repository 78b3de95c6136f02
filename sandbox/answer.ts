/** Answers as data, so that a handler decides and one place sends. */
import { escapeHtml } from './escape.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Text, or pieces of it that are sent as they come. */
  readonly body: string | Iterable<string>
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonText(status, JSON.stringify(value), headers)
}

export function jsonText(
  status: number,
  body: string | Iterable<string>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body }
}

export function plain(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

export function html(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

/** What the API's web framework says of a path or method that it does not know. */
export function cannot(method: string, path: string): Answer {
  const text = `Cannot ${escapeHtml(method)} ${escapeHtml(path)}`
  const head = '<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>'
  return html(404, `<!DOCTYPE html>\n<html lang="en">\n${head}\n<body>\n<pre>${text}</pre>\n</body>\n</html>\n`)
}

/** The page with which the edge in front of the API refuses a request before the API sees it. */
export function edgeRefusal(): Answer {
  const title = '403 ERROR'
  const body = `<h1>${title}</h1>\n<h2>The request could not be satisfied.</h2>\n<p>Bad request.</p>`
  return html(403, `<!DOCTYPE html>\n<html><head><title>${title}</title></head>\n<body>\n${body}\n</body></html>\n`)
}

export function gatewayTimeout(): Answer {
  return json(504, { message: 'Endpoint request timed out' })
}

export function tooLarge(limit: number): Answer {
  return plain(413, `HTTP content length exceeded ${limit} bytes.`)
}

/** The permanent redirect of a host of another region to the one that serves. */
export function movedTo(origin: string, path: string): Answer {
  return { status: 308, headers: { location: `${origin.replace(/\/+$/, '')}${path}` }, body: '' }
}
