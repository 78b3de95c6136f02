/** The whole page. */
import { html } from 'hono/html'
import { countRows } from '../resource-set.ts'
import { reportApplication, reportFaults, reportRequests } from '../state-report.ts'
import type { Application, World } from '../world.ts'
import { type Markup, plural } from './markup.ts'
import { resourceCard } from './records-table.ts'
import { requestTable } from './request-table.ts'

const LATEST = 50

/** @param refresh seconds after which the browser loads it again; undefined: never */
export function overview(world: World, refresh: number | undefined): Markup {
  const applications = [...world.applications.values()]
  return html`<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  ${refresh === undefined ? '' : html`<meta http-equiv="refresh" content="${refresh}">`}
  <title>Vanta sandbox</title>
  <link rel="icon" href="/_sandbox/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/_sandbox/style.css">
</head>
<body>
  <header>
    <h1>Vanta sandbox <small>A local stand-in for Vanta’s API. Nothing here reaches the real one.</small></h1>
    <nav>${refresh === undefined ? html`<a href="/?refresh=5">Reload every 5 s</a>` : html`<a href="/">Stop reloading</a>`} · <a href="/_sandbox/state">State as JSON</a></nav>
  </header>
  <main>
    ${facts(world, applications)}
    <h2>Applications</h2>
    ${applications.map((application) => applicationCard(world, application))}
    <h2>Resources</h2>
    ${resourceCards(applications)}
    ${faultCards(world)}
    <h2>Latest requests</h2>
    ${requestTable(reportRequests(world).slice(-LATEST).toReversed())}
  </main>
  <footer>Times are UTC. Deleted rows are marked as Vanta marks them: with deletedAt, while their fields stay as they were.</footer>
</body>
</html>`
}

function facts(world: World, applications: readonly Application[]): Markup {
  const sets = applications.flatMap((application) => [...application.sets.values()])
  let live = 0
  let deleted = 0
  for (const set of sets) {
    const counts = countRows(set)
    live += counts.live
    deleted += counts.deleted
  }
  return html`<ul class="facts">
    <li><b>${live}</b> live records</li>
    <li><b>${deleted}</b> deleted records</li>
    <li><b>${sets.length}</b> ${sets.length === 1 ? 'resource id' : 'resource ids'}</li>
    <li><b>${world.log.total}</b> ${world.log.total === 1 ? 'request' : 'requests'}</li>
  </ul>`
}

function applicationCard(world: World, application: Application): Markup {
  const { token, declare, scopes } = reportApplication(world, application)
  const live = token
    ? html`<span class="tag good">${token.id} until ${token.expiresAt}</span>`
    : html`<span class="tag">no live token</span>`
  const declares = declare === 'any' ? 'declares any resource on first use' : 'declared resources only'
  return html`<section class="card"><div class="head">
    <code>${application.clientId}</code> ${live}
    <span class="push">${declares} · ${plural(scopes.length, 'scope', 'scopes')}</span>
  </div></section>`
}

function resourceCards(applications: readonly Application[]): Markup | readonly Markup[] {
  const cards: Markup[] = []
  for (const application of applications) {
    for (const set of application.sets.values()) cards.push(resourceCard(application, set))
  }
  if (cards.length > 0) return cards
  return html`<section class="card"><p class="empty">Nothing has been pushed yet. A PUT to /v1/resources/user_account shows here.</p></section>`
}

function faultCards(world: World): Markup | string {
  const faults = reportFaults(world)
  if (faults.length === 0) return ''
  return html`<h2>Faults</h2>
    <section class="card"><div class="scroll"><table>
      <thead><tr><th>#</th><th>for</th><th>does</th><th class="number">matched</th><th class="number">fired</th></tr></thead>
      <tbody>${faults.map(
        (fault) => html`<tr>
          <td>${fault.id}</td><td><code>${targetText(fault.on)}</code></td><td><code>${JSON.stringify(fault.do)}</code></td>
          <td class="number">${fault.seen}</td><td class="number">${fault.fired}</td>
        </tr>`,
      )}</tbody>
    </table></div></section>`
}

function targetText(on: { readonly method?: string; readonly path?: string }): string {
  return `${on.method ?? 'any'} ${on.path ?? '/'}`
}
