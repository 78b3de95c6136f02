import type { Clock } from '../core/clock.ts'

/** One request as the sandbox saw it. */
export interface RequestEntry {
  /** Counts from 1; the page's own requests and those of the control API are not counted. */
  readonly number: number
  /** When it arrived, with milliseconds. */
  readonly at: string
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Null until it is answered, and for ever when it was not. */
  readonly status: number | null
  readonly durationMs: number
  /** Bytes of the body received. */
  readonly bytes: number
  /** `token-3`: the token that was presented or issued; never its value. */
  readonly token?: string
  /** What became of it when it was not simply answered: a fault, a client that went away. */
  readonly note?: string
}

export type OpenEntry = { -readonly [Key in keyof RequestEntry]: RequestEntry[Key] } & { readonly startedAt: number }

export interface RequestLog {
  total: number
  entries: OpenEntry[]
}

/** Older requests are forgotten; `total` still counts them. */
const KEPT = 2000

export function emptyLog(): RequestLog {
  return { total: 0, entries: [] }
}

export function openEntry(log: RequestLog, clock: Clock, method: string, path: string): OpenEntry {
  const startedAt = clock.now()
  log.total += 1
  const at = new Date(startedAt).toISOString()
  const entry: OpenEntry = { number: log.total, at, method, path, status: null, durationMs: 0, bytes: 0, startedAt }
  log.entries.push(entry)
  if (log.entries.length > KEPT) log.entries.shift()
  return entry
}

/** The entry as it is told to others. */
export function publicEntry(entry: OpenEntry): RequestEntry {
  const { startedAt: _, ...told } = entry
  return told
}
