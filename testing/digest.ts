import { createHash } from 'node:crypto'

export interface Digest {
  add(value: unknown): void
  /** The same for the same values, in whatever order they were added. */
  value(): string
}

const BITS = 128

/** The sum of the values' hashes, so that a long read needs no memory. */
export function createDigest(): Digest {
  let sum = 0n
  let count = 0
  return {
    add(value) {
      const hash = createHash('sha256').update(canonical(value)).digest('hex')
      sum = BigInt.asUintN(BITS, sum + BigInt(`0x${hash.slice(0, BITS / 4)}`))
      count++
    },
    value: () => `${count}:${sum.toString(16)}`,
  }
}

/** JSON with the keys of objects in order. */
function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return String(item)
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return text ?? 'undefined'
}
