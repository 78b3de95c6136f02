/** A signal of one request's own. */
export interface LinkedSignal {
  readonly signal: AbortSignal
  /** Ends the request, should it still run. */
  end(): void
  /** Must be called once the request is over. */
  release(): void
}

/**
 * A signal that follows another one. fetch leaves a listener on the signal that it is given until garbage is collected;
 * a read of many pages would heap thousands of them on the signal of the run.
 */
export function linkSignal(outer: AbortSignal): LinkedSignal {
  const own = new AbortController()
  const follow = (): void => own.abort(outer.reason)
  if (outer.aborted) follow()
  else outer.addEventListener('abort', follow, { once: true })
  return {
    signal: own.signal,
    end: () => own.abort(),
    release: () => outer.removeEventListener('abort', follow),
  }
}
