import { MINUTE } from '../core/clock.ts'

/** Requests admitted within the last minute. Refused ones take no slot. */
export interface RateWindow {
  readonly limit: number
  /** Any 60 seconds, or each minute of the wall clock. */
  readonly kind: 'sliding' | 'calendar'
  admitted: number[]
}

export function rateWindow(limit: number, kind: RateWindow['kind']): RateWindow {
  return { limit, kind, admitted: [] }
}

/** Takes a slot and returns 0, or returns the milliseconds until one is free. */
export function takeSlot(window: RateWindow, now: number): number {
  const start = window.kind === 'sliding' ? now - MINUTE : Math.floor(now / MINUTE) * MINUTE - 1
  window.admitted = window.admitted.filter((at) => at > start)
  if (window.admitted.length < window.limit) {
    window.admitted.push(now)
    return 0
  }
  const oldest = window.admitted[0] ?? now
  return window.kind === 'sliding' ? oldest + MINUTE - now : MINUTE - (now % MINUTE)
}
