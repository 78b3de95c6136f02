/** Who and what did something, in the order in which it happened; an auditor reads it. */
import { html } from 'hono/html'
import type { HistoryRow } from '../../core/state/state.ts'
import { icon, type IconName } from './icons.ts'
import { type Markup, number, scrolling } from './markup.ts'
import { outcomeLook, pill } from './states.ts'
import type { View } from './view.ts'
import { at } from './when.ts'

export interface HistoryFacts {
  readonly rows: readonly HistoryRow[]
  /** Names of the configured resources, and which one is asked for. */
  readonly resources: readonly string[]
  readonly resource: string | undefined
  /** Today's name of the resource that a chain belongs to. */
  nameOf(chain: string): string | undefined
  readonly older: string | undefined
}

export function historyPage(view: View, { rows, resources, resource, nameOf, older }: HistoryFacts): Markup {
  const query = resource === undefined ? '' : `?resource=${encodeURIComponent(resource)}`
  return html`<div class="title"><h1>History</h1></div>
    <div class="tools">
      <form method="get" action="/history" class="filter"><label for="resource">Resource</label>
        <select id="resource" name="resource"><option value="">all</option>${resources.map((name) => html`<option value="${name}"${name === resource ? html` selected` : ''}>${name}</option>`)}</select>
        <button class="plain">Show</button></form>
      <p>Export: <a href="/api/history.csv${query}">CSV</a> <a href="/api/history.jsonl${query}">JSON lines</a></p>
    </div>
    <section class="card">${rows.length === 0 ? html`<p class="empty">Nothing has happened yet.</p>` : table(view, rows, nameOf)}
    ${older === undefined ? '' : html`<p class="more"><a href="${older}">Show older</a></p>`}</section>
    <p class="lead">Each entry holds the digest of the one before, so that one that was changed or left out shows: <code>vanta-sync history --verify</code> looks.</p>`
}

function table(view: View, rows: readonly HistoryRow[], nameOf: HistoryFacts['nameOf']): Markup {
  return scrolling(
    'History',
    html`<table class="stack history"><thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col">Resource</th><th scope="col">Who</th><th scope="col">Details</th></tr></thead>
    <tbody>${rows.map((row) => entry(view, row, nameOf))}</tbody></table>`,
  )
}

const KINDS: Readonly<Record<HistoryRow['kind'], readonly [string, IconName]>> = {
  run: ['run', 'play'],
  hold: ['held', 'stop'],
  approve: ['approved', 'check'],
  reject: ['rejected', 'cross'],
  pause: ['paused', 'pause'],
  resume: ['resumed', 'play'],
  reveal: ['personal data shown', 'eye'],
  forget: ['person forgotten', 'eye'],
  retain: ['old entries removed', 'note'],
}

function entry(view: View, row: HistoryRow, nameOf: HistoryFacts['nameOf']): Markup {
  const [words, shape] = KINDS[row.kind] ?? [row.kind, 'note']
  const name = text(row, 'resource') ?? nameOf(row.chain)
  return html`<tr><td class="time">${at(row.at, view)}</td><td class="kind">${icon(shape)}${words}</td>
    <td>${name === undefined ? html`<span class="soft">–</span>` : html`<a href="/resources/${encodeURIComponent(name)}">${name}</a>`}</td>
    <td class="by" data-label="by">${whoOf(row)}</td><td class="prose wide">${details(view, row)}</td></tr>`
}

function whoOf(row: HistoryRow): Markup {
  const by = text(row, 'by') ?? text(row, 'startedBy') ?? ''
  const proven = text(row, 'provenBy')
  return html`${by}${proven === undefined ? '' : html`<span class="sub">${proven}</span>`}`
}

function details(view: View, row: HistoryRow): Markup {
  if (row.kind === 'run') return runDetails(row)
  const [hold, reason, until, run] = ['hold', 'reason', 'until', 'runId'].map((name) => text(row, name))
  return html`${hold === undefined ? '' : html`<a href="/holds/${hold}"><code>${hold}</code></a> `}${row.kind === 'hold' ? reasonWords(row) : ''}${until === undefined ? '' : html`until ${at(Date.parse(until), view)} `}${reason === undefined ? '' : html`“${reason}” `}${run === undefined ? '' : html`<a href="/runs/${run}"><code>${run}</code></a>`}${row.kind === 'reveal' && hold === undefined && run === undefined ? (text(row, 'what') ?? '') : ''}`
}

function runDetails(row: HistoryRow): Markup {
  const counts = row.facts['counts'] as Readonly<Record<string, number>> | undefined
  const changes = ['added', 'changed', 'removed'].flatMap((key) => {
    const value = counts?.[key]
    return value === undefined || value === 0 ? [] : [`${number(value)} ${key}`]
  })
  const run = text(row, 'runId')
  return html`${pill(outcomeLook(text(row, 'outcome') ?? 'ended', row.facts['degraded'] === true))} ${changes.join(', ')} ${run === undefined ? '' : html`<a href="/runs/${run}"><code>${run}</code></a>`}`
}

function reasonWords({ facts }: HistoryRow): string {
  const reasons = facts['reasons']
  if (!Array.isArray(reasons)) return ''
  return `by ${reasons.map((reason: { rule?: unknown }) => String(reason.rule)).join(', ')} `
}

function text({ facts }: HistoryRow, name: string): string | undefined {
  const value = facts[name]
  return typeof value === 'string' ? value : undefined
}
