import { RetryLaterError } from '../../core/errors.ts'
import { sayDuration } from '../../core/text/duration.ts'

const nothing = (): void => undefined

/** The work's result, or the signal's reason as soon as it aborts; the work itself is left behind. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = nothing
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  // An abort before this call fires no event.
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Whatever becomes of work that nobody waits for any more is nobody's error.
    work.catch(() => undefined)
  }
}

/** Waits for `work`, but no longer than `ms`, and whatever becomes of it. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const end = new AbortController()
  const timer = new Promise<void>((resolve) => {
    const timeout = setTimeout(resolve, ms)
    end.signal.addEventListener('abort', () => clearTimeout(timeout), { once: true })
  })
  try {
    await Promise.race([work.catch(() => undefined), timer])
  } finally {
    end.abort()
  }
}

export interface Opening {
  /** Host and port. */
  readonly place: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Gives up what is under way. */
  abandon(): void
}

/**
 * The connection, when it comes about in time. The whole of it counts: name, TLS, login.
 * @throws RetryLaterError `timed-out`; the signal's reason
 */
export async function openInTime<T>(opening: Promise<T>, { place, timeoutMs, signal, abandon }: Opening): Promise<T> {
  const late = new RetryLaterError('timed-out', `${place} accepted no login within ${sayDuration(timeoutMs)}`, {
    hint: 'Check `host` and `port`, and the firewall; a slow server may need a longer `connectTimeout`.',
  })
  const end = new AbortController()
  const timeout = setTimeout(() => end.abort(late), timeoutMs)
  try {
    return await orAborted(opening, AbortSignal.any([signal, end.signal]))
  } catch (error) {
    abandon()
    throw error
  } finally {
    clearTimeout(timeout)
  }
}
