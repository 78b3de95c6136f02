/** What the pipeline and connectors may say while they work. Facts hold counts, names and places, never personal data. */
export interface Log {
  debug(message: string, facts?: LogFacts): void
  info(message: string, facts?: LogFacts): void
  warn(message: string, facts?: LogFacts): void
  error(message: string, facts?: LogFacts): void
}

export type LogFacts = Readonly<Record<string, unknown>>

const nothing = (): void => undefined

/** A log that says nothing. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
