/** Sets the newest entry of a map; of more than `most` the oldest tenth goes, so that strangers cannot fill the memory. */
export function setNewest<T>(map: Map<string, T>, entry: { key: string; value: T }, most: number): void {
  map.delete(entry.key)
  map.set(entry.key, entry.value)
  if (map.size <= most) return
  // Many at once: finding the oldest costs as much as were removed since the map was last packed.
  let left = Math.ceil(most / 10)
  for (const oldest of map.keys()) {
    if (left-- === 0) return
    map.delete(oldest)
  }
}
