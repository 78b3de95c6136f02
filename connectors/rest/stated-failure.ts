/**
 * Answers with a status of success whose text says that they are none, or a part. An empty page of such an API would
 * otherwise be the end of the list.
 */
import { isSomething, keyOf } from './wording.ts'

/** Keys at the top of an answer, as `keyOf` writes them. */
const ERRORS = new Set(['error', 'errors', 'exception', 'fault'])
const SUCCESS = new Set(['success', 'ok', 'succeeded', 'issuccess', 'issuccessful'])
const OUTCOMES = new Set(['status', 'result', 'outcome'])
const PARTIAL = new Set(['incompleteresults', 'partial', 'ispartial', 'partialresults', 'timedout'])

export interface StatedFailure {
  readonly key: string
  readonly kind: 'failed' | 'partial'
}

/**
 * The first key at the top of a document that says so; undefined when none does.
 * @param ignored keys that mean something else here
 */
export function statedFailure(document: unknown, ignored: ReadonlySet<string>): StatedFailure | undefined {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined
  for (const [key, value] of Object.entries(document)) {
    if (ignored.has(key)) continue
    const name = keyOf(key)
    if (tellsFailure(name, value)) return { key, kind: 'failed' }
    if (PARTIAL.has(name) && value === true) return { key, kind: 'partial' }
  }
  return undefined
}

function tellsFailure(name: string, value: unknown): boolean {
  if (ERRORS.has(name)) return Array.isArray(value) ? value.length > 0 : isSomething(value)
  if (SUCCESS.has(name)) return value === false || value === 'false'
  return OUTCOMES.has(name) && typeof value === 'string' && /^(error|fail|failed|failure)$/i.test(value)
}
