/** Texts are compared by digests under a key of this process, so that the time it takes says nothing of either. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export function keyedDigest(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export function sameText(key: Buffer, a: string, b: string): boolean {
  return timingSafeEqual(keyedDigest(key, a), keyedDigest(key, b))
}
