/** The snapshot, for a colleague on a terminal. */
import { SECOND } from '../../core/clock.ts'
import type { Health, ResourceStatus, StatusSnapshot } from '../../core/health/status.ts'
import { sayDuration } from '../../core/text/duration.ts'
import { type Paint, table } from './paint.ts'

const STYLE: Readonly<Record<Health, 'green' | 'yellow' | 'red' | 'dim'>> = {
  healthy: 'green',
  degraded: 'yellow',
  held: 'yellow',
  failing: 'red',
  stale: 'red',
  disconnected: 'red',
  'never run': 'dim',
}

export function statusText(snapshot: StatusSnapshot, paint: Paint): string {
  const { resources, daemons } = snapshot
  const [head = '', ...lines] = table([
    ['RESOURCE', 'HEALTH', 'LAST SUCCESS', 'RECORDS', 'NEXT'],
    ...resources.map(cellsOf),
  ])
  const blocks = resources.flatMap((resource, index) => [
    painted(lines[index] ?? '', resource, paint),
    ...details(resource).map((line) => `  ${line}`),
  ])
  const keepers = daemons.map(({ pid, host, startedAt, url, configProblem }) => [
    `Daemon: pid ${pid} on ${host} since ${startedAt}${url === undefined ? '' : `, ${url}`}`,
    ...(configProblem === undefined ? [] : [`  its changed configuration is not taken: ${configProblem}`]),
  ])
  return `${[paint('bold', head), ...blocks, ...keepers.flat()].join('\n')}\n`
}

function cellsOf({ name, health, ageSeconds, records, schedule, paused, running }: ResourceStatus): string[] {
  return [
    name,
    paused === undefined ? health : `${health}, paused`,
    ageSeconds === undefined ? 'no success yet' : `${sayDuration(ageSeconds * SECOND)} ago`,
    records === undefined ? '' : String(records),
    running === undefined ? nextOf(schedule) : `running: ${running.stage}`,
  ]
}

function nextOf(schedule: ResourceStatus['schedule']): string {
  if (schedule?.next === undefined) return ''
  return schedule.kept ? schedule.next : `${schedule.next} (nobody keeps it: vanta-sync start does)`
}

function painted(line: string, { name, health }: ResourceStatus, paint: Paint): string {
  return name + line.slice(name.length).replace(health, (word) => paint(STYLE[health], word))
}

/** What somebody must know, a sentence a line. */
function details({ wrong, remedy, notices = [], paused, holdUrl }: ResourceStatus): string[] {
  return [
    ...(paused === undefined ? [] : [`Paused by ${paused.by} until ${paused.until}: ${paused.reason}`]),
    ...(wrong === undefined ? [] : [wrong]),
    ...(remedy === undefined ? [] : [remedy]),
    ...(holdUrl === undefined ? [] : [`On the page: ${holdUrl}`]),
    ...notices,
  ]
}
