/** What the client tells while it works, for progress and logs. Holds no secret and no personal data. */
export type VantaEvent =
  /** `expiresInMs`: what is left of its life, by our clock. */
  | { readonly kind: 'token-minted'; readonly application: string; readonly expiresInMs: number }
  /** The minute's allowance is used up; asks again after `ms`. */
  | { readonly kind: 'waiting'; readonly why: 'token-limit' | 'resource-limit'; readonly ms: number }
  /** An attempt failed. `waitMs` is absent when it was the last. `problem` is a sentence. */
  | {
      readonly kind: 'attempt-failed'
      readonly what: RequestName
      readonly attempt: number
      readonly problem: string
      readonly waitMs?: number
    }
  /** Headers and body arrived after `ms`; `bytes` of the answer's body. */
  | {
      readonly kind: 'answered'
      readonly what: RequestName
      readonly status: number
      readonly ms: number
      readonly bytes: number
    }

export type RequestName = 'token' | 'put' | 'get'
