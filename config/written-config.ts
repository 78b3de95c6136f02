/**
 * The configuration as it was written, after its structure was checked. Everything is optional: what was missing or
 * wrong has been reported and taken out, and the rest is still worth checking.
 */
import type { SecretRef } from '../core/secret.ts'
import type { CustomPropertyKind, ResourceTypeName } from '../schemas/resource-type.ts'
import type { InvalidPolicy, MergePolicy, Role } from '../core/resource.ts'
import type { WrittenMap } from './written.ts'

export interface WrittenConfig {
  readonly vanta?: WrittenVanta | undefined
  readonly zone?: string | undefined
  readonly applications?: Names<WrittenApplication> | undefined
  readonly connectors?: Names<WrittenConnector> | undefined
  readonly resources?: Names<WrittenResource> | undefined
  readonly defaults?: WrittenPolicies | undefined
  readonly tables?: Names<Names<string>> | undefined
  readonly state?: WrittenState | undefined
  readonly server?: WrittenServer | undefined
  readonly notify?: readonly (WrittenNotifier | undefined)[] | undefined
  readonly metrics?: { readonly textfile?: string } | undefined
}

export interface WrittenState {
  readonly path?: string
  readonly allowNetworkFs?: boolean
  readonly retention?: { readonly history?: string; readonly personalData?: string } | undefined
}

/** By a name of the user's. */
export type Names<T> = Readonly<Record<string, T | undefined>>

export interface WrittenVanta {
  readonly region?: 'commercial' | 'gov'
  readonly baseUrl?: string
  readonly ca?: string
  readonly limits?: { readonly tokenRequests?: number; readonly resourceRequests?: number }
}

export interface WrittenApplication {
  readonly clientId?: string
  readonly clientSecret?: SecretRef
  readonly scopes?: readonly (string | undefined)[]
}

export interface WrittenConnector {
  readonly use?: string
  readonly with?: WrittenMap
}

export interface WrittenPolicies {
  readonly merge?: MergePolicy
  readonly onInvalid?: InvalidPolicy
  readonly carryFor?: string
  readonly onGone?: 'omit' | 'deactivate' | { readonly deactivate?: string }
  readonly guard?: WrittenGuard | undefined
  readonly verify?: boolean
  readonly maxDataAge?: string
  readonly timeout?: string
  readonly schedule?: string | WrittenSchedule
  readonly maxAge?: string
}

export interface WrittenGuard {
  readonly maxRemoved?: string
  readonly maxChanged?: string
  readonly maxAdded?: string
  readonly maxInvalid?: string
  readonly minRecords?: number
  readonly mustInclude?: readonly (string | undefined)[]
  readonly groupBy?: string
  readonly window?: string
}

export interface WrittenSchedule {
  readonly cron?: string
  readonly zone?: string
  readonly jitter?: string
}

export interface WrittenResource extends WrittenPolicies {
  readonly application?: string
  readonly type?: ResourceTypeName
  readonly resourceId?: readonly (string | undefined)[]
  readonly customProperties?: Names<CustomPropertyKind>
  readonly from?: readonly (WrittenSource | undefined)[]
}

export interface WrittenSource {
  readonly connector?: string
  readonly with?: WrittenMap
  readonly join?: readonly (WrittenJoin | undefined)[]
  readonly key?: string
  readonly map?: WrittenMap
}

export interface WrittenJoin {
  readonly connector?: string
  readonly with?: WrittenMap
  readonly as?: string
  readonly by?: string | WrittenJoinKeys
  readonly missing?: 'keep' | 'invalid'
}

export interface WrittenJoinKeys {
  readonly left?: string
  readonly right?: string
}

export interface WrittenServer {
  readonly host?: string
  readonly port?: number
  readonly publicUrl?: string
  readonly tls?: { readonly cert?: string; readonly key?: string }
  readonly behindProxy?: boolean
  readonly probe?: string | { readonly host?: string; readonly port?: number }
  readonly users?: readonly (WrittenUser | undefined)[]
  readonly proxyUser?: WrittenProxyUser
}

export interface WrittenUser {
  readonly name?: string
  readonly role?: Role
  readonly password?: SecretRef
  readonly token?: SecretRef
}

export interface WrittenProxyUser {
  readonly header?: string
  readonly from?: readonly (string | undefined)[]
  readonly approvers?: readonly (string | undefined)[]
}

export interface WrittenNotifier {
  readonly slack?: SecretRef
  readonly teams?: SecretRef
  readonly webhook?: { readonly url?: SecretRef; readonly secret?: SecretRef }
  readonly mail?: { readonly smtp?: SecretRef; readonly from?: string; readonly to?: readonly (string | undefined)[] }
  readonly ping?: { readonly start?: SecretRef; readonly success?: SecretRef; readonly failure?: SecretRef }
  readonly name?: string
  readonly resources?: readonly (string | undefined)[]
  readonly remind?: string
}
