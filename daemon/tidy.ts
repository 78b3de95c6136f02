/** Gives memory back while nothing goes on: what a start, a run or a page needed once is not kept for days. */
import { type Clock, MINUTE, SECOND } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Runner } from './runner.ts'

/** The heap of this process. */
export interface Heap {
  /** What it takes up, garbage and room to grow included. */
  bytes(): number
  /** Collects all that nobody holds any more, and gives back what is then free. */
  collect(): Promise<void>
}

export interface TidyOptions {
  readonly clock: Clock
  readonly log: Log
  readonly heap: Heap
  readonly runner: Pick<Runner, 'live'>
}

/** Time for a start to come to rest. */
const FIRST_MS = 10 * SECOND
/** Growth that is not worth the tenth of a second that a collection takes. */
const SLACK_BYTES = 4 * 1024 * 1024

/**
 * V8 collects when there is no more room, and an idle daemon makes so little garbage that it never comes to that: it
 * would keep its largest size for ever. So the daemon looks each minute whether the heap has grown since it was last
 * tidy. What is really in use does not count twice: the size after a collection is the new measure.
 */
export function startTidying({ clock, log, heap, runner }: TidyOptions): Loop {
  let tidyBytes = 0
  let hasRested = false

  return startLoop({
    what: 'giving memory back',
    clock,
    log,
    afterFailureMs: 60 * MINUTE,
    async turn() {
      if (!hasRested) {
        hasRested = true
        return FIRST_MS
      }
      // A pause in a run would be a pause in the work.
      if (runner.live().length > 0 || heap.bytes() - tidyBytes < SLACK_BYTES) return MINUTE
      await heap.collect()
      tidyBytes = heap.bytes()
      return MINUTE
    },
  })
}
