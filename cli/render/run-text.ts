/** A run or plan, for a colleague to read. */
import type { ItemDocument, ResourceDocument, RunDocument } from '../../core/run/document.ts'
import type { Paint } from './paint.ts'

const SHOWN_ITEMS = 20
const SHOWN_PROBLEMS = 20
const SIGN = { add: '+', change: '~', remove: '-', move: '→' } as const
const STYLE = { add: 'green', change: 'yellow', remove: 'red', move: 'cyan' } as const

export function runText(document: RunDocument, paint: Paint): string {
  const blocks = document.resources.map((resource) => resourceText(resource, document.command, paint))
  const lines = blocks.flatMap((block) => [...block, ''])
  if (document.command === 'plan' && document.planHash !== undefined) lines.push(`Plan ${document.planHash}`, '')
  lines.push(lastLine(document, paint))
  return `${lines.join('\n')}\n`
}

function lastLine({ command, runId, outcome, exitCode }: RunDocument, paint: Paint): string {
  const style = outcome === 'failed' ? 'red' : outcome === 'held' || outcome === 'degraded' ? 'yellow' : 'green'
  const id = command === 'plan' ? command : `${command} ${runId}`
  return `${id}: ${paint(style, outcome)}${exitCode === 0 ? '' : ` (exit ${exitCode})`}`
}

function resourceText(resource: ResourceDocument, command: string, paint: Paint): string[] {
  const lines = [`${paint('bold', resource.name)} (${resource.type}): ${outcomeText(resource, paint)}`]
  if (resource.changes !== undefined) lines.push(`  ${countsText(resource, paint)}`)
  if (resource.changedSince !== undefined) lines.push(`  ${sinceText(resource.changedSince)}`)
  lines.push(...joinLines(resource), ...itemLines(resource, paint), ...problemLines(resource, paint))
  if (resource.conflictsTotal !== undefined) lines.push(`  ${conflictsText(resource.conflictsTotal)}`)
  for (const warning of resource.warnings ?? []) lines.push(`  ${paint('yellow', 'warning')}: ${warning.message}`)
  if (resource.hold !== undefined) lines.push(...holdLines(resource, command, paint))
  if (resource.error !== undefined) lines.push(`  ${paint('red', resource.error.code)}: ${resource.error.message}`)
  if (resource.error?.hint !== undefined) lines.push(`  ${resource.error.hint}`)
  return lines
}

function outcomeText(resource: ResourceDocument, paint: Paint): string {
  const { outcome, records, verified, degraded, baseline, paused } = resource
  if (paused !== undefined)
    return paint('yellow', `paused by ${paused.by} until ${paused.until}, left alone (${paused.reason})`)
  if (outcome === 'failed' || outcome === 'skipped') return paint('red', outcome)
  if (outcome === 'held') return paint('yellow', 'held, nothing was pushed')
  if (outcome === 'planned')
    return `${paint('green', 'would push')}${degraded ? ', degraded' : ''} (baseline: ${baseline ?? 'unknown'})`
  const how = [
    `pushed ${records?.['pushed'] ?? 0} records`,
    verified ? 'verified' : 'not verified',
    degraded ? 'degraded' : '',
  ]
  return paint(degraded ? 'yellow' : 'green', how.filter(Boolean).join(', '))
}

function countsText({ changes = {}, records = {} }: ResourceDocument, paint: Paint): string {
  const parts = [
    paint('green', `${changes['added'] ?? 0} added`),
    paint('yellow', `${changes['changed'] ?? 0} changed`),
    paint('red', `${changes['removed'] ?? 0} removed`),
    `${changes['unchanged'] ?? 0} unchanged`,
  ]
  if (changes['moved'] !== undefined) parts.push(`${changes['moved']} moved`)
  const invalid = records['invalid'] ?? 0
  const bad =
    invalid === 0
      ? ''
      : `; ${invalid} invalid: ${records['carriedForward'] ?? 0} kept as last accepted, ${records['dropped'] ?? 0} left out`
  const inferred = records['inferred'] ?? 0
  const gone = inferred === 0 ? '' : `; ${inferred} inferred from absence: sent as DEACTIVATED`
  return `${parts.join(', ')} (${records['read'] ?? 0} rows read${bad}${gone})`
}

function sinceText({ run, what }: NonNullable<ResourceDocument['changedSince']>): string {
  return `Changed since run ${run}: ${what.join(', ')}`
}

function joinLines({ sources = [] }: ResourceDocument): string[] {
  return sources.flatMap(({ name, join }) => {
    if (join === undefined) return []
    const { matched, missing, ambiguous, unused, withoutKey } = join
    const counts = [
      `${matched} of ${matched + missing + ambiguous} rows of ${join.to} matched`,
      ambiguous === 0 ? '' : `${ambiguous} matched several`,
      unused === 0 ? '' : `${unused} of its rows matched nobody`,
      withoutKey === 0 ? '' : `${withoutKey} had no key`,
    ]
    return [`  ${name} as ${join.as}: ${counts.filter(Boolean).join(', ')}`]
  })
}

function conflictsText(total: number): string {
  const records = total === 1 ? '1 record' : `${total} records`
  return `${records} on which sources differ: the earlier source won (--json lists them)`
}

function itemLines({ items = [], itemsTotal }: ResourceDocument, paint: Paint): string[] {
  const telling = items.filter((item) => item.change !== 'add')
  const shown = [...telling, ...items.filter((item) => item.change === 'add')].slice(0, SHOWN_ITEMS)
  const lines = shown.map((item) => `    ${itemLine(item, paint)}`)
  const total = itemsTotal ?? items.length
  if (total > shown.length) lines.push(`    … and ${total - shown.length} more (--json lists the first 1,000)`)
  return lines
}

function itemLine({ change, uniqueId, fields, inferred }: ItemDocument, paint: Paint): string {
  const detail = fields
    ?.map(({ name, from, to }) => `${name}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`)
    .join(', ')
  const why = inferred === true ? ' (left the sources)' : ''
  return `${paint(STYLE[change], `${SIGN[change]} ${uniqueId}`)}${why}${detail === undefined ? '' : `  ${detail}`}`
}

function problemLines({ problems = [], problemsTotal }: ResourceDocument, paint: Paint): string[] {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(({ at, field, message }) => {
    const where = at === undefined ? '' : `${at} `
    return `    ${paint('yellow', '!')} ${where}${field === undefined ? '' : `${paint('bold', field)}: `}${message}`
  })
  const total = problemsTotal ?? problems.length
  if (total > lines.length) lines.push(`    … and ${total - lines.length} more problems`)
  return lines
}

function holdLines({ name, hold, cleared }: ResourceDocument, command: string, paint: Paint): string[] {
  const lines = (hold?.reasons ?? []).map(({ rule, message }) => `  ${paint('yellow', `held by ${rule}`)}: ${message}`)
  if (hold?.id !== undefined) {
    lines.push(`  Hold ${hold.id}${hold.status === 'rejected' ? ' (rejected)' : ''}, until ${hold.expiresAt ?? ''}`)
    // What would be read from the sources says nothing of a set that is cleared.
    if (cleared !== true) lines.push(`  Look:    vanta-sync plan ${name}`)
    lines.push(`  Approve: vanta-sync approve ${hold.id} --reason "why this is right"`)
    if (hold.url !== undefined) lines.push(`  On the page: ${hold.url}`)
    lines.push(`  Reject:  vanta-sync reject ${hold.id} --reason "why it is wrong"`)
  } else if (command === 'plan') {
    lines.push(`  A run would be held. Next: mend the source, or vanta-sync run ${name} and then approve its hold.`)
  }
  return lines
}
