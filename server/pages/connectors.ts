/** Every configured connector, and whether what it reads from can be reached. */
import { html } from 'hono/html'
import type { ResourceStatus } from '../../core/health/status.ts'
import type { ConnectorSpec, ResourceSpec } from '../../core/resource.ts'
import type { CheckRow } from '../../core/state/state.ts'
import type { SourceRead } from './connector-use.ts'
import { actionForm } from './forms.ts'
import { type Markup, plural, prose, sentence } from './markup.ts'
import { type Look, pill } from './states.ts'
import type { View } from './view.ts'
import { ago, at } from './when.ts'

export interface ConnectorFacts {
  readonly spec: ConnectorSpec
  readonly users: readonly ResourceSpec[]
  readonly read: SourceRead | undefined
  readonly check: CheckRow | undefined
  /** What a resource whose last run ended on this connector says of it; absent when all could read. */
  readonly broken: Pick<ResourceStatus, 'name' | 'wrong' | 'remedy' | 'lastRunAt' | 'lastRunId'> | undefined
}

const OK: Look = { words: 'reachable', tone: 'good', icon: 'check' }
const BROKEN: Look = { words: 'check failed', tone: 'bad', icon: 'unplugged' }
const UNREAD: Look = { words: 'could not be read', tone: 'bad', icon: 'unplugged' }
const UNKNOWN: Look = { words: 'never checked', tone: 'calm', icon: 'dashed' }

export function connectorsPage(view: View, connectors: readonly ConnectorFacts[]): Markup {
  const broken = connectors.filter((facts) => lookOf(facts).tone === 'bad').length
  return html`<h1 data-announce>${headlineOf(connectors.length, broken)}</h1>
    ${connectors.length === 0 ? html`<p class="lead">Connectors stand under <code>connectors</code> in the configuration.</p>` : html`<ul class="grid">${connectors.map((each) => card(view, each))}</ul>`}`
}

function headlineOf(total: number, broken: number): string {
  if (total === 0) return 'No connector is configured'
  if (broken > 0) return `${broken} of ${plural(total, 'connector')} cannot be read`
  return total === 1 ? 'One connector' : `${total} connectors`
}

/** Whatever is newer: a check that somebody asked for, or the run that could not read. */
function lookOf({ check, broken }: ConnectorFacts): Look {
  const checked = check === undefined ? UNKNOWN : check.ok ? OK : BROKEN
  return broken !== undefined && Date.parse(broken.lastRunAt ?? '') > (check?.at ?? 0) ? UNREAD : checked
}

function card(view: View, facts: ConnectorFacts): Markup {
  const { spec, users, read, check, broken } = facts
  const kind = spec.uses[0]?.connector.name ?? spec.use
  return html`<li class="card"><div class="head"><h2>${spec.name}</h2>${pill(lookOf(facts))}</div>
    <dl class="rows">
      <div><dt>Kind</dt><dd>${kind}${kind === spec.use ? '' : html` <code>${spec.use}</code>`}</dd></div>
      <div><dt>Feeds</dt><dd>${users.length === 0 ? 'nothing' : users.map(({ name }, index) => html`${index === 0 ? '' : ', '}<a href="/resources/${encodeURIComponent(name)}">${name}</a>`)}</dd></div>
      <div><dt>Last read</dt><dd>${read === undefined ? 'never to its end' : html`${ago(read.at, view)}, ${plural(read.rows, 'row')}`}</dd></div>
      ${broken === undefined ? '' : html`<div><dt>Last run</dt><dd>${brokenText(broken)}</dd></div>`}
      <div><dt>Last check</dt><dd>${check === undefined ? 'none' : checkText(view, check)}</dd></div>
    </dl>
    <div class="foot">${view.viewer.mayApprove ? actionForm(view, { to: `/connectors/${encodeURIComponent(spec.name)}/check`, button: 'Check now' }) : html`<span class="soft">An approver can check it here.</span>`}</div></li>`
}

function brokenText({ name, wrong, remedy, lastRunId }: NonNullable<ConnectorFacts['broken']>): Markup {
  return html`<p><a href="/resources/${encodeURIComponent(name)}">${name}</a>: ${prose(wrong ?? 'it failed')}</p>
    ${remedy === undefined ? '' : html`<p>${prose(remedy)}</p>`}${lastRunId === undefined ? '' : html`<p><a href="/runs/${lastRunId}">See the last run</a></p>`}`
}

function checkText(view: View, { at: when, says, hint, code, login }: CheckRow): Markup {
  return html`${at(when, view)} <span class="sub">${ago(when, view)}</span><p>${prose(says)}</p>
    ${hint === undefined ? '' : html`<p>${prose(hint)}</p>`}${code === undefined ? '' : html`<p class="sub"><code>${code}</code></p>`}
    ${login?.expiresAt === undefined ? '' : html`<p>Its login expires ${at(Date.parse(login.expiresAt), view)}.</p>`}
    ${login?.personal === undefined ? '' : html`<p>${sentence(login.personal)}</p>`}`
}
