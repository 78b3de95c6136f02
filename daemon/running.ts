/** One run of the daemon, with a handle: what may be cut is cut at `stop`, a push goes to its end. */
import { EXIT, isSyncError, messageOf, SyncError } from '../core/errors.ts'
import type { Handle } from '../core/handle.ts'
import type { RunDocument } from '../core/run/document.ts'
import type { RunEvent } from '../core/run/events.ts'

export interface Running extends Handle {
  readonly runId: string
  /** Undefined when it was cut, or the state failed under it. */
  readonly document: Promise<RunDocument | undefined>
}

export interface RunWork {
  readonly runId: string
  /** Runs to the end, or throws the signal's reason. */
  work(signal: AbortSignal, emit: (event: RunEvent) => void): Promise<RunDocument>
  hear(event: RunEvent): void
  /** What it threw that was not the stop. */
  failed(sentence: string): void
}

export function startRunning({ runId, work, hear, failed }: RunWork): Running {
  const cut = new AbortController()
  let stopping = false
  let pushing = false

  function hearAndCut(event: RunEvent): void {
    if (event.kind === 'stage') pushing = event.stage === 'push' || event.stage === 'verify'
    if (event.kind === 'resource-finished') pushing = false
    hear(event)
    // Between two resources nothing is under way: the next one has not begun.
    if (stopping && !pushing) cut.abort(stopped())
  }

  async function go(): Promise<RunDocument | undefined> {
    try {
      return await work(cut.signal, hearAndCut)
    } catch (error) {
      if (!cut.signal.aborted) failed(sentenceOf(error))
      return undefined
    }
  }

  const document = go()
  const promise = document.then(() => undefined)
  return {
    runId,
    document,
    promise,
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
