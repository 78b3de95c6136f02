/** Values of fields as people read them. */

const LONGEST = 160

/** Text as it is, lists of it with commas, nothing as `nothing`, the rest as JSON; what is long is cut. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (value === '') return 'empty'
  if (Array.isArray(value) && value.length === 0) return 'empty list'
  const text = plain(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** Does it stand for the absence of a value? */
export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ')
  return JSON.stringify(value)
}
