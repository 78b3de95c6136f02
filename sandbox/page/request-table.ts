/** The latest requests, newest first. */
import { html } from 'hono/html'
import type { RequestEntry } from '../request-log.ts'
import type { Markup } from './markup.ts'

export function requestTable(entries: readonly RequestEntry[]): Markup {
  if (entries.length === 0) return html`<section class="card"><p class="empty">No requests yet.</p></section>`
  return html`<section class="card"><div class="scroll"><table>
    <thead><tr><th>#</th><th>time</th><th>request</th><th>status</th><th>token</th><th class="number">bytes</th><th class="number">ms</th></tr></thead>
    <tbody>${entries.map(requestRow)}</tbody>
  </table></div></section>`
}

function requestRow(entry: RequestEntry): Markup {
  return html`<tr>
    <td>${entry.number}</td>
    <td>${entry.at.slice(11, 23)}</td>
    <td class="path"><code>${entry.method} ${entry.path}</code>${entry.note === undefined ? '' : html`<div class="note">${entry.note}</div>`}</td>
    <td>${status(entry)}</td>
    <td>${entry.token ?? '–'}</td>
    <td class="number">${entry.bytes}</td>
    <td class="number">${entry.durationMs}</td>
  </tr>`
}

function status(entry: RequestEntry): Markup {
  if (entry.status === null) return html`<span class="tag warn">no answer</span>`
  const kind = entry.status < 300 ? 'good' : entry.status < 400 || entry.status === 429 ? 'warn' : 'bad'
  return html`<span class="tag ${kind}">${entry.status}</span>`
}
