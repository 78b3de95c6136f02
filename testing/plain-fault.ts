import { describeValue } from '../core/text/describe.ts'

export interface PlainFault {
  /** Keys from the fields down: `manager.mail`. */
  readonly path: string
  /** `a date`, `an object with a class of its own`. */
  readonly what: string
}

/** The first value among a row's fields that is not plain data; undefined when all are. */
export function plainFault(fields: object): PlainFault | undefined {
  return faultBelow(fields, [])
}

function faultBelow(value: unknown, path: readonly string[]): PlainFault | undefined {
  const what = notPlain(value)
  if (what !== undefined) return { path: path.join('.'), what }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const fault = faultBelow(item, [...path, key])
    if (fault !== undefined) return fault
  }
  return undefined
}

function notPlain(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? undefined : 'a number that is not finite'
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    case 'object':
      return value === null || Array.isArray(value) ? undefined : objectFault(value)
    default:
      return undefined
  }
}

/** Keys that an object inherits would pass for columns. */
function objectFault(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return undefined
  // Of another realm: its prototype is as bare as ours.
  if (Object.getPrototypeOf(prototype) === null && !(value instanceof Date)) return inheritedKey(value)
  return value instanceof Date ? describeValue(value) : `an object of the class ${value.constructor.name}`
}

function inheritedKey(value: object): string | undefined {
  for (const key in value) {
    if (!Object.hasOwn(value, key)) return `an object that inherits the key "${key}"`
  }
  return undefined
}
