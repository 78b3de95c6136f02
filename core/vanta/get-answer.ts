/** What the answer to a GET holds. Anything but a list is refused: taken for an empty one, it would plan leavers. */
import type { VantaRecord } from '../../schemas/resource-type.ts'
import { RefusedError } from '../errors.ts'
import { isHtml, isObject, parseJson } from './answer-text.ts'
import type { Result } from './attempt.ts'
import type { Answer, Exchange } from './exchange.ts'
import { type ResourceAsked, refused, unanswered } from './resource-answer.ts'

export function readGetAnswer(exchange: Exchange, asked: ResourceAsked): Result<readonly VantaRecord[]> {
  if ('failure' in exchange) return { failure: unanswered(exchange, asked) }
  const { answer } = exchange
  if (answer.status < 200 || answer.status > 299) return refused(answer, asked)
  // 203 and 206 are answers that something on the way changed or cut.
  const records = answer.status === 200 ? recordsOf(parseJson(answer.text)) : undefined
  return records === undefined ? unexpected(answer, asked) : { value: records }
}

function recordsOf(document: unknown): readonly VantaRecord[] | undefined {
  if (!isObject(document) || !Array.isArray(document['resources'])) return undefined
  const records: readonly unknown[] = document['resources']
  return records.every(isObject) ? records : undefined
}

function unexpected(answer: Answer, { path }: ResourceAsked): Result<never> {
  const error = new RefusedError(
    'unexpected-answer',
    `Vanta answered ${answer.status} to GET ${path} with ${describeBody(answer.text)}, not with a list of records.`,
    { hint: 'Nothing is concluded from it. Check the base URL, and what a proxy on the way changes.' },
  )
  return { failure: { error, trouble: { kind: 'status', status: answer.status }, effect: 'none' } }
}

function describeBody(text: string): string {
  if (text.trim() === '') return 'nothing'
  if (isHtml(text)) return 'an HTML page'
  return parseJson(text) === undefined ? 'text that is no JSON' : 'JSON of another form'
}
