/** The words of a notice, the same in every channel. */
import { DAY, SECOND } from '../clock.ts'
import type { ConnectionCause } from '../health/status.ts'
import { sayDuration } from '../text/duration.ts'
import type { Notice, NoticeReason } from './notice.ts'

export type Severity = 'alarm' | 'warning' | 'good' | 'info'

export interface NoticeText {
  /** One line, without a full stop. */
  readonly title: string
  /** Sentences and facts, a line each. */
  readonly lines: readonly string[]
  readonly severity: Severity
  readonly link?: string
  /** To be typed as it is. */
  readonly command?: string
}

export function textOf(notice: Notice): NoticeText {
  const { link, command } = notice
  return {
    title: titleOf(notice),
    lines: linesOf(notice),
    severity: severityOf(notice),
    ...(link === undefined ? {} : { link }),
    ...(command === undefined ? {} : { command }),
  }
}

function severityOf({ kind, about }: Notice): Severity {
  if (kind === 'recovered') return 'good'
  if (kind === 'test') return 'info'
  return kind === 'expiring' || about === 'degraded' ? 'warning' : 'alarm'
}

function titleOf(notice: Notice): string {
  const { kind, resource = 'A resource', lastedSeconds = 0 } = notice
  if (kind === 'test') return 'vanta-sync can reach you: this is a test'
  if (kind === 'expiring') return expiringTitle(notice)
  if (kind === 'recovered') return `${resource} has recovered after ${sayDuration(lastedSeconds * SECOND)}`
  const says = `${resource} ${conditionOf(notice)}`
  return kind === 'reminder' ? `Reminder: ${says}` : says
}

function conditionOf(notice: Notice): string {
  const { about, health, hold, connection, errorCode, failuresInRow = 0 } = notice
  if (about === 'held') return heldTitle(hold?.reasons ?? [])
  if (about === 'degraded') return 'is degraded: the last push leaves something to mend'
  if (health === 'stale') return `is stale: ${ageOf(notice)}`
  if (connection !== undefined) return `is disconnected: ${connection.side} ${CAUSES[connection.cause]}`
  const times = failuresInRow > 1 ? `, ${failuresInRow} runs in a row` : ''
  return `is failing${errorCode === undefined ? '' : `: ${errorCode}`}${times}`
}

const CAUSES: Readonly<Record<ConnectionCause, string>> = {
  credentials: 'refuses the credentials',
  permissions: 'denies permission',
  'third party down': 'is down or cannot be reached',
  'another process': 'is used by another process with the same application',
  network: 'cannot be reached as configured',
}

function ageOf({ at, lastSuccessAt, maxAgeSeconds = 0 }: Notice): string {
  const allowed = maxAgeSeconds === 0 ? '' : `; ${sayDuration(maxAgeSeconds * SECOND)} are allowed`
  if (lastSuccessAt === undefined) return `no success yet${allowed}`
  return `no success for ${sayDuration(Date.parse(at) - Date.parse(lastSuccessAt))}${allowed}`
}

function heldTitle([first, ...others]: readonly NoticeReason[]): string {
  if (first === undefined) return 'is held'
  return `is held: ${arithmetic(first)}${others.length === 0 ? '' : `, and ${others.length} more`}`
}

/** A rule that trips, in numbers. */
function arithmetic(reason: NoticeReason): string {
  const { rule, limit, allowed, actual = 0, of = 0, names = [] } = reason
  switch (rule) {
    case 'maxRemoved':
      return `${actual} of ${of} would leave; ${limit} allows ${allowed}`
    case 'maxChanged':
      return `${actual} of ${of} would change; ${limit} allows ${allowed}`
    case 'maxAdded':
      return `${actual} would be added to ${of}; ${limit} allows ${allowed}`
    case 'maxInvalid':
      return `${actual} of ${of} are invalid; ${limit} allows ${allowed}`
    case 'minRecords':
      return `the set has ${actual}; at least ${allowed} must be in it`
    case 'mustInclude':
      return `${actual} that must be in it ${actual === 1 ? 'is' : 'are'} missing`
    case 'allNew':
      return `none of the ${of} that Vanta holds is in the new set of ${actual}`
    case 'emptySource':
      return `${names.length === 0 ? 'a source' : names.join(', ')} delivered nothing`
    case 'groupBy':
      return `${actual} ${actual === 1 ? 'group' : 'groups'} would vanish whole`
    case 'clear':
      return `the set is to be cleared: ${actual} of ${of} would leave`
    case 'unknownBaseline':
      return 'what Vanta holds is unknown'
    default:
      return rule
  }
}

function linesOf(notice: Notice): readonly string[] {
  const { kind, hold, connection } = notice
  if (kind === 'test') return ['Nothing is wrong. Alarms of this installation will look like this.']
  if (kind === 'expiring') return expiringLines(notice)
  return [
    ...(hold?.reasons ?? []).map((reason) => `${reason.rule}: ${arithmetic(reason)}.`),
    ...(hold === undefined ? [] : [holdLine(hold)]),
    ...(connection === undefined ? [] : [`${connection.side} ${CAUSES[connection.cause]}. ${connection.remedy}`]),
    ...factLines(notice),
  ]
}

function holdLine({ id, expiresAt }: NonNullable<Notice['hold']>): string {
  const until = expiresAt === undefined ? '' : `, until ${expiresAt}`
  return `Nothing was pushed; Vanta keeps what it has. Hold ${id}${until}: approve or reject it, or mend the source.`
}

function factLines({ kind, since, lastSuccessAt, records, errorCode, failuresInRow, run }: Notice): readonly string[] {
  const facts = [
    since === undefined ? undefined : `${kind === 'recovered' ? 'Told first' : 'Since'}: ${since}`,
    `Last success: ${lastSuccessAt ?? 'none yet'}`,
    records === undefined ? undefined : `Records in Vanta: ${records}`,
    errorCode === undefined ? undefined : `Error: ${errorCode}`,
    failuresInRow === undefined ? undefined : `Runs without success in a row: ${failuresInRow}`,
    run === undefined ? undefined : `Last run: ${run}`,
  ]
  return facts.filter((fact) => fact !== undefined)
}

function expiringTitle({ login, at }: Notice): string {
  const { source = 'a connector', expiresAt = at } = login ?? {}
  const left = Date.parse(expiresAt) - Date.parse(at)
  return `The login of ${source} ${left <= 0 ? 'has expired' : `expires in ${sayDays(left)}`}`
}

/** Days count, and hours on the last one. */
function sayDays(ms: number): string {
  const days = Math.floor(ms / DAY)
  return days === 0 ? sayDuration(ms) : `${days} ${days === 1 ? 'day' : 'days'}`
}

function expiringLines({ login }: Notice): readonly string[] {
  if (login === undefined) return []
  return [
    `Expires: ${login.expiresAt}`,
    `Read with it: ${login.resources.join(', ')}`,
    'Renew it before then, and put the new one where the configuration looks for it; it is read again at each run.',
  ]
}
