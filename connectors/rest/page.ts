/** Is an answer a page of rows? Whatever else it is, it must not be taken for a page without any. */
import { RetryLaterError } from '../../core/errors.ts'
import type { Secret } from '../../core/secret.ts'
import { describeValue } from '../../core/text/describe.ts'
import { parseJson } from '../../core/text/json.ts'
import type { TextAnswer } from '../network/http.ts'
import { isHtml, isLoginPage, serverText } from '../network/server-text.ts'
import { badAnswer } from './failure.ts'
import { valueAt } from './path.ts'
import type { PageRequest } from './request.ts'
import { type StatedFailure, statedFailure } from './stated-failure.ts'

export type Fields = Record<string, unknown>

export interface Page {
  /** From 1. */
  readonly number: number
  /** As it was asked for, without credentials. */
  readonly request: PageRequest
  readonly status: number
  readonly headers: Headers
  /** The answer, parsed. */
  readonly document: unknown
  readonly rows: readonly Fields[]
}

export interface PageFacts {
  /** Of the request, for messages: `GET https://hr.example.com/v1/people (page 3)`. */
  readonly name: string
  readonly rowsPath: string | undefined
  readonly secrets: readonly Secret[]
  /** Keys of the answer that tell of no failure, whatever they are called. */
  readonly ignored: readonly string[]
}

/** How far below the root a list is looked for, to help whoever named another path. */
const SEARCH_DEPTH = 3

/**
 * The document of an answer and the rows in it.
 * @throws OperatorError for an answer that is no page; RetryLaterError for one that is not ready
 */
export function readPage(answer: TextAnswer, facts: PageFacts): Pick<Page, 'document' | 'rows'> {
  const document = readDocument(answer, facts)
  const own = facts.rowsPath?.split('.')[0] ?? ''
  const failure = statedFailure(document, new Set([own, ...facts.ignored]))
  if (failure !== undefined) throw notWhole(failure, answer, facts)
  return { document, rows: rowsOf(document, facts) }
}

function readDocument({ status, headers, text }: TextAnswer, { name }: PageFacts): unknown {
  if (status === 202) {
    throw new RetryLaterError(
      'rest-not-ready',
      `${name} was answered with 202: the system has yet to make the answer`,
      {
        hint: 'When it stays so, the system wants to be asked again at another address, which this connector does not do.',
      },
    )
  }
  if (text.trim() === '') {
    throw badAnswer(
      'rest-empty-answer',
      `${name} was answered with ${status} and no text`,
      'An API without rows answers with an empty list; this is no answer at all.',
    )
  }
  if (isHtml(text)) throw htmlAnswer(name, text)
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  // Some systems name no type, or plain text, and mean JSON.
  if (!/^(application|text)\/([\w.+-]+\+)?json$|^text\/(plain|javascript)$|^$/.test(type)) {
    throw badAnswer('rest-content-type', `${name} was answered with ${type}, not with JSON`, acceptHint(type))
  }
  const parsed = parseJson(text)
  if ('value' in parsed) return parsed.value
  const { says, line, column } = parsed.fault
  const where = line === undefined ? '' : ` (line ${line}, column ${column})`
  throw badAnswer('rest-bad-json', `the answer to ${name} is no JSON: ${says}${where}`)
}

function htmlAnswer(name: string, text: string): Error {
  if (isLoginPage(text)) {
    return badAnswer(
      'rest-login-page',
      `${name} was answered with a login page`,
      'The credentials are missing, wrong or expired, or the URL is one for browsers and not that of an API.',
    )
  }
  return badAnswer(
    'rest-html',
    `${name} was answered with an HTML page, not with JSON`,
    'Check the URL, and what a proxy on the way shows.',
  )
}

function acceptHint(type: string): string {
  return type.includes('xml') || type.includes('csv')
    ? 'Ask for JSON with a header or a parameter, as the system documents it.'
    : 'Check the URL.'
}

function notWhole({ key, kind }: StatedFailure, { status, text }: TextAnswer, { name, secrets }: PageFacts): Error {
  const meant = `if \`${key}\` means something else, name it in \`ignoreSigns\`.`
  const answered = `${name} was answered with ${status}, yet \`${key}\` in the answer says`
  if (kind === 'partial') {
    return badAnswer('rest-partial', `${answered} that it is only a part`, `The next run reads again; ${meant}`)
  }
  const said = serverText(text, secrets)
  const hint = `Compare the request (query, variables, rights) with what the system documents; ${meant}`
  return badAnswer('rest-errors', `${answered} that it failed${said === undefined ? '' : ` ("${said}")`}`, hint)
}

function rowsOf(document: unknown, { name, rowsPath }: PageFacts): readonly Fields[] {
  const found = rowsPath === undefined ? document : valueAt(document, rowsPath)
  if (!Array.isArray(found)) {
    const where = rowsPath === undefined ? 'the answer' : `\`${rowsPath}\` in the answer`
    throw badAnswer(
      'rest-no-rows',
      `${where} to ${name} is ${describeValue(found)}, and should be the list of rows`,
      rowsHint(document),
    )
  }
  for (const [i, row] of found.entries()) {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) continue
    throw badAnswer(
      'rest-row',
      `item ${i + 1} of ${name} is ${describeValue(row)}, and should be an object with fields`,
    )
  }
  return found as Fields[]
}

function rowsHint(document: unknown): string {
  if (Array.isArray(document)) return 'The answer itself is a list: leave out `rows`.'
  const path = pathOfList(document, SEARCH_DEPTH)
  return path === undefined
    ? 'Name the path of the list in `rows`.'
    : `There is a list at \`${path}\`: is that \`rows\`?`
}

function pathOfList(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined
  for (const [key, inner] of Object.entries(value)) {
    if (Array.isArray(inner)) return key
    const below = pathOfList(inner, depth - 1)
    if (below !== undefined) return `${key}.${below}`
  }
  return undefined
}
