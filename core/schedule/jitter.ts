import { createHash } from 'node:crypto'

const BYTES = 6
const VALUES = 2 ** (8 * BYTES)

/** How long after its slots a resource is due: 0 to `jitterMs`, spread evenly over resources and always the same for one. */
export function jitterOf(scope: string, jitterMs: number): number {
  const value = createHash('sha256').update(scope).digest().readUIntBE(0, BYTES)
  return Math.floor((value / VALUES) * (jitterMs + 1))
}
