/** Who decided something, and how their name was proven; both stand in the history. */
export interface Person {
  readonly name: string
  /** `operating-system user`, `password on the page`, `token`, `header X-Forwarded-User of 10.1.2.3`. */
  readonly provenBy: string
}
