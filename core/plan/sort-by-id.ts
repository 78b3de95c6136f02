/** Candidates that were merged by a key of the user's, put into the order of their ids: each id once. */
import { setImmediate as breathe } from 'node:timers/promises'
import { createSorter } from '../stage/sorter.ts'
import { compareCodePoints } from '../text/order.ts'
import { type Candidate, candidateCodec } from './candidate.ts'

export interface ById {
  readonly folder: string
  /** Bytes that may stay in memory. */
  readonly memory: number
  readonly signal: AbortSignal
  /** Takes what no source gave a uniqueId: it could be anybody. */
  withoutId(candidate: Candidate): void
}

/** Candidates between two looks at the rest of the process. */
const STRIDE = 2000

export async function sortById(candidates: Iterable<Candidate>, options: ById): Promise<Iterable<Candidate>> {
  const { folder, memory, signal } = options
  const sorter = createSorter({ folder, name: 'merged', codec: candidateCodec, compare: compareById, memory })
  let steps = 0
  for (const candidate of candidates) {
    if (candidate.uniqueId === '') options.withoutId(candidate)
    else sorter.add(candidate)
    if (++steps % STRIDE !== 0) continue
    await breathe()
    signal.throwIfAborted()
  }
  return oncePerId(await sorter.sorted(signal))
}

function compareById(a: Candidate, b: Candidate): number {
  return compareCodePoints(a.uniqueId, b.uniqueId)
}

function* oncePerId(sorted: Iterable<Candidate>): Generator<Candidate, void, void> {
  let waiting: Candidate | undefined
  for (const candidate of sorted) {
    if (waiting?.uniqueId === candidate.uniqueId) {
      waiting = bothOf(waiting, candidate)
      continue
    }
    if (waiting !== undefined) yield waiting
    waiting = candidate
  }
  if (waiting !== undefined) yield waiting
}

const TWICE = 'duplicate-id'

/** Two records of one id are one when they are equal, and an invalid one when they are not. */
function bothOf(a: Candidate, b: Candidate): Candidate {
  if (a.body === b.body && a.problems.length + b.problems.length === 0) return a
  if (a.problems.some(({ code, field }) => code === TWICE && field === 'uniqueId')) return a
  const message = `records with different keys share this id: ${a.at}, ${b.at}; exactly one is expected`
  const others = b.problems.map((problem) => ({ at: b.at, ...problem }))
  return { ...a, problems: [{ code: TWICE, field: 'uniqueId', message }, ...a.problems, ...others] }
}
