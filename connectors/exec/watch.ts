/** Time limits of a running program. It takes real time, whatever clock the run goes by. */
import { OperatorError, RetryLaterError } from '../../core/errors.ts'
import { sayDuration } from '../../core/text/duration.ts'

export interface Limits {
  /** Milliseconds; undefined for none. */
  readonly timeoutMs: number | undefined
  readonly idleMs: number | undefined
  /** Bytes of standard output. */
  readonly maxBytes: number
}

export interface Watch {
  /** From now on we wait for the program. */
  waiting(): void
  /** It waits for us: no silence is its fault. */
  busy(): void
  /** It wrote something. */
  alive(): void
  /** It ended; what it started may go on. */
  ended(): void
  close(): void
}

/** A program has ended, yet something holds its output open and is silent for this long: nobody will end that. */
const LINGER_MS = 3000
/** Timers count milliseconds in 31 bits, and fire at once when given more. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Calls `stop` at most once for each limit that is passed. */
export function createWatch(name: string, limits: Limits, stop: (reason: Error) => void): Watch {
  const { timeoutMs, idleMs } = limits
  const total = timeoutMs === undefined ? undefined : timer(timeoutMs, () => stop(tooSlow(name, timeoutMs)))
  let quiet: NodeJS.Timeout | undefined
  let isWaiting = false
  let hasEnded = false

  function arm(): void {
    clearTimeout(quiet)
    quiet = undefined
    if (!isWaiting) return
    if (hasEnded) quiet = timer(LINGER_MS, () => stop(outputOpen(name)))
    else if (idleMs !== undefined) quiet = timer(idleMs, () => stop(tooQuiet(name, idleMs)))
  }
  return {
    waiting() {
      isWaiting = true
      arm()
    },
    busy() {
      isWaiting = false
      clearTimeout(quiet)
    },
    alive: () => void quiet?.refresh(),
    ended() {
      hasEnded = true
      arm()
    },
    close() {
      isWaiting = false
      clearTimeout(quiet)
      clearTimeout(total)
    },
  }
}

function timer(ms: number, passed: () => void): NodeJS.Timeout {
  return setTimeout(passed, Math.min(ms, LONGEST_TIMER))
}

function tooSlow(name: string, ms: number): RetryLaterError {
  return new RetryLaterError('exec-timeout', `${name} did not end within ${sayDuration(ms)}, and was ended`, {
    hint: 'Raise `timeout` of this connector when the program is healthy but slow.',
  })
}

function tooQuiet(name: string, ms: number): RetryLaterError {
  return new RetryLaterError('exec-idle', `${name} wrote nothing for ${sayDuration(ms)}, and was ended`, {
    hint: 'Raise `idleTimeout`, or let the program say now and then on standard error how far it is.',
  })
}

function outputOpen(name: string): OperatorError {
  return new OperatorError(
    'exec-output-open',
    `${name} has ended, but something that it started keeps its standard output open`,
    { hint: 'Let the program wait for what it starts, or send that output elsewhere (>/dev/null).' },
  )
}
