/** How APIs call things, and what they write when they mean nothing. */

/** `hasNextPage`, `has_next_page` and `@odata.count` without what is not a letter or a digit. */
export function keyOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

/** Nothing where a cursor or a URL would be. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false
}

/** Whether a value says anything: not false, not empty, none of the words for nothing, no object of such. */
export function isSomething(value: unknown): boolean {
  if (isNothing(value) || value === 0) return false
  if (typeof value === 'string') return !/^(false|null|none|0|-1)$/i.test(value)
  return typeof value !== 'object' || value === null || Object.values(value).some(isSomething)
}
