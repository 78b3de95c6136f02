/** JSON lines on standard error. Secrets are taken out by the stream, see `scrubbed` in `cli/io.ts`. */
import { pino } from 'pino'
import type { Log, LogFacts } from '../core/log.ts'

/** Wipes a progress line that may stand there. */
export const CLEAR_LINE = '\r\u001b[2K'

export interface LoggerOptions {
  readonly level: string
  readonly write: (line: string) => void
}

export function createLogger({ level, write }: LoggerOptions): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write })
  return {
    debug: (message, facts = {}) => logger.debug(facts, message),
    info: (message, facts = {}) => logger.info(facts, message),
    warn: (message, facts = {}) => logger.warn(facts, message),
    error: (message, facts = {}) => logger.error(facts, message),
  }
}

/** The same for people: no debug and info, since progress and the result say those. */
export function createTerminalLog(write: LoggerOptions['write']): Log {
  const say = (word: string, message: string, facts: LogFacts = {}): void =>
    write(`${CLEAR_LINE}${word}: ${message}${tail(message, facts)}\n`)
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, facts) => say('warning', message, facts),
    error: (message, facts) => say('error', message, facts),
  }
}

/** What a message leaves to its facts. */
function tail(message: string, facts: LogFacts): string {
  const told = Object.entries(facts)
    .filter(([name, value]) => name !== 'stack' && !message.includes(String(value)))
    .filter(([, value]) => ['string', 'number'].includes(typeof value))
    .map(([name, value]) => `${name}: ${String(value)}`)
  return told.length === 0 ? '' : ` (${told.join(', ')})`
}
