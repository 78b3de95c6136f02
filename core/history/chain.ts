/** A chain of entries, each of which holds the hash of the one before. Pure: where entries lie is the state's affair. */
import { createHash } from 'node:crypto'

/** Before the first entry of a chain. */
export const ORIGIN = '0'.repeat(64)

/** Of the entry with which a removal of old entries is put on record. */
export const RETAIN = 'retain'

/** An entry as it is stored: the hash is over these very characters of the facts. */
export interface StoredEntry {
  /** Its place in the whole history. */
  readonly seq: number
  readonly chain: string
  readonly at: number
  readonly kind: string
  /** JSON. */
  readonly facts: string
  /** Hash of the entry before it in the chain. */
  readonly previous: string
  readonly hash: string
}

/** Hex SHA-256 of an entry and, through `previous`, of all before it. */
export function entryHash({ previous, chain, at, kind, facts }: Omit<StoredEntry, 'seq' | 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, chain, at, kind, facts]))
    .digest('hex')
}

/** What the entry of a removal says: from where on the chain goes on. */
export interface RetainFacts {
  /** Entries that were removed by it, and by all removals of the chain. */
  readonly removed: number
  readonly removedInAll: number
  /** Hash of the last entry that was removed: what the first that is left follows. */
  readonly anchor: string
  /** When that one was written, and when the rule of the time let go of it. */
  readonly until: string
  readonly olderThan: string
}

/** Of text that anybody may have written. */
export function retainFactsOf({ kind, facts }: Pick<StoredEntry, 'kind' | 'facts'>): RetainFacts | undefined {
  if (kind !== RETAIN) return undefined
  try {
    const { removed, removedInAll, anchor, until, olderThan } = JSON.parse(facts) as Partial<RetainFacts>
    if (typeof anchor !== 'string' || typeof until !== 'string' || typeof olderThan !== 'string') return undefined
    return { removed: Number(removed), removedInAll: Number(removedInAll), anchor, until, olderThan }
  } catch {
    return undefined
  }
}
