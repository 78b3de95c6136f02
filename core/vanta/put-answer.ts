/** What the answer to a PUT proves. */
import { RefusedError } from '../errors.ts'
import { excerpt, isObject, parseJson } from './answer-text.ts'
import type { Result } from './attempt.ts'
import type { PutAnswer } from './client.ts'
import type { Answer, Exchange } from './exchange.ts'
import { OutcomeUnknownError, PARTLY_REFUSED } from './outcome.ts'
import { type ResourceAsked, refused, unanswered } from './resource-answer.ts'

const MAX_KEPT = 2000

/** @param records how many the PUT held, to compare with what Vanta counted */
export function readPutAnswer(exchange: Exchange, asked: ResourceAsked, records: number): Result<PutAnswer> {
  if ('failure' in exchange) return { failure: unanswered(exchange, asked) }
  const { answer } = exchange
  if (answer.status < 200 || answer.status > 299) return refused(answer, asked)
  const document = parseJson(answer.text)
  const facts = isObject(document) ? document : {}
  const counts = isObject(facts['results']) ? facts['results'] : {}
  const { accepted, rejected } = counts
  if (facts['success'] === false || (typeof rejected === 'number' && rejected > 0)) {
    return notTaken(answer, asked, accepted)
  }
  const confirmed = facts['success'] === true || (accepted === records && rejected === 0)
  if (!confirmed) return unconfirmed(answer, asked)
  return { value: { status: answer.status, text: answer.text.slice(0, MAX_KEPT) } }
}

function notTaken(answer: Answer, asked: ResourceAsked, accepted: unknown): Result<never> {
  const partly = typeof accepted === 'number' && accepted > 0
  const code = partly ? PARTLY_REFUSED : 'not-accepted'
  const message = `Vanta answered ${answer.status} to the push, but did not take ${partly ? 'all of it' : 'it'}: ${excerpt(answer.text, [asked.token])}.`
  const error = new RefusedError(code, message, {
    hint: 'The answer is kept in the run record; compare with `remote`.',
  })
  return { failure: { error, trouble: { kind: 'status', status: answer.status }, effect: 'none' } }
}

/** A success without the word for it, such as a page that a proxy shows: it may have arrived, and it may not. */
function unconfirmed(answer: Answer, asked: ResourceAsked): Result<never> {
  const said = excerpt(answer.text, [asked.token])
  const error = new OutcomeUnknownError(
    `Vanta answered ${answer.status} to the push without confirming it: ${said}. It is unknown whether it arrived.`,
    { hint: 'The next run settles it by reading back what Vanta holds. Check what is between here and Vanta.' },
  )
  return { failure: { error, trouble: { kind: 'status', status: answer.status }, effect: 'unknown' } }
}
