/** Server texts as they may appear in our messages. */
import { Secret } from '../secret.ts'
import { createScrubber } from '../secret-forms.ts'

const MAX_EXCERPT = 300

/** Parsed JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // The parser's message quotes the input, which may hold a token: what matters is only that it is no JSON.
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The sentence within an error answer: `error`, `message` or `error_description` of a JSON object, else the text. */
export function serverText(text: string): string {
  const document = parseJson(text)
  if (!isObject(document)) return text
  const parts = [document['error'], document['error_description'], document['message']].map(textOf)
  const said = [...new Set(parts.filter((part) => part !== ''))]
  return said.length === 0 ? text : said.join(': ')
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return isObject(value) && typeof value['message'] === 'string' ? value['message'] : ''
}

/**
 * The server's text for a message of ours: on one line, cut, without `secrets`, the ids of records and addresses.
 * `(no text)` when there is none, `(an HTML page)` for a page.
 */
export function excerpt(text: string, secrets: readonly string[] = []): string {
  if (isHtml(text)) return '(an HTML page)'
  const said = serverText(text)
  const clean = withoutSecrets(said, secrets)
  const line = withoutPersonal(said === text ? clean : withoutJson(clean))
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (line === '') return '(no text)'
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT)}…` : line
}

export function isHtml(text: string): boolean {
  return /^\s*</.test(text)
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return createScrubber(
    secrets.map((secret) => new Secret(secret)),
    { least: 2 },
  )(text)
}

/** A sentence that goes on with JSON repeats what it was sent: records, and with them people. */
function withoutJson(sentence: string): string {
  return sentence.replace(/[[{]\s*["{[][^]*$/, '…')
}

/** Ids and e-mail addresses name people; the record's place in the PUT names it well enough. */
function withoutPersonal(text: string): string {
  return text
    .replaceAll(/ with uniqueId .*?(?= \(element \d+\)|$)/g, '')
    .replaceAll(/[^\s"'<>(),:;]+@[^\s"'<>(),:;]+/g, '[address]')
}
