import type { Log, LogFacts } from '../core/log.ts'

export interface LoggedLine {
  readonly level: keyof Log
  readonly message: string
  readonly facts: LogFacts
}

/** A log that keeps what it is told, of every level. */
export function recordingLog(lines: LoggedLine[]): Log {
  const record =
    (level: keyof Log) =>
    (message: string, facts: LogFacts = {}): void => {
      lines.push({ level, message, facts })
    }
  return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') }
}
