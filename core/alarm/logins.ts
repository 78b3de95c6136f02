/** Who is told that a login is about to expire. It opens no trouble: nothing is broken yet. */
import { createHash } from 'node:crypto'
import { DAY, toInstant } from '../clock.ts'
import type { ResourceStatus } from '../health/status.ts'
import type { LoginWarning } from '../state/state.ts'
import { type Addressee, type Message, watches } from './decide.ts'
import { expiringNotice } from './notice.ts'

/** Days that are left when it is told, and told again. */
const STAGES = [14, 3] as const

/** Directories tell how long a password still lives, so that the instant differs a little each time. */
const SAME_MS = DAY

/** A login of a configured connector, and what is read with it. */
export interface ExpiringLogin {
  readonly source: string
  readonly expiresAt: number
  readonly resources: readonly string[]
}

export interface LoginFacts {
  readonly login: ExpiringLogin
  /** What is remembered. */
  readonly warning: LoginWarning | undefined
  readonly notifiers: readonly Addressee[]
  readonly now: number
  readonly scope: string
  readonly config: string
  readonly publicUrl?: string | undefined
}

export interface LoginDecision {
  /** The very warning that was given when nothing changes. */
  readonly after: LoginWarning | undefined
  readonly messages: readonly Message[]
}

export function decideLogin({ login, warning, notifiers, now, scope, config, publicUrl }: LoginFacts): LoginDecision {
  const { source, expiresAt, resources } = login
  const stage = STAGES.findLast((days) => expiresAt - now <= days * DAY)
  if (stage === undefined) return { after: undefined, messages: [] }
  const known = warning !== undefined && Math.abs(warning.expiresAt - expiresAt) <= SAME_MS ? warning : undefined
  const addressed = notifiers.filter(
    (notifier) =>
      resources.some((resource) => watches(notifier, resource)) && (known?.told[notifier.name] ?? Infinity) > stage,
  )
  if (addressed.length === 0) return { after: known, messages: [] }
  const told = Object.fromEntries(addressed.map(({ name }) => [name, stage]))
  const notice = expiringNotice({ source, resources, expiresAt: toInstant(expiresAt) }, now, publicUrl)
  return {
    after: { ...(known ?? { scope, source, config, expiresAt }), told: { ...known?.told, ...told } },
    messages: addressed.map(({ name }) => ({ notifier: name, notice })),
  }
}

/** The logins that the statuses tell of, each once; what is paused alarms nobody. */
export function expiringLogins(statuses: readonly ResourceStatus[]): readonly ExpiringLogin[] {
  const found = new Map<string, ExpiringLogin>()
  for (const { name, logins = [], paused } of statuses) {
    if (paused !== undefined) continue
    for (const { source, expiresAt } of logins) {
      const at = Date.parse(expiresAt ?? '')
      if (Number.isNaN(at)) continue
      const known = found.get(source)
      found.set(source, {
        source,
        expiresAt: Math.min(at, known?.expiresAt ?? at),
        resources: [...(known?.resources ?? []), name],
      })
    }
  }
  return [...found.values()]
}

/** What a warning is remembered by: the connector of this configuration. */
export function loginScope(config: string, source: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([config, source]))
    .digest('hex')
  return `login:${digest.slice(0, 32)}`
}
