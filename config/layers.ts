/** Later layers win, key by key; a key without a value wins nothing. */
export function layered<T extends object>(...layers: readonly (Partial<T> | undefined)[]): Partial<T> {
  const result: Partial<T> = {}
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value !== undefined) Object.assign(result, { [key]: value })
    }
  }
  return result
}
