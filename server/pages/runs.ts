/** The list of runs, newest first. */
import { html } from 'hono/html'
import type { ResourceRunRow, RunRecord } from '../../core/state/state.ts'
import { type Markup, number, scrolling, tookText } from './markup.ts'
import { outcomeLook, pill } from './states.ts'
import type { View } from './view.ts'
import { at } from './when.ts'

export interface RunsFacts {
  readonly runs: readonly RunRecord[]
  /** The address of the older ones; absent when these are all. */
  readonly older?: string
}

export function runsPage(view: View, { runs, older }: RunsFacts): Markup {
  return html`<h1>Runs</h1>
    <section class="card">${runs.length === 0 ? html`<p class="empty">Nothing has run yet. <code>vanta-sync run RESOURCE</code> starts a run.</p>` : runTable(view, runs)}
    ${older === undefined ? '' : html`<p class="more"><a href="${older}">Show more</a></p>`}</section>`
}

/** @param only the resource whose counts are shown */
export function runTable(view: View, runs: readonly RunRecord[], only?: string): Markup {
  return scrolling(
    'Runs',
    html`<table class="stack">
      <thead><tr><th scope="col">Began</th><th scope="col">Outcome</th><th scope="col">Run</th>${only === undefined ? html`<th scope="col">Resources</th>` : ''}<th scope="col" class="number">Added</th><th scope="col" class="number">Changed</th><th scope="col" class="number">Removed</th><th scope="col" class="number">Took</th><th scope="col">By</th></tr></thead>
      <tbody>${runs.map((run) => runRow(view, run, only))}</tbody>
    </table>`,
  )
}

function runRow(view: View, run: RunRecord, only: string | undefined): Markup {
  const own = only === undefined ? run.resources : run.resources.filter(({ resource }) => resource === only)
  const outcome = only === undefined ? undefined : own[0]
  return html`<tr>
    <td class="time">${at(run.startedAt, view)}</td>
    <td>${pill(outcome === undefined ? outcomeLook(run.outcome ?? run.status) : outcomeLook(outcome.outcome, outcome.degraded))}</td>
    <td class="wide"><a href="/runs/${run.id}"><code>${run.id}</code></a> <span class="soft">${run.command}</span></td>
    ${only === undefined ? html`<td class="names wide">${names(own)}</td>` : ''}
    <td class="number" data-label="added">${sum(own, 'added')}</td><td class="number" data-label="changed">${sum(own, 'changed')}</td><td class="number" data-label="removed">${sum(own, 'removed')}</td>
    <td class="number" data-label="took">${run.finishedAt === undefined ? '' : tookText(run.finishedAt - run.startedAt)}</td>
    <td class="by" data-label="by">${run.startedBy}</td>
  </tr>`
}

const NAMED = 4

/** Those that did not go through come first, with their outcome. */
function names(rows: readonly ResourceRunRow[]): Markup | readonly Markup[] {
  if (rows.length === 0) return html`<span class="soft">none</span>`
  const order = [...rows.filter((row) => !wentThrough(row)), ...rows.filter(wentThrough)]
  const shown = order.slice(0, NAMED).map((row, index) => html`${index === 0 ? '' : ', '}${nameOf(row)}`)
  return rows.length <= NAMED ? shown : [...shown, html` and ${rows.length - NAMED} more`]
}

function nameOf(row: ResourceRunRow): Markup {
  const { resource, outcome } = row
  return html`<a href="/resources/${encodeURIComponent(resource)}">${resource}</a>${wentThrough(row) ? '' : ` (${outcome})`}`
}

function wentThrough({ success, outcome }: ResourceRunRow): boolean {
  return success || outcome === 'planned'
}

/** Of several resources those alone count that went through; of one, what it would have been counts too. */
function sum(rows: readonly ResourceRunRow[], count: string): string {
  const counted = rows.length === 1 ? rows : rows.filter(wentThrough)
  if (counted.every(({ counts }) => counts[count] === undefined)) return '–'
  return number(counted.reduce((total, { counts }) => total + (counts[count] ?? 0), 0))
}
