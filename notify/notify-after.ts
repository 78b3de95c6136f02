/** After a run, and each minute in the daemon: decides what is news, remembers it, and tells. */
import { decideAlarm, type Message } from '../core/alarm/decide.ts'
import { decideLogin, type ExpiringLogin, expiringLogins, loginScope } from '../core/alarm/logins.ts'
import { messageOf } from '../core/errors.ts'
import type { ResourceStatus } from '../core/health/status.ts'
import { scopeOf } from '../core/run/target.ts'
import type { Episode, LoginWarning } from '../core/state/state.ts'
import { deliverDue } from './deliver.ts'
import { type NotifyContext, type SendLimits, SEND_LIMITS, takesNotices } from './sending.ts'

export interface NotifyOptions {
  readonly context: NotifyContext
  /** As they are now; resources that are left out stay as they were. */
  readonly statuses: readonly ResourceStatus[]
  readonly limits?: SendLimits
}

/** Somebody else who decides at the same time is hardly ever met twice. */
const ATTEMPTS = 5

/**
 * Never throws, and takes some seconds at most: what could not be delivered waits in the state for the next call.
 * Safe in several processes at a time.
 */
export async function notifyAfter({ context, statuses, limits = SEND_LIMITS }: NotifyOptions): Promise<void> {
  const { log } = context
  try {
    const scopes = scopesOf(context)
    for (const status of statuses) await settleResource(context, scopes, status)
    for (const login of expiringLogins(statuses)) await settleLogin(context, login)
    await forgetDeleted(context, scopes)
    await deliverDue(context, limits)
  } catch (error) {
    log.warn(`Nobody could be notified: ${messageOf(error)}`)
  }
}

/** By the name of the resource. */
type Scopes = ReadonlyMap<string, string>

function scopesOf({ settings }: NotifyContext): Scopes {
  return new Map(settings.resources.map((resource) => [resource.name, scopeOf(settings, resource)]))
}

async function settleResource(context: NotifyContext, scopes: Scopes, status: ResourceStatus): Promise<void> {
  const { state, clock, settings } = context
  const scope = scopes.get(status.name)
  if (scope === undefined) return
  const hold = status.hold === undefined ? undefined : await state.holds.get(status.hold)
  await change(context, scope, async () => {
    const episode = (await state.episodes.get(scope)) ?? (await leftBehind(context, scopes, status.name))
    const decision = decideAlarm({
      status,
      hold,
      episode,
      notifiers: settings.notify.filter(takesNotices),
      now: clock.now(),
      scope,
      config: settings.file,
      publicUrl: settings.server.publicUrl,
    })
    return { before: episode, ...decision }
  })
}

/** New credentials or another resource id are another scope; the trouble that they end began under the old one. */
async function leftBehind(
  { state, settings }: NotifyContext,
  scopes: Scopes,
  resource: string,
): Promise<Episode | undefined> {
  const inUse = new Set(scopes.values())
  const episodes = await state.episodes.list()
  return episodes.find(
    (episode) => episode.resource === resource && episode.config === settings.file && !inUse.has(episode.scope),
  )
}

async function settleLogin(context: NotifyContext, login: ExpiringLogin): Promise<void> {
  const { state, clock, settings } = context
  const scope = loginScope(settings.file, login.source)
  await change(context, scope, async () => {
    const warning = await state.episodes.loginWarning(scope)
    const decision = decideLogin({
      login,
      warning,
      notifiers: settings.notify.filter(takesNotices),
      now: clock.now(),
      scope,
      config: settings.file,
      publicUrl: settings.server.publicUrl,
    })
    return { before: warning, ...decision }
  })
}

interface Change<T> {
  readonly before: T | undefined
  readonly after: T | undefined
  readonly messages: readonly Message[]
}

/** Decides again as long as somebody else was quicker. */
async function change<T extends Episode | LoginWarning>(
  { state, clock }: NotifyContext,
  scope: string,
  decide: () => Promise<Change<T>>,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const decision = await decide()
    if (decision.after === decision.before && decision.messages.length === 0) return
    if (await state.episodes.change({ scope, ...decision, at: clock.now() })) return
  }
}

/** Who takes a resource out of the configuration knows. */
async function forgetDeleted({ state, clock, settings }: NotifyContext, scopes: Scopes): Promise<void> {
  const inUse = new Set(scopes.values())
  for (const episode of await state.episodes.list()) {
    if (episode.config !== settings.file || inUse.has(episode.scope)) continue
    const { scope } = episode
    await state.episodes.change({ scope, before: episode, after: undefined, messages: [], at: clock.now() })
  }
}
