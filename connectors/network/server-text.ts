/** What a server says of its refusal, as it may appear in our messages. */
import type { Secret } from '../../core/secret.ts'
import { createScrubber } from '../../core/secret-forms.ts'
import { parseJson } from '../../core/text/json.ts'

const MAX_EXCERPT = 200
/** Where APIs put the sentence: OAuth, RFC 9457, JSON:API, GraphQL, and habit. */
const SENTENCES = ['error', 'error_description', 'message', 'title', 'detail', 'errors'] as const
const MAX_DEPTH = 3

/**
 * The server's own words on one line, cut, without secrets and e-mail addresses; `an HTML page` for a page, undefined
 * when it says nothing that could be a sentence for people.
 */
export function serverText(text: string, secrets: readonly Secret[] = []): string | undefined {
  if (isHtml(text)) return 'an HTML page'
  const parsed = parseJson(text)
  const said = 'value' in parsed ? [...new Set(sentencesIn(parsed.value, 0))].join(': ') : text
  const line = withoutAddresses(createScrubber(secrets, { least: 2 })(said))
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (line === '') return undefined
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT)}…` : line
}

export function isHtml(text: string): boolean {
  return /^\s*<(!doctype html|html|head|body|!--)/i.test(text)
}

/** A page with a field for a password, or that speaks of signing in. */
export function isLoginPage(text: string): boolean {
  return isHtml(text) && /type=["']?password|sign[ -]?in|log[ -]?in|SAMLRequest/i.test(text)
}

function sentencesIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return depth === 0 ? [] : [value]
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return []
  if (Array.isArray(value)) return sentencesIn(value[0], depth)
  const object = value as Readonly<Record<string, unknown>>
  return SENTENCES.flatMap((key) => (Object.hasOwn(object, key) ? sentencesIn(object[key], depth + 1) : []))
}

/** They name people. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/[^\s"'<>(),:;]+@[^\s"'<>(),:;]+/g, '[address]')
}
