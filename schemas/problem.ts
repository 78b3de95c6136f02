/** One thing wrong with one field of a record. */
export interface FieldProblem {
  /** Stable, kebab-case: `missing`, `wrong-type`, `not-listed`, `bad-date`, `not-https`, `out-of-range`, … */
  readonly code: string
  /** Path of the field within the record: `email`, `users[2].username`. */
  readonly field: string
  /** A sentence: what is wrong, the value's class (never the value), what is expected. */
  readonly message: string
}
