/**
 * The rules that JSON Type Definition cannot say, one function each. A rule looks only at values of the right type:
 * whatever else is wrong with a field, the form has reported.
 */
import { describeValue } from '../core/text/describe.ts'
import type { FieldProblem } from './problem.ts'
import { fieldProblem } from './problem-codes.ts'
import type { VantaRecord } from './resource-type.ts'

export type Rule = (record: VantaRecord) => FieldProblem | undefined

const HIGHEST_SCORE = 10

// One `@`, no blanks or brackets, and a domain of at least two labels. Letters of any script are fine.
const ASCII_EMAIL = /^[\w.+'-]+@(?:[\w-]+\.)+[\w-]+$/
const EMAIL = /^[^\s@<>(),;:"[\]\\]+@(?:[\p{L}\p{N}\p{M}_-]+\.)+[\p{L}\p{N}\p{M}_-]+$/u

/** Vanta refuses the whole snapshot for one link that is not https. */
export function externalUrlIsHttps(record: VantaRecord): FieldProblem | undefined {
  const url = record['externalUrl']
  if (typeof url !== 'string' || (url.startsWith('https://') && URL.canParse(url))) return undefined
  const expected = 'expected a URL that begins with https:// and names a host'
  return fieldProblem('not-https', 'externalUrl', `the value is ${describeValue(url)}, no https URL; ${expected}`)
}

/** An id that differs from itself by a blank would make one person a leaver and a joiner. */
export function uniqueIdHasNoSurroundingBlanks(record: VantaRecord): FieldProblem | undefined {
  const id = record['uniqueId']
  if (typeof id !== 'string' || id === id.trim()) return undefined
  const message = `the value is ${describeValue(id)} with blanks around it; expected text without them`
  return fieldProblem('surrounding-blanks', 'uniqueId', message)
}

/** An address that cannot be one links the record to nobody. */
export function looksLikeEmail(field: string): Rule {
  return (record) => {
    const email = record[field]
    if (typeof email !== 'string' || ASCII_EMAIL.test(email) || EMAIL.test(email)) return undefined
    const expected = 'expected an e-mail address such as name@example.com'
    return fieldProblem('bad-email', field, `the value is ${describeValue(email)}, no e-mail address; ${expected}`)
  }
}

export function unknownMfaHasNoMethods(record: VantaRecord): FieldProblem | undefined {
  const methods = record['mfaMethods']
  if (record['mfaEnabled'] !== null || !Array.isArray(methods) || methods.length === 0) return undefined
  const message = `the value is ${describeValue(methods)}; expected an empty list, since mfaEnabled is null (unknown)`
  return fieldProblem('not-allowed', 'mfaMethods', message)
}

/** A time that only records in one state may have; with a state unlisted or missing there is no verdict. */
export interface StateTime {
  readonly field: string
  readonly stateField: string
  readonly state: string
  readonly otherStates: readonly string[]
}

export function onlyInState({ field, stateField, state, otherStates }: StateTime): Rule {
  return (record) => {
    const now = record[stateField]
    if (isAbsent(record[field]) || typeof now !== 'string' || !otherStates.includes(now)) return undefined
    const found = `the value is ${describeValue(record[field])}`
    return fieldProblem(
      'not-allowed',
      field,
      `${found}; expected no value, since ${stateField} is ${now} and not ${state}`,
    )
  }
}

export function closedTaskHasItsTime(record: VantaRecord): FieldProblem | undefined {
  if (record['taskState'] !== 'CLOSED' || !isAbsent(record['closedTimestamp'])) return undefined
  const message = 'the value is missing; expected date-time, since taskState is CLOSED'
  return fieldProblem('missing', 'closedTimestamp', message)
}

export function isScore(field: string): Rule {
  return (record) => {
    const score = record[field]
    if (typeof score !== 'number' || !Number.isFinite(score) || (score >= 0 && score <= HIGHEST_SCORE)) return undefined
    const found = `the value is ${describeValue(score)} ${score < 0 ? 'below 0' : `above ${HIGHEST_SCORE}`}`
    return fieldProblem('out-of-range', field, `${found}; expected 0 to ${HIGHEST_SCORE}`)
  }
}

export function severityIsInTenths(record: VantaRecord): FieldProblem | undefined {
  const severity = record['severity']
  if (typeof severity !== 'number' || !Number.isFinite(severity)) return undefined
  if (Math.round(severity * 10) / 10 === severity) return undefined
  return fieldProblem(
    'too-precise',
    'severity',
    'the value is a number with more than one decimal; expected it rounded to a tenth',
  )
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}
