import { createHash } from 'node:crypto'
import type { Database, SqlRow } from './database.ts'
import type { HistoryEntry, HistoryFilter, HistoryRow } from './state.ts'

/** Before the first entry of a chain. */
const ORIGIN = '0'.repeat(64)

/** Appends to a chain and returns its new head. */
export function appendHistory(database: Database, { chain, at, kind, facts }: HistoryEntry): string {
  return database.transaction(() => {
    const last = database.prepare('SELECT hash FROM history WHERE chain = ? ORDER BY seq DESC LIMIT 1').get(chain)
    const previous = String(last?.['hash'] ?? ORIGIN)
    const text = JSON.stringify(facts)
    const hash = entryHash(previous, { chain, at, kind, facts: text })
    database
      .prepare('INSERT INTO history (chain, at, kind, facts, previous, hash) VALUES (?, ?, ?, ?, ?, ?)')
      .run(chain, at, kind, text, previous, hash)
    return hash
  })
}

/** Newest first. */
export function listHistory(database: Database, { limit, before, chain }: HistoryFilter): HistoryRow[] {
  return database
    .prepare('SELECT * FROM history WHERE seq < ? AND chain = coalesce(?, chain) ORDER BY seq DESC LIMIT ?')
    .all(before ?? Number.MAX_SAFE_INTEGER, chain ?? null, limit)
    .map(historyRowOf)
}

function historyRowOf({ seq, chain, at, kind, facts, hash }: SqlRow): HistoryRow {
  return {
    seq: Number(seq),
    chain: String(chain),
    at: Number(at),
    kind: String(kind) as HistoryEntry['kind'],
    facts: JSON.parse(String(facts)) as HistoryEntry['facts'],
    hash: String(hash),
  }
}

/** Sequence number of the first entry that does not follow from the one before; undefined when the chain holds. */
export function brokenLink(database: Database, chain: string): number | undefined {
  let previous = ORIGIN
  let broken: number | undefined
  // To the end, whatever is found: a reading that is left early would keep its place in the file locked.
  for (const row of database.prepare('SELECT * FROM history WHERE chain = ? ORDER BY seq').iterate(chain)) {
    const { seq, at, kind, facts, hash } = row
    const expected = entryHash(previous, { chain, at: Number(at), kind: String(kind), facts: String(facts) })
    if (row['previous'] !== previous || hash !== expected) broken ??= Number(seq)
    previous = expected
  }
  return broken
}

function entryHash(previous: string, entry: { chain: string; at: number; kind: string; facts: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, entry.chain, entry.at, entry.kind, entry.facts]))
    .digest('hex')
}
