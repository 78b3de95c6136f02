/** What can be made to go wrong, and with which requests. */

/** Which requests a fault is for. Everything left out matches all. */
export interface FaultTarget {
  readonly method?: string
  /** The path begins so, without the query: `/v1/resources/user_account`. */
  readonly path?: string
  /** The first of the matching requests that it is for, counted from when the fault was set. Default 1. */
  readonly nth?: number
  /** For so many matching requests from there on. Default 1. */
  readonly count?: number | 'all'
}

/**
 * What happens. `delay`, `revokeToken`, `expireToken` and `rotateSecret` come before the request is looked at, and it
 * then goes its way; of the others, the first one due ends it.
 */
export type FaultEffect =
  | StatusEffect
  /** The connection is reset (RST): before the body is read, after it, or after the request has had its effect. */
  | { readonly reset: 'before-body' | 'after-body' | 'after-commit' }
  /** The request has its effect; its answer never comes: the connection is closed. */
  | { readonly loseAnswer: true }
  /** The request has its effect; its answer breaks off half-way. */
  | { readonly truncate: true }
  /** A page of HTML with status 200, as a captive portal or a proxy puts in the way; the request has no effect. */
  | { readonly html: true }
  /** Milliseconds. Beyond the gateway's patience the answer is 504, and the request has its effect all the same. */
  | { readonly delay: number }
  /** As when another process mints a token with the same credentials. */
  | { readonly revokeToken: true }
  | { readonly expireToken: true }
  /** The new secret, or `true` for a generated one. */
  | { readonly rotateSecret: true | string }

export interface StatusEffect {
  readonly status: number
  /** Text is sent as it is, anything else as JSON. Default: a JSON object with `error`. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the request has its effect before it is answered so. Default false. */
  readonly commit?: boolean
}

export interface Fault {
  readonly id: number
  readonly on: FaultTarget
  readonly do: FaultEffect
  /** Matching requests so far. */
  readonly seen: number
  /** How often it has struck. */
  readonly fired: number
}

/** Whether an effect comes before the request instead of ending it. */
export function isPreparation(effect: FaultEffect): boolean {
  return 'delay' in effect || 'revokeToken' in effect || 'expireToken' in effect || 'rotateSecret' in effect
}
