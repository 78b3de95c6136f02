/**
 * Thrown while one field of one row is computed, and caught where that field becomes a problem. An error, because it has
 * to cross the expression engine; it never leaves a mapping.
 */
export class Fault extends Error {
  /** Kebab-case, as in FieldProblem. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'Fault'
    this.code = code
  }
}
