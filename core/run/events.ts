/** What a run says while it goes on. Progress, logs and metrics listen; the pipeline knows none of them. No personal data. */
export type Stage = 'read' | 'plan' | 'push' | 'verify'

export type RunEvent =
  | {
      readonly kind: 'run-started'
      readonly runId: string
      readonly command: string
      readonly resources: number
      readonly names: readonly string[]
    }
  | { readonly kind: 'lease-waiting'; readonly application: string; readonly holder: string }
  | { readonly kind: 'waiting'; readonly application: string; readonly why: string; readonly ms: number }
  | { readonly kind: 'token-minted'; readonly application: string }
  | { readonly kind: 'attempt-failed'; readonly application: string; readonly what: string; readonly waitMs: number }
  | { readonly kind: 'stage'; readonly resource: string; readonly stage: Stage }
  | {
      readonly kind: 'progress'
      readonly resource: string
      readonly stage: Stage
      readonly done: number
      readonly total?: number
      readonly unit: 'rows' | 'bytes' | 'records'
    }
  | {
      readonly kind: 'source-read'
      readonly resource: string
      readonly source: string
      readonly rows: number
      readonly evidence: string
    }
  | { readonly kind: 'warning'; readonly resource: string; readonly code: string; readonly message: string }
  | {
      readonly kind: 'part-pushed'
      readonly resource: string
      readonly part: number
      readonly of: number
      readonly records: number
    }
  | {
      readonly kind: 'resource-finished'
      readonly resource: string
      readonly outcome: string
      readonly exitCode: number
      readonly degraded: boolean
      /** From its first stage to its last, without waiting for others. */
      readonly ms: number
      readonly records: Readonly<Record<string, number>>
      readonly changes: Readonly<Record<string, number>>
      readonly requests: { readonly put: number; readonly get: number }
    }
  | {
      readonly kind: 'run-finished'
      readonly runId: string
      readonly command: string
      readonly outcome: string
      readonly exitCode: number
    }

export type Emit = (event: RunEvent) => void
