/** Everything the sandbox holds. Plain data; the modules beside this one are the only ones that change it. */
import type { Clock } from '../core/clock.ts'
import type { Assumptions } from './assumptions.ts'
import type { FaultBook } from './faults/fault-book.ts'
import type { DeclaredResource, RequestLimits } from './options.ts'
import type { RateWindow } from './rate-limit.ts'
import type { RecordChecker } from './record-checker.ts'
import type { RequestEntry, RequestLog } from './request-log.ts'
import type { ResourceSet } from './resource-set.ts'

export interface World {
  readonly clock: Clock
  readonly limits: RequestLimits
  readonly assumptions: Assumptions
  readonly redirectTo: string | undefined
  readonly onRequest: ((entry: RequestEntry) => void) | undefined
  /** By client id. */
  readonly applications: ReadonlyMap<string, Application>
  /** One for all applications, as the API counts. */
  readonly tokenWindow: RateWindow
  tokensIssued: number
  readonly faults: FaultBook
  readonly log: RequestLog
  /** Compiled once per type and custom properties. */
  readonly checkers: Map<string, RecordChecker>
}

export interface Application {
  readonly clientId: string
  /** Changes when it is rotated. */
  clientSecret: string
  readonly firstSecret: string
  readonly kind: 'private'
  readonly scopes: readonly string[]
  readonly declare: 'any' | 'listed'
  /** By type and resource id. */
  readonly sets: Map<string, ResourceSet>
  /** What it began with, for a reset. */
  readonly declared: readonly DeclaredResource[]
  /** The one that is live, if any. */
  token: Token | undefined
  /** Why tokens of this application no longer work, by value. */
  readonly deadTokens: Map<string, DeadToken>
  window: RateWindow
}

export interface Token {
  /** `token-3`; the value itself is shown to nobody. */
  readonly id: string
  readonly value: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface DeadToken {
  readonly id: string
  readonly reason: string
}
