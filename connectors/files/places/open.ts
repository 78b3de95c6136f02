import type { Place } from './place.ts'
import { openLocal } from './local.ts'

/** The store that a location lies in. Close it when the read is over. */
export async function openPlace(location: string): Promise<Place> {
  return openLocal(location)
}
