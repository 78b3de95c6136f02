import { createHash, randomBytes } from 'node:crypto'

/** Remembers texts by their digests, so that long ones cost no more than short ones. */
export interface Repeats {
  /** Remembers a text; false when it was there before. */
  add(text: string): boolean
  has(text: string): boolean
}

/**
 * 52 bits of a salted digest stand for a text: some 40 bytes each. Two of a million texts share one with a chance of
 * one in ten thousand, and then fail a read that would have been complete; the next read has another salt.
 */
export function createRepeats(): Repeats {
  const salt = randomBytes(8)
  const seen = new Set<number>()
  const digest = (text: string): number => {
    const bytes = createHash('sha1').update(salt).update(text).digest()
    return bytes.readUIntBE(0, 6) * 16 + ((bytes[6] ?? 0) & 15)
  }
  return {
    add(text) {
      const before = seen.size
      seen.add(digest(text))
      return seen.size > before
    },
    has: (text) => seen.has(digest(text)),
  }
}
