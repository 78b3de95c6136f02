/** What connectors tell of the login that they read with, and what people should hear of it in time. */
import { DAY, toInstant } from '../clock.ts'
import type { LoginFacts } from '../connector.ts'
import { sayDuration } from '../text/duration.ts'
import type { LoginStatus } from './status.ts'

/** Long enough to have a password changed by somebody who is on holiday. */
const WARN_BEFORE = 14 * DAY

const BETTER = 'A service account whose password does not expire needs no reminder.'

/** As documents and the state keep it. */
export function loginDocument({ expiresAt, personal }: LoginFacts): Omit<LoginStatus, 'source'> {
  const until = expiresAt?.getTime() ?? Number.NaN
  return {
    ...(Number.isNaN(until) ? {} : { expiresAt: toInstant(until) }),
    ...(personal === undefined ? {} : { personal }),
  }
}

/** The configured connector of a use: uses of one that has several are named `people (from[1])`. */
export function connectorOf(use: string): string {
  return use.replace(/ \(.*\)$/, '')
}

/** Sentences about logins that end soon, have ended, or may leave with a person. */
export function loginNotices(logins: readonly LoginStatus[], now: number): string[] {
  return logins.flatMap((login) => [...expiryNotice(login, now), ...personalNotice(login)])
}

function expiryNotice({ source, expiresAt }: LoginStatus, now: number): string[] {
  if (expiresAt === undefined) return []
  const left = Date.parse(expiresAt) - now
  if (left > WARN_BEFORE) return []
  if (left <= 0) return [`The login of ${source} has expired (${expiresAt}): renew it. ${BETTER}`]
  return [`The login of ${source} expires in ${sayDays(left)} (${expiresAt}): renew it before then. ${BETTER}`]
}

/** Days count, and hours on the last one. */
function sayDays(ms: number): string {
  const days = Math.floor(ms / DAY)
  return days === 0 ? sayDuration(ms) : `${days} ${days === 1 ? 'day' : 'days'}`
}

function personalNotice({ source, personal }: LoginStatus): string[] {
  if (personal === undefined) return []
  return [
    `The login of ${source} seems to belong to a person (${personal}), and will stop working when they leave: use a service account that belongs to nobody.`,
  ]
}
