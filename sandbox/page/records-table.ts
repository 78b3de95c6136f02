/** One resource id: its counts and its first records. */
import { html } from 'hono/html'
import type { ResourceSet, Row } from '../resource-set.ts'
import { countRows, rowJson } from '../resource-set.ts'
import type { Application } from '../world.ts'
import { cellText, columnsOf, columnTitle } from './columns.ts'
import { type Markup, plural } from './markup.ts'

/** More would make the page slow; the read-back and the state hold them all. */
const SHOWN = 200

export function resourceCard(application: Application, set: ResourceSet): Markup {
  const { live, deleted } = countRows(set)
  const pushed =
    set.acceptedAt === undefined
      ? 'nothing pushed yet'
      : `${plural(set.puts, 'push', 'pushes')}, last ${set.acceptedAt}`
  return html`<section class="card">
    <div class="head">
      <h3>${set.type}</h3>
      <code>${set.resourceId}</code>
      <span class="tag good">${live} live</span>
      ${deleted > 0 ? html`<span class="tag bad">${deleted} deleted</span>` : ''}
      <span class="push">${pushed}</span>
    </div>
    ${set.rows.size === 0 ? html`<p class="empty">Empty.</p>` : table(application, set)}
  </section>`
}

function table(application: Application, set: ResourceSet): Markup {
  const columns = columnsOf(set.type, Object.keys(set.customProperties ?? {}))
  const rows = firstRows(set)
  const place = [application.clientId, set.type, set.resourceId].map(encodeURIComponent).join('/')
  const hidden = set.rows.size - rows.length
  return html`<div class="scroll"><table>
      <thead><tr><th>unique id</th><th>state</th>${columns.map((column) => html`<th>${columnTitle(column)}</th>`)}<th>updated</th></tr></thead>
      <tbody>${rows.map((row) => tableRow(row, columns, place))}</tbody>
    </table></div>
    ${hidden > 0 ? html`<p class="more">${hidden} more, not shown here.</p>` : ''}`
}

function tableRow(row: Row, columns: readonly string[], place: string): Markup {
  const record = JSON.parse(rowJson(row)) as Record<string, unknown>
  const gone = row.deletedAt !== null
  const link = `/_sandbox/resources/${place}/${encodeURIComponent(row.uniqueId)}`
  return html`<tr class="${gone ? 'gone' : 'held'}">
    <td class="id"><a href="${link}">${row.uniqueId}</a></td>
    <td>${gone ? html`<span class="tag bad">deleted</span>` : html`<span class="tag good">live</span>`}</td>
    ${columns.map((column) => textCell(cellText(record, column)))}
    <td class="time">${row.updatedAt.replace('T', ' ').replace('Z', '')}</td>
  </tr>`
}

function textCell(text: string): Markup {
  return html`<td class="text" title="${text}">${text}</td>`
}

/** Deleted rows first: on a page of many they are what somebody looks for. */
function firstRows(set: ResourceSet): readonly Row[] {
  const rows = [...set.rows.values()]
  const gone = rows.filter((row) => row.deletedAt !== null)
  const live = rows.filter((row) => row.deletedAt === null)
  return [...gone, ...live].slice(0, SHOWN)
}
