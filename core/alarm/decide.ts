/** Who is told what about a resource now. Pure: the same facts decide the same, whoever asks. */
import type { ResourceStatus } from '../health/status.ts'
import type { NotifierSpec } from '../resource.ts'
import type { Episode, Hold } from '../state/state.ts'
import { aboutOf, kindsOf } from './conditions.ts'
import { type Notice, type NoticeFacts, recoveryNotice, troubleNotice } from './notice.ts'

export interface AlarmFacts {
  readonly status: ResourceStatus
  /** The live hold, whose id the status has. */
  readonly hold?: Hold | undefined
  /** What is remembered; undefined: all was well. */
  readonly episode: Episode | undefined
  /** All that are configured; those that do not watch the resource are left out. */
  readonly notifiers: readonly Addressee[]
  readonly now: number
  /** Of the resource. */
  readonly scope: string
  /** Absolute path of the configuration. */
  readonly config: string
  readonly publicUrl?: string | undefined
}

export type Addressee = Pick<NotifierSpec, 'name' | 'resources' | 'remindMs'>

export interface Message {
  readonly notifier: string
  readonly notice: Notice
}

export interface AlarmDecision {
  /** What is to be remembered; the very episode that was given when nothing changes. */
  readonly after: Episode | undefined
  readonly messages: readonly Message[]
}

export function decideAlarm(facts: AlarmFacts): AlarmDecision {
  const { status, hold, now } = facts
  const episode = settled(facts)
  if (status.paused !== undefined) return silently(paused(episode))
  if (status.health === 'healthy') return recovered(facts, episode)
  const going = resumed(episode)
  const kinds = kindsOf(status, hold, going)
  const [first] = kinds
  if (first === undefined) return silently(going)
  const [news] = kinds.filter((kind) => going?.kinds.includes(kind) !== true)
  if (going === undefined || news !== undefined) return opened(facts, going, { news: news ?? first, kinds })
  return reminded(facts, going, { first, notifiers: watching(facts).filter((each) => isDue(each, going, now)) })
}

/** Does the notifier want to know of the resource? */
export function watches({ resources }: Addressee, resource: string): boolean {
  return resources === undefined || resources.includes(resource)
}

function watching({ notifiers, status }: AlarmFacts): readonly Addressee[] {
  return notifiers.filter((notifier) => watches(notifier, status.name))
}

function silently(after: Episode | undefined): AlarmDecision {
  return { after, messages: [] }
}

/** Under the names that the resource and the configuration have now. */
function settled({ episode, scope, config, status: { name } }: AlarmFacts): Episode | undefined {
  if (episode === undefined) return undefined
  const same = episode.scope === scope && episode.config === config && episode.resource === name
  return same ? episode : { ...episode, scope, config, resource: name }
}

function paused(episode: Episode | undefined): Episode | undefined {
  return episode === undefined || episode.paused === true ? episode : { ...episode, paused: true }
}

/** After a pause all that lasts is news again; since when it lasts, and who was told, stays. */
function resumed(episode: Episode | undefined): Episode | undefined {
  if (episode?.paused !== true) return episode
  const { paused: _, ...going } = episode
  return { ...going, kinds: [] }
}

function opened(
  facts: AlarmFacts,
  going: Episode | undefined,
  { news, kinds }: { news: string; kinds: readonly string[] },
): AlarmDecision {
  const { scope, config, status, now } = facts
  const known = going?.kinds ?? []
  const before = going ?? { scope, config, resource: status.name, openedAt: now, told: {} }
  const episode = { ...before, kinds: [...known, ...kinds.filter((kind) => !known.includes(kind))] }
  const notice = troubleNotice('opened', aboutOf(news), noticeFacts(facts, episode))
  return tell(episode, watching(facts), { notice, now })
}

function reminded(
  facts: AlarmFacts,
  episode: Episode,
  { first, notifiers }: { first: string; notifiers: readonly Addressee[] },
): AlarmDecision {
  if (notifiers.length === 0) return silently(episode)
  const notice = troubleNotice('reminder', aboutOf(first), noticeFacts(facts, episode))
  return tell(episode, notifiers, { notice, now: facts.now })
}

/** One that was never told, since it is new, counts from the beginning. */
function isDue({ name, remindMs }: Addressee, { told, openedAt }: Episode, now: number): boolean {
  return remindMs > 0 && now - (told[name] ?? openedAt) >= remindMs
}

function tell(
  episode: Episode,
  notifiers: readonly Addressee[],
  { notice, now }: { notice: Notice; now: number },
): AlarmDecision {
  const told = Object.fromEntries(notifiers.map(({ name }) => [name, now]))
  return {
    after: { ...episode, told: { ...episode.told, ...told } },
    messages: notifiers.map(({ name }) => ({ notifier: name, notice })),
  }
}

/** Only who was told of the trouble is told of its end. */
function recovered(facts: AlarmFacts, episode: Episode | undefined): AlarmDecision {
  if (episode === undefined) return silently(undefined)
  const told = watching(facts).filter(({ name }) => episode.told[name] !== undefined)
  const notice = recoveryNotice(noticeFacts(facts, episode))
  return { after: undefined, messages: told.map(({ name }) => ({ notifier: name, notice })) }
}

function noticeFacts({ status, hold, scope, now, publicUrl }: AlarmFacts, { openedAt }: Episode): NoticeFacts {
  return { status, hold, scope, now, publicUrl, openedAt }
}
