/** Does Vanta hold what was pushed? */
import { type Clock, SECOND } from '../clock.ts'
import { fieldChanges } from '../plan/field-changes.ts'
import type { SnapshotRecord } from '../plan/plan.ts'
import type { HeldRecord } from './read-back.ts'

/** Vanta may show a PUT late: re-read with back-off, for about a minute in all. */
const REREADS = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * SECOND)

export interface Comparison {
  readonly missing: number
  readonly extra: number
  /** Records whose values differ. */
  readonly different: number
  /** Names of the fields that differ, most frequent first. */
  readonly fields: readonly string[]
}

export interface Verification extends Comparison {
  readonly held: readonly HeldRecord[]
}

/** Compares after each reading until the ids agree or the re-reads are used up. */
export async function verifyHeld(
  pushed: Iterable<SnapshotRecord>,
  read: () => Promise<readonly HeldRecord[]>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Verification> {
  for (const wait of [...REREADS, undefined]) {
    const held = await read()
    const comparison = compareHeld(pushed, held)
    const agrees = comparison.missing === 0 && comparison.extra === 0 && comparison.different === 0
    if (agrees || wait === undefined) return { ...comparison, held }
    await clock.sleep(wait, signal)
  }
  throw new Error('The last reading always returns')
}

export function compareHeld(pushed: Iterable<SnapshotRecord>, held: readonly HeldRecord[]): Comparison {
  const left = new Map(held.map(({ uniqueId, body }) => [uniqueId, body]))
  const fields = new Map<string, number>()
  let missing = 0
  let different = 0
  for (const { uniqueId, body } of pushed) {
    const answer = left.get(uniqueId)
    left.delete(uniqueId)
    if (answer === undefined) missing++
    if (answer === undefined || answer === body) continue
    different++
    for (const { name } of fieldChanges(JSON.parse(body), JSON.parse(answer)))
      fields.set(name, (fields.get(name) ?? 0) + 1)
  }
  const names = [...fields].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  return { missing, extra: left.size, different, fields: names }
}
