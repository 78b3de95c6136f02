import { StateError } from '../errors.ts'
import { entryHash, ORIGIN, type StoredEntry } from '../history/chain.ts'
import type { Database, SqlRow } from './database.ts'
import type { Chains, HistoryEntry, HistoryFilter, HistoryRow } from './state.ts'

const BATCH = 500

/** Appends to a chain and returns its new head. */
export function appendHistory(database: Database, entry: HistoryEntry): string {
  return database.transaction(() => appendWithin(database, entry))
}

/** The same, within a transaction that the caller has begun. */
export function appendWithin(database: Database, { chain, at, kind, facts }: HistoryEntry): string {
  const last = database.prepare('SELECT hash FROM history WHERE chain = ? ORDER BY seq DESC LIMIT 1').get(chain)
  const previous = String(last?.['hash'] ?? ORIGIN)
  const text = JSON.stringify(facts)
  const hash = entryHash({ previous, chain, at, kind, facts: text })
  database
    .prepare('INSERT INTO history (chain, at, kind, facts, previous, hash) VALUES (?, ?, ?, ?, ?, ?)')
    .run(chain, at, kind, text, previous, hash)
  return hash
}

/** Newest first. */
export function listHistory(database: Database, { limit, before, chain, kind }: HistoryFilter): HistoryRow[] {
  return database
    .prepare(
      `SELECT * FROM history WHERE seq < ? AND chain = coalesce(?, chain) AND kind = coalesce(?, kind)
       ORDER BY seq DESC LIMIT ?`,
    )
    .all(before ?? Number.MAX_SAFE_INTEGER, chain ?? null, kind ?? null, limit)
    .map(historyRowOf)
}

function historyRowOf(row: SqlRow): HistoryRow {
  const { kind, facts, ...entry } = storedEntryOf(row)
  return { ...entry, kind: kind as HistoryEntry['kind'], facts: factsIn(facts, entry.seq) }
}

function factsIn(text: string, seq: number): HistoryEntry['facts'] {
  try {
    return JSON.parse(text) as HistoryEntry['facts']
  } catch (cause) {
    throw new StateError('history-damaged', `Entry ${seq} of the history cannot be read: it was changed`, {
      cause,
      hint: 'vanta-sync history --verify names every entry that was.',
    })
  }
}

export function storedEntryOf({ seq, chain, at, kind, facts, previous, hash }: SqlRow): StoredEntry {
  return {
    seq: Number(seq),
    chain: String(chain),
    at: Number(at),
    kind: String(kind),
    facts: String(facts),
    previous: String(previous),
    hash: String(hash),
  }
}

export function createChains(database: Database): Chains {
  /** On a connection of its own: all batches come from one moment, while others append and remove. */
  async function* entries(chain: string): AsyncGenerator<readonly StoredEntry[], void, void> {
    const reader = database.another()
    try {
      reader.exec('BEGIN')
      const next = reader.prepare('SELECT * FROM history WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?')
      for (let after = Number.MIN_SAFE_INTEGER; ; ) {
        const batch = next.all(chain, after, BATCH).map(storedEntryOf)
        if (batch.length > 0) yield batch
        after = batch.at(-1)?.seq ?? after
        if (batch.length < BATCH) return
      }
    } finally {
      reader.close()
    }
  }

  return {
    async names() {
      const rows = database.prepare('SELECT chain FROM history GROUP BY chain ORDER BY min(seq)').all()
      return rows.map((row) => String(row['chain']))
    },
    entries,
  }
}
