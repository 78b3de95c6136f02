/**
 * What can be told of a statement without knowing its language: how many there are, and how many placeholders. Needed
 * where the database itself does not refuse several statements, or values that are missing.
 */

export interface Shape {
  /** Those between semicolons that hold more than blanks and comments. */
  readonly statements: number
  /** Values that `?` and `?1` ask for. */
  readonly placeholders: number
  /** The first placeholder with a name: `:id`. */
  readonly named: string | undefined
}

/** Comments, quoted names and texts, each stepped over as a whole; placeholders; semicolons; the rest letter by letter. */
const TOKEN =
  /(--[^\n]*|\/\*[^]*?(?:\*\/|$)|\s+)|('(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?)|\?(\d*)|([:@$][A-Za-z_]\w*)|(;)|\w[\w$]*|[^]/g

export function readShape(text: string): Shape {
  let statements = 0
  let placeholders = 0
  let firstNamed: string | undefined
  let isBlank = true
  for (const [, blank, , number, named, semicolon] of text.matchAll(TOKEN)) {
    firstNamed ??= named
    if (number !== undefined) placeholders = number === '' ? placeholders + 1 : Math.max(placeholders, Number(number))
    if (semicolon !== undefined) isBlank = true
    if (blank !== undefined || semicolon !== undefined || !isBlank) continue
    isBlank = false
    statements++
  }
  return { statements, placeholders, named: firstNamed }
}
