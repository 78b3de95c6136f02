/**
 * What nobody published about Vanta, or where reports disagree: one switch each. The default is the reading that is
 * the safest for a client to have been tested against.
 */
export interface Assumptions {
  /** Two records of one `uniqueId` in one PUT: refused with 400, or the last one silently wins. Default `refuse`. */
  readonly duplicateIds: 'refuse' | 'overwrite'
  /** After so many milliseconds the gateway answers 504, while the request goes on behind it. Default 30,000. */
  readonly gatewayTimeoutMs: number
  /** Whether a 429 carries `Retry-After`: not at all, the seconds until a slot is free, or a fixed number. Default `none`. */
  readonly retryAfter: 'none' | 'exact' | number
  /** How a minute is counted: any 60 seconds, or each minute of the wall clock. Default `sliding`, which refuses more. */
  readonly rateWindow: 'sliding' | 'calendar'
  /** Whether `vulnerableComponentUniqueId` must name a component that this application holds. Default `require`. */
  readonly componentReferences: 'require' | 'ignore'
  /** Which rows that were left out stay readable with `deletedAt`: those of all types, or user accounts alone. Default `all-types`. */
  readonly softDeletes: 'all-types' | 'user-accounts'
  /** How a PUT is confirmed: `{"success":true}`, or the `{"results":{…}}` of old pages. Default `success`. */
  readonly confirmation: 'success' | 'results'
  /** Lifetime of a token in seconds; 3599 and 3600 were seen. Default 3599. */
  readonly expiresIn: number
}

export const ASSUMED: Assumptions = {
  duplicateIds: 'refuse',
  gatewayTimeoutMs: 30_000,
  retryAfter: 'none',
  rateWindow: 'sliding',
  componentReferences: 'require',
  softDeletes: 'all-types',
  confirmation: 'success',
  expiresIn: 3599,
}
