/** One run of the daemon, with a handle: what may be cut is cut at `stop`, a push goes to its end. */
import { EXIT, isSyncError, messageOf, SyncError } from '../core/errors.ts'
import type { Handle } from '../core/handle.ts'
import type { RunEvent } from '../core/run/events.ts'

export interface Running extends Handle {
  readonly runId: string
  /** Once it has ended: it was cut short by `stop` or `kill`. */
  readonly wasCut: boolean
}

export interface RunWork {
  readonly runId: string
  /** Runs to the end, or throws the signal's reason. */
  work(signal: AbortSignal, emit: (event: RunEvent) => void): Promise<unknown>
  hear(event: RunEvent): void
  /** What it threw that was not the stop. */
  failed(sentence: string): void
}

export function startRunning({ runId, work, hear, failed }: RunWork): Running {
  const cut = new AbortController()
  let stopping = false
  let pushing = false
  let wasCut = false

  function hearAndCut(event: RunEvent): void {
    if (event.kind === 'stage') pushing = event.stage === 'push' || event.stage === 'verify'
    if (event.kind === 'resource-finished') pushing = false
    hear(event)
    // Between two resources nothing is under way: the next one has not begun.
    if (stopping && !pushing) cut.abort(stopped())
  }

  async function go(): Promise<void> {
    try {
      await work(cut.signal, hearAndCut)
    } catch (error) {
      wasCut = cut.signal.aborted
      if (!wasCut) failed(sentenceOf(error))
    }
  }

  const promise = go()
  return {
    runId,
    promise,
    get wasCut() {
      return wasCut
    },
    async stop() {
      stopping = true
      if (!pushing) cut.abort(stopped())
      await promise
    },
    async kill() {
      cut.abort(stopped())
      await promise
    },
  }
}

function stopped(): SyncError {
  return new SyncError(EXIT.terminated, 'interrupted', 'The daemon was stopped')
}

function sentenceOf(error: unknown): string {
  const hint = isSyncError(error) && error.hint !== undefined ? ` ${error.hint}` : ''
  return `${messageOf(error)}${hint}`
}
