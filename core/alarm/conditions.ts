/** What of a resource's state is worth an alarm. */
import { EXIT } from '../errors.ts'
import type { ResourceStatus } from '../health/status.ts'
import type { Episode, Hold } from '../state/state.ts'
import type { NoticeAbout } from './notice.ts'

/** Of a failure that passes by itself the first is kept quiet. */
const LEAST_TRANSIENT = 2

/** Nobody must act yet: Vanta is down, or another run holds the lease. */
const TRANSIENT_EXITS: readonly number[] = [EXIT.unavailable, EXIT.lease]

const HELD = 'held'

/** The kinds that are the case, the most telling first: `held:<id>`, `trouble`, `degraded`. */
export function kindsOf(status: ResourceStatus, hold: Hold | undefined, episode: Episode | undefined): string[] {
  const { health } = status
  if (health === 'healthy' || health === 'never run') return []
  const held = heldKind(status, hold, episode)
  return [
    ...(held === undefined ? [] : [held]),
    ...(isTrouble(status) ? ['trouble'] : []),
    ...(health === 'degraded' ? ['degraded'] : []),
  ]
}

export function aboutOf(kind: string): NoticeAbout {
  if (kind.startsWith(HELD)) return 'held'
  return kind === 'degraded' ? 'degraded' : 'trouble'
}

/** Somebody has seen a hold that they approved or rejected. */
function heldKind({ health, hold: id }: ResourceStatus, hold: Hold | undefined, episode: Episode | undefined) {
  if (id !== undefined) return (hold?.status ?? 'open') === 'open' ? `${HELD}:${id}` : undefined
  if (health !== 'held') return undefined
  // The hold has expired, and no run has come since: that is no news.
  return episode?.kinds.findLast((kind) => kind.startsWith(HELD)) ?? HELD
}

function isTrouble(status: ResourceStatus): boolean {
  if (status.health === 'stale') return true
  if (status.health !== 'failing' && status.health !== 'disconnected') return false
  return !isTransient(status) || status.failuresInRow >= LEAST_TRANSIENT
}

function isTransient({ connection, lastExitCode }: ResourceStatus): boolean {
  return connection?.cause === 'third party down' || TRANSIENT_EXITS.includes(lastExitCode ?? EXIT.done)
}
