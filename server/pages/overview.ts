/** Ten seconds for somebody who is not the author: what is well, what needs somebody, and what to do. */
import { html } from 'hono/html'
import type { LiveRun, ResourceStatus, StatusSnapshot } from '../../core/health/status.ts'
import { sayDuration } from '../../core/text/duration.ts'
import { daemonLine, daemonWarnings } from './daemon.ts'
import { icon } from './icons.ts'
import { type Markup, number, prose, sentence } from './markup.ts'
import { progress } from './progress.ts'
import type { Point } from './series.ts'
import { sparkline } from './sparkline.ts'
import { healthLook, PAUSED, pill, type Tone } from './states.ts'
import { byNeed, headline, needsSomebody } from './triage.ts'
import type { View } from './view.ts'
import { ago, at } from './when.ts'

export interface OverviewFacts {
  readonly snapshot: StatusSnapshot
  /** By the name of the resource, oldest first. */
  readonly series: ReadonlyMap<string, readonly Point[]>
}

export function overview(view: View, { snapshot, series }: OverviewFacts): Markup {
  const { tone, says, who, more } = headline(snapshot)
  return html`<section class="headline ${tone}">
    <span class="sign">${icon(signOf(tone))}</span>
    <div><h1 data-announce>${says}</h1>${who === '' ? '' : html`<p class="who-needs">${sentence(who)}</p>`}${more === '' ? '' : html`<p>${sentence(more)}</p>`}</div>
  </section>
  ${daemonWarnings(snapshot, view)}
  ${runsNow(snapshot.runs, view)}
  ${isNew(snapshot) ? firstSteps(snapshot) : ''}
  ${snapshot.resources.length === 0 ? '' : table(view, { snapshot, series })}
  ${daemonLine(snapshot, view)}`
}

function signOf(tone: Tone): 'check' | 'alert' | 'cross' | 'note' {
  return ({ good: 'check', warn: 'alert', bad: 'cross', calm: 'note', live: 'note' } as const)[tone]
}

function runsNow(runs: readonly LiveRun[], view: View): Markup | readonly Markup[] {
  return runs.map(
    (run) => html`<section class="card live"><div class="head">
      <h2><a href="/runs/${run.runId}">Run ${run.runId}</a></h2><span class="aside">${run.command}, begun ${ago(Date.parse(run.startedAt), view)} by ${run.startedBy}</span>
    </div><ul class="stages-now">${run.resources.map((each) => html`<li><b>${each.name}</b>${progress(each)}</li>`)}</ul></section>`,
  )
}

function table(view: View, { snapshot, series }: OverviewFacts): Markup {
  return html`<section class="card"><h2 class="unseen">Resources</h2><table class="resources" role="table">
    <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Resource</th><th scope="col" role="columnheader">Last success</th><th scope="col" role="columnheader">Next</th><th scope="col" role="columnheader" class="number">Records</th></tr></thead>
    <tbody role="rowgroup">${byNeed(snapshot.resources).map((each) => row(each, series.get(each.name) ?? [], view))}</tbody>
  </table></section>`
}

function row(resource: ResourceStatus, points: readonly Point[], view: View): Markup {
  const { name, type, records } = resource
  return html`<tr role="row" class="${needsSomebody(resource) ? `needs ${healthLook(resource.health).tone}` : 'well'}">
    <td role="cell" class="state">${statePills(resource)}</td>
    <th role="rowheader" scope="row"><a class="name" href="/resources/${encodeURIComponent(name)}">${name}</a> <span class="type">${type}</span>${story(resource, view)}</th>
    <td role="cell" data-label="Last success">${lastSuccess(resource, view)}</td>
    <td role="cell" data-label="Next">${nextSlot(resource, view)}</td>
    <td role="cell" data-label="Records" class="records"><div class="amount">${sparkline(points)}${records === undefined ? html`<span class="soft">none yet</span>` : html`<b>${number(records)}</b>`}</div></td>
  </tr>`
}

/** Trouble is said of a paused resource too: it does not go away meanwhile. */
export function statePills({ health, paused }: ResourceStatus): Markup {
  if (paused === undefined) return pill(healthLook(health))
  return html`${pill(PAUSED)}${health === 'healthy' ? '' : html` <span class="soft was">was ${health}</span>`}`
}

function story(resource: ResourceStatus, view: View): Markup {
  const { wrong, remedy, paused, running, notices = [] } = resource
  return html`${running === undefined ? '' : html`<div class="story"><a href="/runs/${running.runId}">Running now</a>${progress(running)}</div>`}
    ${paused === undefined ? '' : html`<p class="story">Paused by ${paused.by} until ${at(Date.parse(paused.until), view)}: “${paused.reason}”</p>`}
    ${wrong === undefined ? '' : html`<p class="story wrong">${prose(wrong)}</p>`}
    ${remedy === undefined || wrong === undefined ? '' : html`<p class="story">${prose(remedy)} ${nextStep(resource)}</p>`}
    ${notices.map((notice) => html`<p class="story notice">${icon('note')}${sentence(notice)}</p>`)}`
}

/** Where the next step is taken, when that is on this page. */
export function nextStep({ hold, lastRunId, health }: ResourceStatus): Markup {
  if (hold !== undefined) return html`<a href="/holds/${hold}">Look at the hold and decide</a>`
  if (lastRunId !== undefined && health !== 'healthy') return html`<a href="/runs/${lastRunId}">See the last run</a>`
  return ''
}

export function lastSuccess({ lastSuccessAt, maxAgeSeconds, ageSeconds }: ResourceStatus, view: View): Markup {
  const limit =
    maxAgeSeconds === undefined ? '' : html`<span class="sub">limit ${sayDuration(maxAgeSeconds * 1000)}</span>`
  if (lastSuccessAt === undefined) return html`<span class="soft">never</span>${limit}`
  const late = maxAgeSeconds !== undefined && (ageSeconds ?? 0) > maxAgeSeconds
  return html`<span class="${late ? 'late' : 'ok'}">${ago(Date.parse(lastSuccessAt), view)}</span>${limit}`
}

export function nextSlot({ schedule, paused, running }: ResourceStatus, view: View): Markup {
  if (running !== undefined) return html`now`
  if (paused !== undefined) return html`<span class="soft">after the pause</span>`
  if (schedule === undefined) return html`<span class="soft">no schedule</span>`
  if (!schedule.kept) return html`<span class="late">nobody keeps it</span><span class="sub">${schedule.cron}</span>`
  if (schedule.next === undefined) return html`<span class="soft">never due</span>`
  const next = Date.parse(schedule.next)
  return html`${at(next, view)}<span class="sub">${ago(next, view)}</span>`
}

function isNew({ resources, runs }: StatusSnapshot): boolean {
  return runs.length === 0 && resources.every(({ lastRunAt }) => lastRunAt === undefined)
}

function firstSteps({ resources }: StatusSnapshot): Markup {
  const name = resources[0]?.name ?? 'RESOURCE'
  const steps =
    resources.length === 0
      ? html`<li>Describe a resource in the configuration; <code>vanta-sync schema</code> lists the types.</li>`
      : ''
  return html`<section class="card steps"><h2>Nothing has run yet. What to do first</h2><ol>
    ${steps}
    <li>See that everything can be reached: <a href="/connectors">check the connectors</a>.</li>
    <li>Look at the first records: <code>vanta-sync preview ${name}</code></li>
    <li>See what would be pushed, without changing anything: <code>vanta-sync plan ${name}</code></li>
    <li>Push it once: <code>vanta-sync run ${name}</code>${resources.length === 0 ? '' : html`, or <a href="/resources/${encodeURIComponent(name)}">run it here</a>`}. From then on its schedule does.</li>
  </ol></section>`
}
