/** How a resource is, from facts alone. Sentences hold no personal data: they are made of codes and counts. */
import type { Hold, Pause, ResourceRunRow } from '../state/state.ts'
import { toInstant } from '../clock.ts'
import { sayDuration } from '../text/duration.ts'
import { type Failure, meaningOf } from './cause.ts'
import type { ConnectionTrouble, Health, LoginStatus, ScheduleStatus } from './status.ts'

export interface HealthFacts {
  readonly now: number
  /** The user's name of the resource, for commands. */
  readonly resource: string
  /** Latest run of any outcome, and the latest success. */
  readonly last?: ResourceRunRow | undefined
  readonly success?: ResourceRunRow | undefined
  /** When it was first tried: without a success its age counts from then. */
  readonly firstAt?: number | undefined
  /** The live one. */
  readonly hold?: Hold | undefined
  readonly pause?: Pause | undefined
  readonly maxAgeMs?: number | undefined
  readonly failuresInRow: number
  readonly schedule?: ScheduleStatus | undefined
  readonly logins?: readonly LoginStatus[] | undefined
}

export interface Judgement {
  readonly health: Health
  readonly wrong?: string
  readonly remedy?: string
  readonly connection?: ConnectionTrouble
}

/** What is wrong, and what to do about it. */
interface Wrong {
  readonly says: string
  readonly remedy: string
}

export function judge(facts: HealthFacts): Judgement {
  const failure = failureOf(facts)
  const connection = failure?.connection
  const health = healthOf(facts, connection !== undefined)
  const wrong = wrongOf(health, facts, failure)
  return {
    health,
    ...(wrong === undefined ? {} : { wrong: wrong.says, remedy: wrong.remedy }),
    ...(connection === undefined ? {} : { connection }),
  }
}

/** Age counts before outcome: data that stopped being true is the worse news. */
function healthOf({ last, success, firstAt, now, maxAgeMs }: HealthFacts, isDisconnected: boolean): Health {
  if (last === undefined) return 'never run'
  const since = success?.at ?? firstAt ?? Number.NEGATIVE_INFINITY
  if (maxAgeMs !== undefined && now - since > maxAgeMs) return 'stale'
  if (last.outcome === 'held') return 'held'
  if (isDisconnected) return 'disconnected'
  if (last.outcome === 'failed' || last.outcome === 'skipped') return 'failing'
  return last.degraded ? 'degraded' : 'healthy'
}

/** What ended the last run; undefined when it went well or is held. */
function failureOf({ last, logins }: HealthFacts): Failure | undefined {
  if (last?.error === undefined || last.outcome === 'held' || last.success) return undefined
  const failure = meaningOf(last.error, last.exitCode)
  const { connection } = failure
  if (connection?.cause !== 'credentials') return failure
  const personal = logins?.find(({ source }) => source === connection.side)?.personal
  if (personal === undefined) return failure
  const remedy = `The login seemed to belong to a person (${personal}): perhaps they have left. ${failure.remedy}`
  return { says: failure.says, remedy, connection: { ...connection, remedy } }
}

function wrongOf(health: Health, facts: HealthFacts, failure: Failure | undefined): Wrong | undefined {
  if (health === 'healthy') return undefined
  if (health === 'never run') return neverRun(facts)
  if (health === 'stale') return stale(facts, failure)
  if (health === 'held') return held(facts)
  if (health === 'degraded') return degraded(facts)
  return failing(facts, failure)
}

function neverRun({ resource, schedule, pause }: HealthFacts): Wrong {
  const says = 'It has not run yet'
  if (pause !== undefined) return { says, remedy: resumes(resource, pause) }
  if (schedule?.kept === true && schedule.next !== undefined)
    return { says, remedy: `It is due at ${schedule.next}; \`vanta-sync run ${resource}\` runs it now.` }
  return {
    says,
    remedy: `\`vanta-sync plan ${resource}\` shows what would be pushed, \`vanta-sync run ${resource}\` pushes it.`,
  }
}

function stale(facts: HealthFacts, failure: Failure | undefined): Wrong {
  const { now, success, maxAgeMs = 0 } = facts
  const age = success === undefined ? 'There was no success yet' : `No success for ${sayDuration(now - success.at)}`
  const why = whyStale(facts, failure)
  return { says: `${age}, ${sayDuration(maxAgeMs)} are allowed: ${why.says}`, remedy: why.remedy }
}

/** The nearest reason why there was no success in time. */
function whyStale(facts: HealthFacts, failure: Failure | undefined): Wrong {
  const { resource, last, pause, schedule } = facts
  if (failure !== undefined) return { says: lowered(failure.says), remedy: failure.remedy }
  if (last?.outcome === 'held') {
    const { says, remedy } = held(facts)
    return { says: lowered(says), remedy }
  }
  if (pause !== undefined)
    return { says: `it is paused until ${toInstant(pause.until)}`, remedy: resumes(resource, pause) }
  if (schedule?.kept === false)
    return {
      says: 'no vanta-sync start is there to keep its schedule',
      remedy: `Start it again, or look at what runs \`vanta-sync run ${resource}\` instead.`,
    }
  return {
    says: 'no run has begun since',
    remedy: `Look at what should have started one; \`vanta-sync run ${resource}\` runs it now.`,
  }
}

function held({ resource, hold }: HealthFacts): Wrong {
  const look = `\`vanta-sync plan ${resource}\` shows the plan`
  if (hold === undefined) return { says: 'The last plan was held', remedy: `${look}; the next run judges anew.` }
  const [first, ...others] = hold.reasons
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  const state =
    hold.status === 'rejected' ? 'Held and rejected' : hold.status === 'approved' ? 'Approved, not yet pushed' : 'Held'
  const says = first === undefined ? state : `${state}: ${first.message}${more}`
  if (first?.rule === 'clear') return { says, remedy: clears(hold) }
  if (hold.status === 'approved') return { says, remedy: 'The next run pushes what was approved.' }
  if (hold.status === 'rejected') return { says, remedy: `Mend the source; ${look}, and the next run judges anew.` }
  return {
    says,
    remedy: `${look}; then \`vanta-sync approve ${hold.id} --reason …\` or \`vanta-sync reject ${hold.id} --reason …\`, or mend the source.`,
  }
}

/** No run does it on the way: what a person asked for waits for a person. */
function clears({ id }: Hold): string {
  return `\`vanta-sync approve ${id} --reason …\` empties the set, \`vanta-sync reject ${id} --reason …\` leaves it as it is.`
}

function degraded({ resource, last }: HealthFacts): Wrong {
  const invalid = last?.counts['invalid'] ?? 0
  if (invalid === 0) {
    return {
      says: 'The last push was confirmed, and not found so by reading back',
      remedy: 'Look at the warnings of the run; the next run reads back again.',
    }
  }
  const all = invalid + (last?.counts['valid'] ?? 0)
  return {
    says: `${invalid} of ${all} records are invalid and stay as Vanta has them`,
    remedy: `Mend the rows that \`vanta-sync plan ${resource}\` names, or their mapping.`,
  }
}

function failing({ last, failuresInRow, resource }: HealthFacts, failure: Failure | undefined): Wrong {
  const times = failuresInRow > 1 ? `, ${failuresInRow} runs in a row` : ''
  if (failure !== undefined) return { says: `${failure.says}${times}`, remedy: failure.remedy }
  const says = last?.outcome === 'skipped' ? 'The last run left it out' : 'The last run broke off'
  return { says: `${says}${times}`, remedy: `\`vanta-sync history ${resource}\` shows its runs.` }
}

function resumes(resource: string, { until }: Pause): string {
  return `It goes on by itself at ${toInstant(until)}; \`vanta-sync resume ${resource}\` ends the pause now.`
}

/** For use behind a colon. Names stay as they are: only sentences of ours begin with such a word. */
function lowered(sentence: string): string {
  return sentence.replace(/^(?:The|There|A|An|It|Its|Records|Rows|Another|Held|Approved)(?= |:)/, (word) =>
    word.toLowerCase(),
  )
}
