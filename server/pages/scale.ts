/** Numbers to places in a plot. Pure. */

export interface Range {
  readonly from: number
  readonly to: number
}

/** From nothing to a round number at or above the largest; at least to 1. */
export function fromZero(values: readonly number[]): Range {
  return { from: 0, to: roundUp(Math.max(1, ...values)) }
}

/**
 * Around the values, so that a loss of one in a hundred is seen, and never so near that a few records look like a
 * landslide: it spans at least a tenth of the largest.
 */
export function around(values: readonly number[]): Range {
  const high = Math.max(0, ...values)
  const low = Math.min(high, ...values)
  const least = Math.max(high * 0.1, 2)
  const room = Math.max(0, least - (high - low)) / 2 + (high - low) * 0.08
  const step = stepOf((high - low + 2 * room) / 4)
  const from = Math.max(0, Math.floor((low - room) / step) * step)
  return { from, to: Math.max(from + step, Math.ceil((high + room) / step) * step) }
}

/** `value` on a line of `length`, to a tenth. */
export function place(value: number, { from, to }: Range, length: number): number {
  const share = to === from ? 0.5 : (value - from) / (to - from)
  return Math.round(Math.min(1, Math.max(0, share)) * length * 10) / 10
}

function roundUp(value: number): number {
  const step = stepOf(value / 4)
  return Math.ceil(value / step) * step
}

/** 1, 2 or 5 times a power of ten, at or above the value; never under 1. */
function stepOf(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10
  return step * power
}
