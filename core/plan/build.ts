/** Snapshot against baseline: one pass over two sorted streams. */
import { setImmediate as breathe } from 'node:timers/promises'
import { compareCodePoints } from '../text/order.ts'
import { baselineEntries } from './baseline.ts'
import type { Candidate } from './candidate.ts'
import { createDraft, type Draft, finishDraft, reportWithoutId } from './draft.ts'
import { placeLeaver } from './place-leaver.ts'
import { placeBoth, placeNew } from './place-record.ts'
import type { PlanInput } from './plan-input.ts'
import type { Plan } from './plan.ts'

/** Records between two looks at the rest of the process: signals, timers, progress. */
const STRIDE = 2000

export async function buildPlan(input: PlanInput): Promise<Plan> {
  const draft = createDraft(input)
  for (const { at, problems } of input.withoutId) reportWithoutId(draft, at, problems)
  const candidates = input.candidates[Symbol.iterator]()
  try {
    await compare(candidates, draft)
  } finally {
    // Closes the files that they come from, also when it ended early.
    candidates.return?.()
  }
  return finishDraft(draft)
}

async function compare(candidates: Iterator<Candidate>, draft: Draft): Promise<void> {
  const { baseline, signal } = draft.input
  let next = candidates.next()
  let steps = 0
  const pause = async (): Promise<void> => {
    await breathe()
    signal.throwIfAborted()
  }
  for await (const entries of baselineEntries(baseline.parts)) {
    await pause()
    for (const entry of entries) {
      while (!next.done && compareCodePoints(next.value.uniqueId, entry.uniqueId) < 0) {
        placeNew(draft, next.value)
        next = candidates.next()
        if (++steps % STRIDE === 0) await pause()
      }
      if (next.done || next.value.uniqueId !== entry.uniqueId) {
        placeLeaver(draft, entry)
        continue
      }
      placeBoth(draft, next.value, entry)
      next = candidates.next()
    }
  }
  while (!next.done) {
    placeNew(draft, next.value)
    next = candidates.next()
    if (++steps % STRIDE === 0) await pause()
  }
}
