/** What is told, as data: every channel makes its text of it. Holds numbers, codes and the user's names, no personal data. */
import { toInstant } from '../clock.ts'
import type { ConnectionTrouble, Health, ResourceStatus } from '../health/status.ts'
import type { Hold, HoldReason } from '../state/state.ts'

/** `opened` is the first that is told of something, `expiring` is about a login. */
export type NoticeKind = 'opened' | 'reminder' | 'recovered' | 'expiring' | 'test'

/** What an opened notice or a reminder is about. */
export type NoticeAbout = 'trouble' | 'held' | 'degraded'

/** The arithmetic of a rule, without the sentence. */
export type NoticeReason = Omit<HoldReason, 'message'>

export interface Notice {
  readonly kind: NoticeKind
  /** When it was decided, not when it arrived. */
  readonly at: string
  /** The same in all notices of one time of trouble; absent where there is none. */
  readonly episode?: string
  readonly about?: NoticeAbout
  readonly resource?: string
  readonly type?: string
  readonly health?: Health
  /** When the trouble was first told. */
  readonly since?: string
  /** Of a recovery: how long it lasted. */
  readonly lastedSeconds?: number
  readonly lastSuccessAt?: string
  readonly lastOutcome?: string
  readonly maxAgeSeconds?: number
  readonly records?: number
  readonly failuresInRow?: number
  readonly hold?: {
    readonly id: string
    readonly openedAt?: string
    readonly expiresAt?: string
    readonly reasons: readonly NoticeReason[]
  }
  readonly connection?: Omit<ConnectionTrouble, 'says'>
  /** Of the last run's error; its message might hold personal data. */
  readonly errorCode?: string
  /** Id of the last run. */
  readonly run?: string
  readonly login?: LoginNotice
  /** The page about it; absent without `server.publicUrl`. */
  readonly link?: string
  /** The next step, to be typed as it is. */
  readonly command?: string
}

export interface LoginNotice {
  /** The configured connector. */
  readonly source: string
  readonly expiresAt: string
  /** What is read with it. */
  readonly resources: readonly string[]
}

/** What the facts of a notice are taken from. */
export interface NoticeFacts {
  readonly status: ResourceStatus
  /** The live one. */
  readonly hold?: Hold | undefined
  readonly openedAt: number
  readonly scope: string
  readonly now: number
  readonly publicUrl?: string | undefined
}

/** Tells that something is wrong. */
export function troubleNotice(kind: 'opened' | 'reminder', about: NoticeAbout, facts: NoticeFacts): Notice {
  const { status, hold } = facts
  const held = about === 'held' || isStaleByHold(facts) ? (status.hold ?? hold?.id) : undefined
  return {
    kind,
    ...head(facts),
    about,
    ...optional({
      maxAgeSeconds: status.maxAgeSeconds,
      hold: held === undefined ? undefined : holdOf(held, hold),
      connection: connectionOf(status),
      errorCode: codeOf(status),
      link: linkOf(facts.publicUrl, held === undefined ? ['resources', status.name] : ['holds', held]),
      command: commandOf(status, held),
    }),
    ...(status.failuresInRow === 0 ? {} : { failuresInRow: status.failuresInRow }),
  }
}

/** Nobody has decided for so long that the data are too old: that is still what must be done. */
function isStaleByHold({ status, hold }: NoticeFacts): boolean {
  return status.health === 'stale' && status.lastOutcome === 'held' && hold?.status === 'open'
}

/** Tells that the resource is healthy again. */
export function recoveryNotice(facts: NoticeFacts): Notice {
  const { status, openedAt, now, publicUrl } = facts
  return {
    kind: 'recovered',
    ...head(facts),
    lastedSeconds: Math.max(0, Math.round((now - openedAt) / 1000)),
    ...optional({ link: linkOf(publicUrl, ['resources', status.name]) }),
  }
}

/** Tells that a login will end soon, or has. */
export function expiringNotice(login: LoginNotice, now: number, publicUrl: string | undefined): Notice {
  const [first] = login.resources
  const link = first === undefined ? undefined : linkOf(publicUrl, ['resources', first])
  return { kind: 'expiring', at: toInstant(now), login, ...optional({ link }) }
}

/** Tells that the way works. */
export function testNotice(now: number, publicUrl: string | undefined): Notice {
  return { kind: 'test', at: toInstant(now), ...optional({ link: publicUrl }) }
}

function head({ status, openedAt, scope, now }: NoticeFacts) {
  const { name: resource, type, health } = status
  return {
    at: toInstant(now),
    episode: `${scope.slice(0, 12)}-${openedAt.toString(36)}`,
    resource,
    type,
    health,
    since: toInstant(openedAt),
    ...optional({
      lastSuccessAt: status.lastSuccessAt,
      lastOutcome: status.lastOutcome,
      records: status.records,
      run: status.lastRunId,
    }),
  }
}

function holdOf(id: string, hold: Hold | undefined): NonNullable<Notice['hold']> {
  if (hold === undefined) return { id, reasons: [] }
  const { openedAt, expiresAt, reasons } = hold
  return { id, openedAt: toInstant(openedAt), expiresAt: toInstant(expiresAt), reasons: reasons.map(numbersOf) }
}

/** Member by member: what a reason may hold one day is not passed on by itself. */
function numbersOf({ rule, limit, allowed, actual, of, names }: HoldReason): NoticeReason {
  return { rule, ...optional({ limit, allowed, actual, of, names }) }
}

function connectionOf({ connection }: ResourceStatus): Notice['connection'] {
  if (connection === undefined) return undefined
  const { cause, side, remedy } = connection
  return { cause, side, remedy }
}

/** Modules of users make codes, too: what does not look like one is not passed on. */
function codeOf({ error }: ResourceStatus): string | undefined {
  return error !== undefined && /^[a-z][a-z0-9-]{0,63}$/.test(error.code) ? error.code : undefined
}

function linkOf(publicUrl: string | undefined, path: readonly string[]): string | undefined {
  return publicUrl === undefined ? undefined : [publicUrl, ...path.map(encodeURIComponent)].join('/')
}

function commandOf({ name, health, lastOutcome, lastRunId }: ResourceStatus, held: string | undefined): string {
  if (held !== undefined) return `vanta-sync approve ${held} --reason "…"`
  // Data that nobody tried to renew: a look at the last run would show that all was well.
  if (lastRunId === undefined || (health === 'stale' && lastOutcome === 'pushed')) return `vanta-sync run ${name}`
  return `vanta-sync show ${lastRunId}`
}

/** Without the members that are undefined. */
function optional<T extends object>(facts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(facts).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
