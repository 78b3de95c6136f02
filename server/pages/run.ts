/** One run in full: how it went, what it changes, what is wrong with which record, what Vanta answered. */
import { html } from 'hono/html'
import type { LiveRun } from '../../core/health/status.ts'
import type { ResourceDocument, RunDocument, SourceDocument } from '../../core/run/document.ts'
import type { RunRecord } from '../../core/state/state.ts'
import { banner } from './layout.ts'
import { fact, type Markup, number, plural, prose, scrolling, sizeText, tookText } from './markup.ts'
import { maskingNote } from './masking.ts'
import { planItems } from './plan.ts'
import { progress } from './progress.ts'
import { reasonList } from './reasons.ts'
import { stageBar } from './stage-bar.ts'
import { outcomeLook, pill } from './states.ts'
import type { View } from './view.ts'
import { ago, at } from './when.ts'

export interface RunFacts {
  readonly run: RunRecord
  /** Masked, unless the viewer asked; absent of a run that goes on, was interrupted, or was erased. */
  readonly document: RunDocument | undefined
  readonly live: LiveRun | undefined
  /** Show every change that is kept. */
  readonly all: boolean
}

export function runPage(view: View, facts: RunFacts): Markup {
  const { run, document, live } = facts
  const resources = worstFirst(document?.resources ?? [])
  return html`<p class="crumb"><a href="/runs">Runs</a></p>
    <div class="title"><h1 data-announce>Run ${run.id}</h1>${pill(outcomeLook(run.outcome ?? run.status))}</div>
    ${runFacts(view, run, document)}
    ${live === undefined ? '' : liveCard(live)}
    ${document?.error === undefined ? '' : errorBanner(document.error)}
    ${document === undefined && live === undefined ? withoutDocument(run) : ''}
    ${resources.length > 1 ? contents(resources) : ''}
    ${resources.length > 0 ? maskingNote(view) : ''}
    ${resources.map((resource, index) => resourceSection(view, resource, { index, facts }))}`
}

function runFacts(view: View, run: RunRecord, document: RunDocument | undefined): Markup {
  const tokens = document?.applications.map(({ name, tokensMinted }) => `${name}: ${tokensMinted}`).join(', ')
  return html`<dl class="facts">
    ${fact('Command', run.command)}
    ${fact('Began', html`${at(run.startedAt, view)} <span class="sub">${ago(run.startedAt, view)}</span>`)}
    ${fact('Took', run.finishedAt === undefined ? undefined : tookText(run.finishedAt - run.startedAt))}
    ${fact('Started by', run.startedBy)}
    ${fact('Exit code', run.exitCode === undefined ? undefined : String(run.exitCode))}
    ${fact('Tokens minted', tokens)}
    ${fact('Plan', document?.planHash === undefined ? undefined : html`<code title="${document.planHash}">${document.planHash.slice(0, 12)}</code>`)}
    ${fact('vanta-sync', run.toolVersion)}
  </dl>`
}

function liveCard({ resources }: LiveRun): Markup {
  return html`<section class="card live"><div class="head"><h2>Going on now</h2></div>
    <ul class="stages-now">${resources.map((each) => html`<li><b>${each.name}</b>${progress(each)}</li>`)}</ul></section>`
}

function withoutDocument({ status }: RunRecord): Markup {
  const why = {
    running: 'This run goes on. What it found is written when it ends.',
    interrupted:
      'The process ended before the run did, so there is nothing more to tell. The next run settles by itself what was under way.',
    finished: 'What this run found was erased; that it was, and how it ended, stays.',
  } as const
  return banner(status === 'interrupted' ? 'warn' : 'calm', html`<p>${why[status]}</p>`)
}

const RANK: Readonly<Record<ResourceDocument['outcome'], number>> = {
  failed: 0,
  held: 1,
  skipped: 2,
  planned: 4,
  pushed: 4,
}

/** What did not go well comes first; else the order of the run. */
function worstFirst(resources: readonly ResourceDocument[]): readonly ResourceDocument[] {
  return [...resources].sort((a, b) => rankOf(a) - rankOf(b))
}

function rankOf({ outcome, degraded }: ResourceDocument): number {
  return degraded ? 3 : RANK[outcome]
}

function contents(resources: readonly ResourceDocument[]): Markup {
  return html`<nav class="contents" aria-label="Resources of this run"><ul>${resources.map(({ name, outcome, degraded }, index) => html`<li><a href="#${keyOf(index)}-name">${name}</a> ${pill(outcomeLook(outcome, degraded))}</li>`)}</ul></nav>`
}

function keyOf(index: number): string {
  return `r${index + 1}`
}

interface Section {
  readonly index: number
  readonly facts: RunFacts
}

function resourceSection(view: View, document: ResourceDocument, { index, facts }: Section): Markup {
  const { name, type, outcome, degraded, hold, error, paused, warnings = [] } = document
  const key = keyOf(index)
  return html`<section class="card" aria-labelledby="${key}-name">
    <div class="head"><h2 id="${key}-name"><a href="/resources/${encodeURIComponent(name)}">${name}</a></h2>${pill(outcomeLook(outcome, degraded))}<span class="aside">${type}</span></div>
    ${error === undefined ? '' : html`<div class="pad">${errorBanner(error)}</div>`}
    ${paused === undefined ? '' : html`<div class="pad">${banner('calm', html`<p>Paused by ${paused.by} until ${at(Date.parse(paused.until), view)}: “${paused.reason}”</p>`)}</div>`}
    ${counts(document)}
    ${warnings.length === 0 ? '' : html`<div class="pad">${warnings.map(({ message }) => banner('warn', html`<p>${prose(message)}</p>`))}</div>`}
    ${stageBar(document.stages ?? [], view)}
    ${hold === undefined ? '' : html`<div class="part"><h3>Why it was held</h3>${reasonList(hold.reasons)}${hold.id === undefined ? '' : html`<p class="pad"><a href="/holds/${hold.id}">Hold ${hold.id}</a></p>`}</div>`}
    ${problemPart(document)}
    ${document.items === undefined ? '' : html`<div class="part"><h3>${outcome === 'pushed' ? 'What changed' : 'What would change'}</h3>${planItems(document, { key, masked: !view.viewer.revealed, all: facts.all, allAt: `/runs/${facts.run.id}?all=1` })}</div>`}
    ${conflictPart(document)}${sourcePart(view, document)}${answerPart(document)}
  </section>`
}

export function errorBanner({ code, message, hint }: NonNullable<ResourceDocument['error']>): Markup {
  return banner(
    'bad',
    html`<p><b>${prose(message)}</b></p>${hint === undefined ? '' : html`<p>${prose(hint)}</p>`}<p class="sub"><code>${code}</code></p>`,
  )
}

const COUNTS = [
  ['read', 'rows read'],
  ['valid', 'valid'],
  ['invalid', 'invalid'],
  ['carriedForward', 'kept as last accepted'],
  ['dropped', 'left out'],
  ['inferred', 'gone, sent as DEACTIVATED'],
  ['pushed', 'pushed'],
] as const

function counts({ records = {}, changes = {} }: ResourceDocument): Markup {
  const own = COUNTS.flatMap(([key, words]) => {
    const value = records[key]
    const dull = value === undefined || (value === 0 && key !== 'read' && key !== 'valid')
    return dull ? [] : [html`<li><b>${number(value)}</b> ${words}</li>`]
  })
  const changed = Object.entries(changes).map(
    ([key, value]) => html`<li class="${value === 0 ? 'soft' : key}"><b>${number(value)}</b> ${key}</li>`,
  )
  return own.length + changed.length === 0 ? '' : html`<ul class="counts">${own}${changed}</ul>`
}

function problemPart({ problems = [], problemsTotal, name }: ResourceDocument): Markup {
  if (problems.length === 0) return ''
  const total = problemsTotal ?? problems.length
  const rows = problems.map(
    ({ code, at: place, uniqueId, field, message }) =>
      html`<tr><td>${place === undefined ? '' : html`<code>${place}</code>`}</td><td>${uniqueId === undefined ? '' : html`<code>${uniqueId}</code>`}</td><td>${field ?? ''}</td><td class="prose">${message} <span class="sub"><code>${code}</code></span></td></tr>`,
  )
  return html`<details class="part" data-fold="problems ${name}" open><summary><h3>${plural(total, 'problem')} with records</h3></summary>
    ${scrolling(`Problems of ${name}`, html`<table><thead><tr><th scope="col">where</th><th scope="col">record</th><th scope="col">field</th><th scope="col">what is wrong</th></tr></thead><tbody>${rows}</tbody></table>`)}
    ${total > problems.length ? html`<p class="note pad">The first ${number(problems.length)} are kept.</p>` : ''}</details>`
}

function conflictPart({ conflicts = [], conflictsTotal, name }: ResourceDocument): Markup {
  if (conflicts.length === 0) return ''
  const rows = conflicts.map(
    ({ uniqueId, fields, places }) =>
      html`<tr><td><code>${uniqueId}</code></td><td>${fields.join(', ')}</td><td>${places.map((place) => html`<code>${place}</code> `)}</td></tr>`,
  )
  return html`<details class="part" data-fold="conflicts ${name}"><summary><h3>${plural(conflictsTotal ?? conflicts.length, 'record')} on which sources differ; the earlier source won</h3></summary>
    ${scrolling(`Conflicts of ${name}`, html`<table><thead><tr><th scope="col">record</th><th scope="col">fields</th><th scope="col">where</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`
}

function sourcePart(view: View, { name, sources = [] }: ResourceDocument): Markup {
  if (sources.length === 0) return ''
  return html`<details class="part" data-fold="sources ${name}"><summary><h3>What was read: ${plural(sources.length, 'source')}</h3></summary><ul class="sources">${sources.map(
    (source) => html`<li>
    <b>${source.name}</b>: ${plural(source.rows, 'row')}, as of ${at(Date.parse(source.asOf), view)}. <span class="soft">Known to be complete: ${source.evidence}.</span>
    ${joinText(source)}${fileList(view, source)}</li>`,
  )}</ul></details>`
}

function joinText({ join }: SourceDocument): Markup {
  if (join === undefined) return ''
  const { matched, missing, ambiguous, unused } = join
  return html`<p class="sub">Joined to ${join.to} as ${join.as}: ${number(matched)} of ${number(matched + missing + ambiguous)} rows matched${ambiguous === 0 ? '' : `, ${number(ambiguous)} matched several`}${unused === 0 ? '' : `, ${number(unused)} of its rows matched nobody`}.</p>`
}

function fileList(view: View, { files = [], name }: SourceDocument): Markup {
  if (files.length === 0) return ''
  const rows = files.map(
    (file) =>
      html`<tr><td class="file">${file.name}</td><td class="number">${sizeText(file.size)}</td><td class="time">${at(Date.parse(file.modifiedAt), view)}</td><td>${file.sha256 === undefined ? '' : html`<code title="SHA-256">${file.sha256}</code>`}</td></tr>`,
  )
  return scrolling(
    `Files of ${name}`,
    html`<table><thead><tr><th scope="col">file</th><th scope="col" class="number">size</th><th scope="col">last changed</th><th scope="col">SHA-256</th></tr></thead><tbody>${rows}</tbody></table>`,
  )
}

function answerPart({ name, answers = [], requests, bytes, verified }: ResourceDocument): Markup {
  if (requests === undefined || requests.put + requests.get === 0) return ''
  const sent = `${plural(requests.put, 'PUT', 'PUTs')}${bytes === undefined || requests.put === 0 ? '' : ` of ${sizeText(bytes)} in all`}, ${plural(requests.get, 'GET', 'GETs')}`
  const read =
    verified === undefined
      ? ''
      : verified
        ? 'What Vanta holds was read back and is the same.'
        : 'It was not proven by reading back.'
  return html`<details class="part" data-fold="answers ${name}"><summary><h3>What Vanta answered</h3></summary><div class="pad"><p>${sent}. ${read}</p>
    <ul class="answers">${answers.map(({ status, text }) => html`<li><span class="pill ${status < 300 ? 'good' : 'bad'}">${status}</span> <code>${text}</code></li>`)}</ul></div></details>`
}
