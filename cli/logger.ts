/** JSON lines on standard error, scrubbed of every secret that was resolved. */
import { pino } from 'pino'
import type { Log } from '../core/log.ts'
import type { Secret } from '../core/secret.ts'

/** Wipes a progress line that may stand there. */
export const CLEAR_LINE = '\r\u001b[2K'

export interface LoggerOptions {
  readonly level: string
  readonly write: (line: string) => void
  secrets(): readonly Secret[]
}

export function createLogger({ level, write, secrets }: LoggerOptions): Log {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => write(scrub(line, secrets())) },
  )
  return {
    debug: (message, facts = {}) => logger.debug(facts, message),
    info: (message, facts = {}) => logger.info(facts, message),
    warn: (message, facts = {}) => logger.warn(facts, message),
    error: (message, facts = {}) => logger.error(facts, message),
  }
}

/** The same for people: no debug and info, since progress and the result say those. */
export function createTerminalLog({ write, secrets }: Omit<LoggerOptions, 'level'>): Log {
  const say = (word: string, message: string): void =>
    write(`${CLEAR_LINE}${scrub(`${word}: ${message}`, secrets())}\n`)
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => say('warning', message),
    error: (message) => say('error', message),
  }
}

/** Shorter ones would tear holes into ordinary words. */
const LEAST_LENGTH = 4

/** Takes out each secret, also as base64, in a URL and inside JSON; the longest first, since one may contain another. */
export function scrub(text: string, secrets: readonly Secret[]): string {
  const forms = new Set<string>()
  for (const secret of secrets) {
    const value = secret.reveal()
    if (value.length < LEAST_LENGTH) continue
    forms.add(value)
    forms.add(JSON.stringify(value).slice(1, -1))
    forms.add(encodeURIComponent(value))
    forms.add(Buffer.from(value).toString('base64').replace(/=+$/, ''))
    forms.add(Buffer.from(value).toString('base64url'))
  }
  let clean = text
  for (const form of [...forms].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, '[secret]')
  return clean
}
