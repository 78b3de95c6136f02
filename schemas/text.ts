/** What can be wrong with text before anybody asks what it says. */

const SPACE = 32
const DELETE = 127
const ANY_SURROGATE = /[\uD800-\uDFFF]/
const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether databases and UTF-8 can carry the text: no half of a surrogate pair stands alone, no zero character. */
export function isWellFormed(text: string): boolean {
  if (text.includes('\0')) return false
  return !ANY_SURROGATE.test(text) || !LONE_SURROGATE.test(text)
}

/** Empty, or nothing but blanks. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0)
  if (first > SPACE && first < DELETE) return false
  return text.trim() === ''
}
