/** A fault as the control API is sent it: nothing that was typed is ignored. */
import { describeValue } from '../../core/text/describe.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { isObject } from '../api-request.ts'
import type { FaultEffect, FaultTarget } from './fault.ts'

type Check = (value: unknown) => boolean

interface Field {
  readonly fits: Check
  readonly expected: string
}

export interface FaultRequest {
  readonly on: FaultTarget
  readonly do: FaultEffect
}

const TEXT: Field = { fits: (value) => typeof value === 'string', expected: 'text' }
const FROM_ONE: Field = { fits: isFromOne, expected: 'a whole number from 1' }
const TRUE: Field = { fits: (value) => value === true, expected: 'true' }

const TARGET: Readonly<Record<string, Field>> = {
  method: TEXT,
  path: { fits: (value) => typeof value === 'string' && value.startsWith('/'), expected: 'a path that begins with /' },
  nth: FROM_ONE,
  count: { fits: (value) => value === 'all' || isFromOne(value), expected: 'a whole number from 1, or "all"' },
}

const RESETS: readonly unknown[] = ['before-body', 'after-body', 'after-commit']

/** One of these keys says what happens. */
const EFFECTS: Readonly<Record<string, Field>> = {
  status: { fits: isStatus, expected: 'a status from 200 to 599' },
  reset: { fits: (value) => RESETS.includes(value), expected: RESETS.map((name) => `"${String(name)}"`).join(' or ') },
  loseAnswer: TRUE,
  truncate: TRUE,
  html: TRUE,
  delay: { fits: (value) => typeof value === 'number' && value >= 0, expected: 'milliseconds, from 0' },
  revokeToken: TRUE,
  expireToken: TRUE,
  rotateSecret: {
    fits: (value) => value === true || (typeof value === 'string' && value !== ''),
    expected: 'true or the new secret',
  },
}

/** These may stand beside `status`. */
const WITH_STATUS: Readonly<Record<string, Field>> = {
  body: { fits: () => true, expected: 'anything' },
  headers: {
    fits: (value) => isObject(value) && Object.values(value).every((text) => typeof text === 'string'),
    expected: 'an object of texts',
  },
  commit: { fits: (value) => typeof value === 'boolean', expected: 'true or false' },
}

/** The fault, or a sentence that says what is wrong with it. */
export function parseFault(value: unknown): FaultRequest | string {
  if (!isObject(value)) return `a fault must be an object with "on" and "do"; it is ${describeValue(value)}`
  const stray = strayKey(value, ['on', 'do'], 'a fault')
  if (stray) return stray
  const on = value['on'] ?? {}
  const effect = value['do']
  if (!isObject(on)) return `"on" must be an object; it is ${describeValue(on)}`
  if (!isObject(effect)) return `"do" must be an object that says what happens; it is ${describeValue(effect)}`
  const problem = misfit(on, TARGET, 'on') ?? effectProblem(effect)
  return problem ?? { on, do: effect as unknown as FaultEffect }
}

function effectProblem(effect: Record<string, unknown>): string | undefined {
  const fields = 'status' in effect ? { ...EFFECTS, ...WITH_STATUS } : EFFECTS
  const problem = misfit(effect, fields, 'do')
  if (problem !== undefined) return problem
  const named = Object.keys(effect).filter((key) => key in EFFECTS)
  if (named.length === 1) return undefined
  return `"do" must name one effect, it names ${named.length}: ${Object.keys(EFFECTS).join(', ')}`
}

function misfit(
  given: Record<string, unknown>,
  fields: Readonly<Record<string, Field>>,
  where: string,
): string | undefined {
  const stray = strayKey(given, Object.keys(fields), `"${where}"`)
  if (stray) return stray
  for (const [key, value] of Object.entries(given)) {
    const field = fields[key]
    if (field && !field.fits(value)) return `"${where}.${key}" must be ${field.expected}; it is ${describeValue(value)}`
  }
  return undefined
}

function strayKey(given: Record<string, unknown>, known: readonly string[], where: string): string | undefined {
  const stray = Object.keys(given).find((key) => !known.includes(key))
  if (stray === undefined) return undefined
  const near = nearestName(stray, known)
  return `${where} has no key "${stray}"${near === undefined ? '' : `; did you mean "${near}"?`} (${known.join(', ')})`
}

function isFromOne(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
}

function isStatus(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599
}
