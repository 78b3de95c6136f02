import { ConfigError } from '../../core/errors.ts'
import type { ConnectContext } from './database.ts'

/**
 * What the session takes for its time zone: an IANA name.
 * @throws ConfigError `sql-zone`
 */
export function zoneOf({ options, zone }: ConnectContext): string {
  const { timeZone } = options
  if (timeZone === undefined) return zone
  if (/^[A-Za-z]/.test(timeZone) && isZone(timeZone)) return timeZone
  throw new ConfigError('sql-zone', `\`timeZone\` is ${timeZone}, which is no time zone`, {
    hint: 'Write UTC, or a name with a place, such as Europe/Berlin.',
  })
}

/** The server's own list may lack a name that Node knows. */
export function unknownZone(place: string): ConfigError {
  return new ConfigError('sql-zone', `${place} does not know the time zone of the session`, {
    hint: 'Load the time zones into the server (for MySQL and MariaDB with mysql_tzinfo_to_sql), or set `timeZone: UTC`; `current_date` then means the day in UTC.',
  })
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
