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
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

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

/** Steps over strings by hand: one pattern for both would run out of its stack in a string of some megabytes. */
function quoteLongNumbers(text: string): string {
  let quoted = ''
  for (let at = 0; at < text.length; ) {
    const open = text.indexOf('"', at)
    const start = open === -1 ? text.length : open
    const end = open === -1 ? text.length : endOfString(text, open)
    const between = text.slice(at, start).replace(NUMBER, (token) => (isExact(token) ? token : `"${token}"`))
    quoted += between + text.slice(start, end)
    at = end
  }
  return quoted
}

/** Index behind the quotation mark that closes the string; the end of the text when none does. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close === -1 ? text.length : close + 1
}

/** Whether an odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first--
  return (at - first) % 2 === 1
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
