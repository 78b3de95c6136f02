/** Which resource needs somebody, and the sentence that says so. Pure. */
import type { Health, ResourceStatus, StatusSnapshot } from '../../core/health/status.ts'
import { listed, plural } from './markup.ts'
import type { Tone } from './states.ts'

const RANK: Readonly<Record<Health, number>> = {
  disconnected: 0,
  failing: 1,
  stale: 2,
  held: 3,
  'never run': 4,
  degraded: 5,
  healthy: 7,
}
/** What somebody stopped on purpose comes after what is worth a look. */
const PAUSED_RANK = 6

const TROUBLE: ReadonlySet<Health> = new Set(['disconnected', 'failing', 'stale', 'held'])

/** Nobody is needed for what is paused on purpose, or waits for a slot that a daemon will keep. */
export function needsSomebody({ health, paused, schedule, running }: ResourceStatus): boolean {
  if (paused !== undefined) return false
  if (health === 'never run') return running === undefined && !(schedule?.kept === true && schedule.next !== undefined)
  return TROUBLE.has(health)
}

/** What needs somebody first; else the order of the configuration. */
export function byNeed(resources: readonly ResourceStatus[]): readonly ResourceStatus[] {
  return [...resources].sort((a, b) => rankOf(a) - rankOf(b))
}

function rankOf(resource: ResourceStatus): number {
  if (resource.paused !== undefined) return PAUSED_RANK
  return needsSomebody(resource) ? RANK[resource.health] : Math.max(RANK[resource.health], RANK['never run'])
}

export interface Headline {
  readonly tone: Tone
  readonly says: string
  /** Which ones need somebody, when the first sentence does not tell; may be empty. */
  readonly who: string
  /** What else is worth a look; may be empty. */
  readonly more: string
}

export function headline({ resources }: StatusSnapshot): Headline {
  if (resources.length === 0) return { tone: 'calm', says: 'Nothing is configured yet', who: '', more: '' }
  const needing = byNeed(resources).filter(needsSomebody)
  const more = remarks(resources.filter((each) => !needing.includes(each)))
  if (needing.length > 0) {
    const who =
      needing.length === 1
        ? ''
        : listed(
            needing.map(({ name, health }) => `${name} ${healthVerb(health)}`),
            6,
          )
    return { tone: toneOf(needing), says: needSentence(needing, resources.length), who, more }
  }
  return { tone: more === '' ? 'good' : 'calm', says: wellSentence(resources), who: '', more }
}

function toneOf(needing: readonly ResourceStatus[]): Tone {
  return needing.some(({ health }) => health !== 'held' && health !== 'never run') ? 'bad' : 'warn'
}

function needSentence(needing: readonly ResourceStatus[], of: number): string {
  const [first] = needing
  if (needing.length > 1 || first === undefined) return `${needing.length} of ${of} resources need somebody`
  const name = `${first.name} ${healthVerb(first.health)}`
  return of === 1 ? `Somebody is needed: ${name}` : `1 of ${of} needs somebody: ${name}`
}

function healthVerb(health: Health): string {
  return health === 'never run' ? 'has never run' : `is ${health}`
}

function wellSentence(resources: readonly ResourceStatus[]): string {
  const well = resources.filter(({ health, paused }) => health === 'healthy' && paused === undefined)
  const [only] = resources
  if (resources.length === 1 && only !== undefined)
    return well.length === 1 ? `${only.name} is well` : 'Nobody is needed'
  if (well.length === resources.length) return `All ${resources.length} resources are well`
  return `Nobody is needed: ${well.length} of ${resources.length} resources are well`
}

function remarks(resources: readonly ResourceStatus[]): string {
  const paused = resources.filter((each) => each.paused !== undefined)
  const going = resources.filter((each) => each.paused === undefined)
  const degraded = going.filter(({ health }) => health === 'degraded')
  const waiting = going.filter(({ health }) => health === 'never run')
  const parts = [
    degraded.length === 0 ? '' : `${listed(degraded.map(({ name }) => name))} ${isAre(degraded.length)} degraded`,
    paused.length === 0 ? '' : `${listed(paused.map(({ name }) => name))} ${isAre(paused.length)} paused`,
    waiting.length === 0 ? '' : `${plural(waiting.length, 'resource')} will run for the first time`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function isAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}
