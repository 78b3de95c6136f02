import { hash } from 'node:crypto'

/**
 * Which resource id a record belongs to, by rendezvous hashing: each id is scored with each resource id and the highest
 * wins, so that a resource id added to the list takes records only for itself, and one removed gives up only its own.
 */
export function createPartitioner(resourceIds: readonly string[]): (uniqueId: string) => number {
  if (resourceIds.length === 1) return () => 0
  const seeds = Int32Array.from(resourceIds, digest32)
  return (uniqueId) => {
    const own = digest32(uniqueId)
    let best = 0
    let bestScore = -1
    // By number: a list of hundreds is gone through for each record.
    for (let part = 0; part < seeds.length; part++) {
      const score = mix(own ^ seeds[part]!)
      if (score < bestScore || (score === bestScore && resourceIds[part]! > resourceIds[best]!)) continue
      best = part
      bestScore = score
    }
    return best
  }
}

function digest32(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0)
}

/** The finaliser of MurmurHash3: spreads each input bit over all 32 output bits. */
function mix(value: number): number {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
