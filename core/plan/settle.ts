/** Which part of the set holds an id now, and which is to hold it. */
import type { BaselineRecord } from '../state/state.ts'
import type { BaselineEntry } from './baseline.ts'
import { type Draft, noteChange } from './draft.ts'

interface Settled {
  /** The one that counts. */
  readonly record: BaselineRecord
  readonly moved: boolean
}

/** The record that counts: that of the part to which it belongs, else the first one. */
export function recordThatCounts(draft: Draft, { uniqueId, holders }: BaselineEntry): BaselineRecord {
  if (holders.length === 1) return holders[0]!.record
  const part = draft.partOf(uniqueId)
  return (holders.find((holder) => holder.part === part) ?? holders[0]!).record
}

/** The record that counts, and who must let go of it or gain it. */
export function settle({ parts, input }: Draft, { uniqueId, holders }: BaselineEntry, part: number): Settled {
  const here = holders.find((holder) => holder.part === part)
  for (const holder of holders) {
    if (holder === here) continue
    parts[holder.part]!.leave(uniqueId)
    if (here === undefined) parts[holder.part]!.waitFor(input.baseline.parts[part]!.resourceId)
  }
  return { record: (here ?? holders[0]!).record, moved: here === undefined }
}

interface Same {
  readonly uniqueId: string
  readonly part: number
  readonly body: string
  readonly moved: boolean
}

/** Its content does not change, and perhaps its place does. */
export function noteSame(draft: Draft, { uniqueId, part, body, moved }: Same): void {
  if (!moved) {
    draft.counts.unchanged++
    return
  }
  draft.counts.moved++
  noteChange(draft, { change: 'move', uniqueId, departs: false, part }, body)
}
