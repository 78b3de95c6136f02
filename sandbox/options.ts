/** What the sandbox can be told when it starts. */
import type { Clock } from '../core/clock.ts'
import type { CustomProperties, ResourceTypeName } from '../schemas/resource-type.ts'
import type { Assumptions } from './assumptions.ts'
import type { RequestEntry } from './request-log.ts'

export interface SandboxOptions {
  /** Default 0: a free one. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Default: the system's. */
  readonly clock?: Clock
  /** Default: one with generated credentials that declares whatever is used. */
  readonly applications?: readonly ApplicationOptions[]
  readonly limits?: Partial<RequestLimits>
  readonly assumptions?: Partial<Assumptions>
  /**
   * An origin: every request is answered 308 with it, as the hosts of other regions do. Only `/` and `/_sandbox/` are
   * served as ever.
   */
  readonly redirectTo?: string
  /** Called when a request is over, whether it was answered or not. */
  readonly onRequest?: (entry: RequestEntry) => void
}

export interface ApplicationOptions {
  /** Default: generated, `vci_…`. */
  readonly clientId?: string
  /** Default: generated, `vcs_…`. */
  readonly clientSecret?: string
  /** Build Integrations, private: the only kind that the sandbox speaks. */
  readonly kind?: 'private'
  /** Default: all four of a Build application. */
  readonly scopes?: readonly string[]
  /**
   * `any`: a well-formed resource id of any type is declared by its first use, its custom properties by the first
   * records. `listed`: what is not in `resources` is a 404. Default `listed` when there are `resources`, else `any`.
   */
  readonly declare?: 'any' | 'listed'
  readonly resources?: readonly DeclaredResource[]
}

/** A resource as the Developer Console declares it on an application. */
export interface DeclaredResource {
  readonly type: ResourceTypeName
  /** 24 hex digits. */
  readonly resourceId: string
  readonly customProperties?: CustomProperties
}

export interface RequestLimits {
  /** Requests a minute to `/oauth/token`, over all applications. Default 5. */
  readonly tokenRequests: number
  /** Requests a minute to resources, per application. Default 20. */
  readonly resourceRequests: number
}

export const LIMITS: RequestLimits = { tokenRequests: 5, resourceRequests: 20 }

/** The scopes of a Build Integrations application. */
export const BUILD_SCOPES = [
  'connectors.self:read-resource',
  'connectors.self:write-resource',
  'self:read-document',
  'self:write-document',
] as const

/** What a client needs to sync with this sandbox. */
export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
}
