/** The baseline as the plan sees it: sorted streams, whatever store they come from. */
import type { BaselineRecord } from '../state/state.ts'
import { compareCodePoints } from '../text/order.ts'
import type { BaselineOrigin } from './plan.ts'

/** What one resource id holds. */
export interface BaselinePart {
  readonly resourceId: string
  /** False: it left the list, and is to be emptied. */
  readonly current: boolean
  readonly origin: BaselineOrigin
  /** When Vanta last confirmed it; absent when it was never pushed from this state. */
  readonly confirmedAt?: number
  records(): AsyncIterable<readonly BaselineRecord[]>
}

export interface Baseline {
  readonly origin: BaselineOrigin
  /** Current resource ids in the order of the config, then those that left the list. */
  readonly parts: readonly BaselinePart[]
}

/** One id of the baseline, and the parts that hold it: two while a move is only half done. */
export interface BaselineEntry {
  readonly uniqueId: string
  readonly holders: readonly { readonly part: number; readonly record: BaselineRecord }[]
}

const BATCH = 1000

/** All parts merged, in batches, ordered by code point of the id. */
export async function* baselineEntries(
  parts: readonly BaselinePart[],
): AsyncGenerator<readonly BaselineEntry[], void, void> {
  const cursors = await Promise.all(parts.map((part) => openCursor(part.records())))
  let batch: BaselineEntry[] = []
  for (;;) {
    const uniqueId = leastId(cursors)
    if (uniqueId === undefined) break
    const holders = []
    for (const [part, cursor] of cursors.entries()) {
      if (cursor.current?.uniqueId !== uniqueId) continue
      holders.push({ part, record: cursor.current })
      if (!cursor.advance()) await cursor.refill()
    }
    batch.push({ uniqueId, holders })
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function leastId(cursors: readonly Cursor[]): string | undefined {
  let least: string | undefined
  for (const { current } of cursors) {
    if (current === undefined) continue
    if (least === undefined || compareCodePoints(current.uniqueId, least) < 0) least = current.uniqueId
  }
  return least
}

interface Cursor {
  readonly current: BaselineRecord | undefined
  /** False when the batch is used up: refill. Awaiting once a batch instead of once a record is what makes it fast. */
  advance(): boolean
  refill(): Promise<void>
}

async function openCursor(batches: AsyncIterable<readonly BaselineRecord[]>): Promise<Cursor> {
  const source = batches[Symbol.asyncIterator]()
  let batch: readonly BaselineRecord[] = []
  let at = 0
  const cursor: Cursor = {
    get current() {
      return batch[at]
    },
    advance() {
      at++
      return at < batch.length
    },
    async refill() {
      const next = await source.next()
      batch = next.done ? [] : next.value
      at = 0
      if (!next.done && batch.length === 0) await cursor.refill()
    },
  }
  await cursor.refill()
  return cursor
}
