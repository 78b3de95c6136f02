/** Does a chain hold? Reads it once, and again only when something is wrong. */
import { toInstant } from '../clock.ts'
import { entryHash, ORIGIN, type RetainFacts, retainFactsOf, type StoredEntry } from './chain.ts'

export type FaultKind = 'changed' | 'missing' | 'reordered' | 'retention'

export interface ChainFault {
  readonly seq: number
  readonly at: number
  readonly kind: FaultKind
  /** A clause about the entry. */
  readonly says: string
}

export interface ChainReport {
  readonly chain: string
  readonly entries: number
  /** Time of its oldest entry, and hash of its newest. */
  readonly from?: number
  readonly head?: string
  /** What retention has removed before the first entry. */
  readonly removed?: { readonly entries: number; readonly until: string }
  /** The first of them, in the order of the chain. */
  readonly faults: readonly ChainFault[]
  readonly faultsTotal: number
}

const MOST_FAULTS = 1000

/** Each call begins anew at the oldest entry. */
export type ReadChain = () => AsyncIterable<readonly StoredEntry[]>

/** A fault that may still turn out to be another one, once it is known what else is in the chain. */
interface Finding extends ChainFault {
  readonly previous?: string
}

interface Walk {
  entries: number
  first?: StoredEntry
  last?: StoredEntry
  retained?: { readonly facts: RetainFacts; readonly entry: StoredEntry }
  readonly findings: Finding[]
  total: number
}

/** @param hear gets each hash that an entry proves, and the anchor of the last removal */
export async function checkChain(chain: string, read: ReadChain, hear: (hash: string) => void): Promise<ChainReport> {
  const walk: Walk = { entries: 0, findings: [], total: 0 }
  for await (const batch of read()) for (const entry of batch) step(walk, entry, hear)
  judgeBeginning(walk, hear)
  const faults = await settle(walk.findings, read)
  const { entries, first, last, retained, total } = walk
  return {
    chain,
    entries,
    ...(first === undefined ? {} : { from: first.at }),
    ...(last === undefined ? {} : { head: last.hash }),
    ...(retained === undefined
      ? {}
      : { removed: { entries: retained.facts.removedInAll, until: retained.facts.until } }),
    faults: faults.sort((a, b) => a.seq - b.seq),
    faultsTotal: total,
  }
}

function step(walk: Walk, entry: StoredEntry, hear: (hash: string) => void): void {
  const { last } = walk
  walk.entries++
  walk.first ??= entry
  walk.last = entry
  if (entryHash(entry) !== entry.hash) {
    find(walk, entry, { kind: 'changed', says: 'its content is not what its hash was made of' })
    return
  }
  hear(entry.hash)
  if (last !== undefined && entry.previous !== last.hash) {
    find(walk, entry, { kind: 'missing', says: LOST, previous: entry.previous })
  }
  const facts = retainFactsOf(entry)
  if (facts !== undefined) walk.retained = { facts, entry }
}

const LOST = 'the entry that it follows is missing, or was written anew'

function find(walk: Walk, { seq, at }: StoredEntry, what: Omit<Finding, 'seq' | 'at'>): void {
  walk.total++
  if (walk.findings.length < MOST_FAULTS) walk.findings.push({ seq, at, ...what })
}

/** A chain begins at the origin, or where its last removal of old entries says. */
function judgeBeginning(walk: Walk, hear: (hash: string) => void): void {
  const { first, retained } = walk
  if (first === undefined) return
  const begins = retained?.facts.anchor ?? ORIGIN
  if (retained !== undefined) hear(retained.facts.anchor)
  const isKnown = walk.findings.some(({ seq }) => seq === first.seq)
  if (first.previous !== begins && !isKnown) {
    find(walk, first, { kind: 'missing', says: 'the entries before it are missing, and no removal is on record' })
  }
  if (retained !== undefined) judgeRemoval(walk, retained)
}

/** What was removed was older than the rule that it was removed by. */
function judgeRemoval(walk: Walk, { facts, entry }: NonNullable<Walk['retained']>): void {
  const [until, limit] = [Date.parse(facts.until), Date.parse(facts.olderThan)]
  if (until <= limit && limit <= entry.at) return
  find(walk, entry, {
    kind: 'retention',
    says: `it removed entries up to ${facts.until}, and only those before ${facts.olderThan} were old enough`,
  })
}

/** What an entry follows may stand elsewhere in the chain: then it is in the wrong place, and nothing is lost. */
async function settle(findings: readonly Finding[], read: ReadChain): Promise<ChainFault[]> {
  const wanted = new Set(findings.flatMap(({ previous }) => previous ?? []))
  const found = new Map<string, StoredEntry>()
  if (wanted.size > 0) {
    for await (const batch of read()) {
      for (const entry of batch) if (wanted.has(entry.hash)) found.set(entry.hash, entry)
    }
  }
  return findings.map(({ previous, ...fault }) => {
    const other = previous === undefined ? undefined : found.get(previous)
    if (other === undefined) return fault
    const says = `it stands in the wrong place: it was written after entry ${other.seq} of ${toInstant(other.at)}`
    return { ...fault, kind: 'reordered' as const, says }
  })
}
