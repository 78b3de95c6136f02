/** JSON as it comes from systems that are not ours. */

/** Why a text is no JSON. There is no snippet: what stands there may be a person's, or a secret. */
export interface JsonFault {
  /** A clause: `it ends too early`. */
  readonly says: string
  /** From 1; undefined when the parser does not tell. */
  readonly line?: number
  readonly column?: number
}

export type JsonResult = { readonly value: unknown } | { readonly fault: JsonFault }

/** Longer than what a double keeps exactly, with or without a fraction. */
const LONG_NUMBER = /\d[\d.]{15}/
/** A string, to be stepped over, or a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * Parses JSON. A number that a double cannot hold as it is written, such as an id of 19 digits, becomes its own text;
 * `__proto__` is an ordinary key.
 */
export function parseJson(text: string): JsonResult {
  try {
    return { value: JSON.parse(LONG_NUMBER.test(text) ? quoteLongNumbers(text) : text) as unknown }
  } catch {
    return { fault: faultIn(text) }
  }
}

function quoteLongNumbers(text: string): string {
  return text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') || isExact(token) ? token : `"${token}"`))
}

/** Does it come back as the digits that were written? Trailing zeros of a fraction may go. */
function isExact(token: string): boolean {
  const digits = token.replace(/^-|[eE].*$|\./g, '').replace(/^0+/, '')
  if (digits.length <= 15) return true
  return /[.eE]/.test(token) ? String(Number(token)) === token : Number.isSafeInteger(Number(token))
}

function faultIn(text: string): JsonFault {
  if (text.trim() === '') return { says: 'there is nothing in it' }
  try {
    JSON.parse(text)
    return { says: 'a number stands where none may' }
  } catch (error) {
    return explain(text, error instanceof Error ? error.message : '')
  }
}

/** The parser's own message quotes the text, so only its position is used. */
function explain(text: string, message: string): JsonFault {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined) {
    return { says: message.includes('end of JSON') ? 'it ends too early' : 'a character stands where none may' }
  }
  const before = text.slice(0, Number(position)).split('\n')
  const says = Number(position) >= text.length ? 'it ends too early' : 'a character stands where none may'
  return { says, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
