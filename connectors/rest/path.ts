/** Paths into JSON: `data.items`, `links.0.href`, `@odata.nextLink`. */

/**
 * What stands at a path; undefined when there is nothing. A key may itself have dots in it: where `@odata` is no key,
 * `@odata.nextLink` is looked for.
 */
export function valueAt(document: unknown, path: string): unknown {
  const parts = path.split('.')
  let at = document
  for (let i = 0; i < parts.length; ) {
    const found = stepInto(at, parts, i)
    if (found === undefined) return undefined
    at = found.value
    i = found.next
  }
  return at
}

function stepInto(at: unknown, parts: readonly string[], from: number): { value: unknown; next: number } | undefined {
  if (typeof at !== 'object' || at === null) return undefined
  for (let next = from + 1; next <= parts.length; next++) {
    const key = parts.slice(from, next).join('.')
    if (Object.hasOwn(at, key)) return { value: (at as Readonly<Record<string, unknown>>)[key], next }
  }
  return undefined
}

/**
 * A copy of a document with another value at a path; what is missing on the way there is made.
 * @returns undefined when something else stands in the way, such as a text
 */
export function withValueAt(document: unknown, path: string, value: unknown): unknown {
  const [key = '', ...rest] = path.split('.')
  if (typeof document !== 'object' || document === null) return undefined
  const copy = (Array.isArray(document) ? [...document] : { ...document }) as Record<string, unknown>
  const before = Object.hasOwn(copy, key) ? copy[key] : undefined
  const inner = rest.length === 0 ? value : withValueAt(before ?? {}, rest.join('.'), value)
  if (inner === undefined) return undefined
  Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true })
  return copy
}
