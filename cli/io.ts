import type { SecretRegistry } from '../core/resource.ts'

/** The process as the commands see it, passed in so that a test can own it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Every secret that was resolved; neither stream shows one. */
  readonly secrets: SecretRegistry
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Is standard error a terminal: progress for people, else JSON lines. */
  readonly terminal: boolean
  /** May standard output carry colour. */
  readonly colour: boolean
  /** Aborted by SIGINT and SIGTERM with an error that carries the exit code. */
  readonly signal: AbortSignal
  /** Calls back at each SIGHUP, until the function it returns is called. Without a listener SIGHUP ends the process. */
  onHangup(listener: () => void): () => void
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config: string
  readonly json: boolean
  /** Absent: `info` off a terminal, sentences for people on it. */
  readonly logLevel: string | undefined
  readonly quiet: boolean
}

/** Both streams without secrets, whoever writes to them. */
export function scrubbed(io: Io): Io {
  const { secrets, out, err } = io
  return { ...io, out: (text) => out(secrets.scrubOutput(text)), err: (text) => err(secrets.scrubOutput(text)) }
}
