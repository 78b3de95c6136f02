/** Values of the objects around a list that go into each of its rows, such as the target that findings are about. */
import { DocumentFault } from './json-cursor.ts'
import type { JsonObject } from './ndjson.ts'

export interface Keeper {
  wants(key: string): boolean
  /** @param value undefined for an object or a list. @throws DocumentFault for those, and for a name that is kept already */
  keep(key: string, value: unknown, line: number): void
  /** At the end of the object that they stood in. */
  forget(keys: readonly string[]): void
  /** Returns a name that the row has itself: nothing says which of the two counts. */
  addTo(fields: JsonObject): string | undefined
  /** A name that was never found. */
  unseen(): string | undefined
}

export function createKeeper(names: readonly string[]): Keeper {
  const wanted = new Set(names)
  const seen = new Set<string>()
  const kept = new Map<string, unknown>()
  return {
    wants: (key) => wanted.has(key),
    keep(key, value, line) {
      if (value === undefined) {
        throw new DocumentFault(
          `has an object or a list at "${key}" in line ${line}, and \`keep\` takes single values only`,
        )
      }
      if (kept.has(key))
        throw new DocumentFault(`has "${key}", which \`keep\` names, in more than one object around a row`)
      seen.add(key)
      kept.set(key, value)
    },
    forget(keys) {
      for (const key of keys) kept.delete(key)
    },
    addTo(fields) {
      for (const [key, value] of kept) {
        if (Object.hasOwn(fields, key)) return key
        fields[key] = value
      }
      return undefined
    },
    unseen: () => names.find((name) => !seen.has(name)),
  }
}
