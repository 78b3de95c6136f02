/** One resource: its state, its facts, how it went over time, and what may be done with it. */
import { html } from 'hono/html'
import type { LoginStatus, ResourceStatus } from '../../core/health/status.ts'
import type { ResourceSpec } from '../../core/resource.ts'
import type { RunRecord } from '../../core/state/state.ts'
import type { SourceRead } from './connector-use.ts'
import { actionForm, insteadOf, reasonField, termField } from './forms.ts'
import { banner } from './layout.ts'
import { fact, type Markup, number, plural, prose, sentence } from './markup.ts'
import { lastSuccess, nextSlot, nextStep, statePills } from './overview.ts'
import { plots } from './plots.ts'
import { progress } from './progress.ts'
import { runTable } from './runs.ts'
import type { Point } from './series.ts'
import { pill, RUNNING } from './states.ts'
import type { View } from './view.ts'
import { ago, at } from './when.ts'

export interface ResourceFacts {
  readonly status: ResourceStatus
  readonly spec: ResourceSpec
  /** Oldest first. */
  readonly series: readonly Point[]
  readonly runs: readonly RunRecord[]
  /** By the name of the source. */
  readonly reads: ReadonlyMap<string, SourceRead>
}

export function resourcePage(view: View, { status, spec, series, runs, reads }: ResourceFacts): Markup {
  return html`<p class="crumb"><a href="/">Overview</a></p>
    <div class="title"><h1 data-announce>${status.name}</h1>${statePills(status)}${status.running === undefined ? '' : pill(RUNNING)}</div>
    ${trouble(view, status)}
    ${factList(view, status)}
    ${actions(view, status)}
    <section class="card"><div class="head"><h2>Over time</h2><span class="aside">the last ${plural(series.length, 'run')}</span></div>${plots(series, view)}</section>
    ${spec.sources.length === 0 ? '' : html`<section class="card"><div class="head"><h2>What feeds it</h2></div>${sources(view, spec, { reads, logins: status.logins ?? [] })}</section>`}
    <section class="card"><div class="head"><h2>Latest runs</h2><span class="aside"><a href="/history?resource=${encodeURIComponent(status.name)}">Whole history</a></span></div>
      ${runs.length === 0 ? html`<p class="empty">It has never run.</p>` : runTable(view, runs, status.name)}</section>`
}

function trouble(view: View, status: ResourceStatus): Markup {
  const { wrong, remedy, paused, running, notices = [], health, connection } = status
  const tone = health === 'held' || health === 'degraded' ? 'warn' : health === 'never run' ? 'calm' : 'bad'
  return html`${running === undefined ? '' : html`<section class="card live"><div class="head"><h2><a href="/runs/${running.runId}">Running now</a></h2></div><ul class="stages-now"><li>${progress(running)}</li></ul></section>`}
    ${paused === undefined ? '' : banner('calm', html`<p><b>Paused by ${paused.by}</b> until ${at(Date.parse(paused.until), view)} (${ago(Date.parse(paused.until), view)}), since ${at(Date.parse(paused.since), view)}: “${paused.reason}”</p><p>It neither runs nor alarms until then.</p>`)}
    ${wrong === undefined ? '' : banner(tone, html`<p><b>${prose(wrong)}</b></p>${connection === undefined || connection.says === wrong ? '' : html`<p>${connection.side}: ${prose(connection.says)}</p>`}${remedy === undefined ? '' : html`<p>${prose(remedy)} ${nextStep(status)}</p>`}`)}
    ${notices.map((notice) => banner('calm', html`<p>${sentence(notice)}</p>`))}`
}

function factList(view: View, status: ResourceStatus): Markup {
  const { records, type, application, resourceIds, schedule, failuresInRow, lastRunAt } = status
  return html`<dl class="facts">
    ${fact('Records in Vanta', records === undefined ? 'none yet' : html`<span class="big">${number(records)}</span>`)}
    ${fact('Last success', lastSuccess(status, view))}
    ${fact('Next', nextSlot(status, view))}
    ${fact('Last run', lastRunAt === undefined ? undefined : ago(Date.parse(lastRunAt), view))}
    ${fact('Runs without success', failuresInRow === 0 ? undefined : number(failuresInRow))}
    ${fact('Schedule', schedule === undefined ? 'none' : html`<code>${schedule.cron}</code> <span class="sub">${schedule.zone}</span>`)}
    ${fact('Resource type', html`<code>${type}</code>`)}
    ${fact('Application', application)}
    ${fact(resourceIds.length === 1 ? 'Resource id' : 'Resource ids', html`${resourceIds.map((id) => html`<code class="line">${id}</code>`)}`)}
  </dl>`
}

function actions(view: View, status: ResourceStatus): Markup {
  const { name, paused, running } = status
  if (!view.viewer.mayApprove) {
    const commands =
      paused === undefined
        ? [`vanta-sync run ${name}`, `vanta-sync pause ${name} --for 24h --reason "why"`]
        : [`vanta-sync resume ${name} --reason "why"`]
    return html`<details class="card fold" data-fold="actions"><summary><h2>Run, pause or resume</h2></summary>${insteadOf(view, 'run or pause anything', commands)}</details>`
  }
  const to = `/resources/${encodeURIComponent(name)}`
  if (paused !== undefined) {
    return html`<section class="card"><div class="head"><h2>Resume</h2></div><div class="pad narrow">${actionForm(view, { to: `${to}/resume`, button: 'Resume: run by the schedule again', kind: 'main', fields: reasonField('resume-reason', 'For example: the vendor delivers again.') })}</div></section>`
  }
  const runNow =
    running === undefined
      ? actionForm(view, { to: `${to}/run`, button: 'Run now', kind: 'main' })
      : html`<p><a href="/runs/${running.runId}">It runs now: watch it</a></p>`
  return html`<div class="actions">${runNow}<details class="fold" data-fold="pause"><summary>Pause it…</summary><div class="narrow">
    ${actionForm(view, { to: `${to}/pause`, button: 'Pause: no runs and no alarms until then', fields: html`${termField('pause-for')}${reasonField('pause-reason', 'For example: the HR system moves this weekend.')}` })}</div></details></div>`
}

interface Fed {
  readonly reads: ReadonlyMap<string, SourceRead>
  readonly logins: readonly LoginStatus[]
}

function sources(view: View, spec: ResourceSpec, { reads, logins }: Fed): Markup {
  const rows = spec.sources.flatMap((source) => [
    { name: source.name, kind: source.connector.name, joined: '' },
    ...(source.joins ?? []).map((join) => ({
      name: join.name,
      kind: join.connector.name,
      joined: `joined to ${source.name} as ${join.as}`,
    })),
  ])
  return html`<ul class="sources">${rows.map(({ name, kind, joined }) => {
    const read = reads.get(name)
    const login = logins.find(({ source }) => source === name || name.startsWith(`${source} (`))
    return html`<li><b>${name}</b> <span class="soft">${kind}${joined === '' ? '' : `, ${joined}`}</span>
      <p class="sub">${read === undefined ? 'Never read to its end.' : html`Last read ${ago(read.at, view)}: ${plural(read.rows, 'row')}.`} ${login === undefined ? '' : loginText(view, login)}</p></li>`
  })}</ul>`
}

function loginText(view: View, { expiresAt, personal }: LoginStatus): Markup {
  return html`${expiresAt === undefined ? '' : html`Its login expires ${at(Date.parse(expiresAt), view)} (${ago(Date.parse(expiresAt), view)}). `}${personal === undefined ? '' : html`It reads with a login that seems to belong to a person: ${sentence(personal)}`}`
}
