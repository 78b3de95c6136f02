/** Who is logged in. In memory alone: a new start of the daemon logs everybody out. */
import { createHash, randomBytes } from 'node:crypto'
import { type Clock, HOUR, MINUTE } from '../../core/clock.ts'
import { setNewest } from './bounded-map.ts'
import { keyedDigest, sameText } from './digest.ts'

const IDLE = 8 * HOUR
const LONGEST = 24 * HOUR
const REVEALED = 15 * MINUTE
/** Of each kind; the oldest go when there are more. */
const MOST = 1000

export interface Sessions {
  /** A new cookie, of a visit that is no session. */
  visit(): string
  /** A new session of a user, and its cookie: never one that somebody brought. */
  open(user: string): string
  /** The name of the user whose session it is; notes that they are there. */
  userOf(cookie: string): string | undefined
  /** Is it still the cookie of a session? Notes nothing. */
  isLive(cookie: string): boolean
  /** The session, and what was revealed to the visit. */
  end(cookie: string): void
  /** Shows personal data to `who` for 15 minutes. */
  reveal(cookie: string, who: string): void
  hide(cookie: string): void
  isRevealed(cookie: string, who: string): boolean
  csrfToken(cookie: string): string
  isCsrfToken(cookie: string, token: string): boolean
}

interface Session {
  readonly user: string
  readonly openedAt: number
  readonly seenAt: number
}

export function createSessions(clock: Clock): Sessions {
  const key = randomBytes(32)
  const sessions = new Map<string, Session>()
  const reveals = new Map<string, { readonly who: string; readonly until: number }>()
  const csrfToken = (cookie: string): string => keyedDigest(key, `csrf ${cookie}`).toString('base64url')

  function liveSession(id: string): Session | undefined {
    const session = sessions.get(id)
    if (session === undefined) return undefined
    const now = clock.now()
    if (now < session.seenAt + IDLE && now < session.openedAt + LONGEST) return session
    sessions.delete(id)
    return undefined
  }

  return {
    visit: newCookie,
    csrfToken,
    open(user) {
      for (const id of sessions.keys()) liveSession(id)
      const cookie = newCookie()
      const now = clock.now()
      setNewest(sessions, { key: idOf(cookie), value: { user, openedAt: now, seenAt: now } }, MOST)
      return cookie
    },
    userOf(cookie) {
      const id = idOf(cookie)
      const session = liveSession(id)
      if (session === undefined) return undefined
      setNewest(sessions, { key: id, value: { ...session, seenAt: clock.now() } }, MOST)
      return session.user
    },
    isLive: (cookie) => liveSession(idOf(cookie)) !== undefined,
    end(cookie) {
      sessions.delete(idOf(cookie))
      reveals.delete(idOf(cookie))
    },
    reveal: (cookie, who) =>
      setNewest(reveals, { key: idOf(cookie), value: { who, until: clock.now() + REVEALED } }, MOST),
    hide: (cookie) => void reveals.delete(idOf(cookie)),
    isRevealed(cookie, who) {
      const reveal = reveals.get(idOf(cookie))
      return reveal?.who === who && clock.now() < reveal.until
    },
    isCsrfToken: (cookie, token) => sameText(key, csrfToken(cookie), token),
  }
}

function newCookie(): string {
  return randomBytes(32).toString('base64url')
}

/** The cookie itself is never kept. */
function idOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64')
}
