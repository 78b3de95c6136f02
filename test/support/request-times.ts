import type { Clock } from '../../core/clock.ts'
import type { RequestTimes } from '../../core/state/state.ts'

const WINDOW_MS = 60_000

/** The minutes' request times in memory, shared by whoever is given the same one. */
export function createMemoryRequestTimes(clock: Clock): RequestTimes {
  const times = new Map<number, { readonly group: string; at: number; open: boolean }>()
  let next = 1
  return {
    async reserve(kind, key, limit) {
      const now = clock.now()
      const group = `${kind} ${key}`
      const counted = [...times.values()].filter(
        (each) => each.group === group && (each.open || now - each.at < WINDOW_MS),
      )
      const oldest = counted.reduce((least, each) => Math.min(least, each.at), Number.POSITIVE_INFINITY)
      if (counted.length >= limit) return { waitMs: Math.max(1, oldest + WINDOW_MS - now) }
      const ticket = next++
      times.set(ticket, { group, at: now, open: true })
      return { ticket }
    },
    async settle(ticket) {
      const place = times.get(ticket)
      if (place === undefined || !place.open) throw new Error(`ticket ${ticket} is settled twice or was never given`)
      place.at = clock.now()
      place.open = false
    },
  }
}
