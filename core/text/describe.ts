/** A value's class, for messages: what kind of thing it is, never what it says. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return describeText(value)
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 item' : `a list of ${value.length} items`
  if (value instanceof Date) return 'a date'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number'
  return `a ${typeof value}`
}

function describeText(text: string): string {
  if (text === '') return 'empty text'
  if (text.trim() === '') return 'blank text'
  return `text of ${text.length} ${text.length === 1 ? 'character' : 'characters'}`
}
