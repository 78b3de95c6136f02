/** What every running thing offers to whoever started it. */
export interface Handle {
  /** Settles when it has ended; rejects only when it broke by itself. */
  readonly promise: Promise<void>
  /** Takes on nothing new, lets what cannot be cut go to its end, and resolves with `promise`. Safe to call twice. */
  stop(): Promise<void>
  /** Ends it now. Safe to call at any time, after `stop` too. */
  kill(): Promise<void>
}
