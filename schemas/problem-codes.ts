import type { FieldProblem } from './problem.ts'

/**
 * Every code that the check of a record can give, and what it means. Codes are stable: scripts and reports rely on
 * them. Mapping and the check of the whole set add codes of their own (`duplicate-id`, …).
 */
export const PROBLEM_CODES = {
  missing: 'a required field has no value, null where null means nothing, or only empty or blank text',
  'unknown-field': 'the resource type has no such field',
  'wrong-type': 'the value is of another type than the field, a number is not finite, or a whole number has a fraction',
  'not-listed': 'the text is none of the values that the field allows',
  'bad-date': 'the text is no RFC 3339 date-time with an offset, or the date does not exist',
  'out-of-range': 'the number is below or above what the field allows',
  'too-precise': 'the number has more than one decimal',
  'not-https': 'the text is not a URL that begins with https://',
  'bad-email': 'the text does not look like an e-mail address',
  'surrounding-blanks': 'the text begins or ends with a blank',
  'broken-text': 'the text holds half a surrogate pair, which cannot be sent as UTF-8',
  'not-allowed': 'another field of the record says that this one must have no value',
} as const

export type ProblemCode = keyof typeof PROBLEM_CODES

export function fieldProblem(code: ProblemCode, field: string, message: string): FieldProblem {
  return { code, field, message }
}
