/** Every configured connector, and whether what it reads from can be reached. */
import { html } from 'hono/html'
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
}

const OK: Look = { words: 'reachable', tone: 'good', icon: 'check' }
const BROKEN: Look = { words: 'check failed', tone: 'bad', icon: 'unplugged' }
const UNKNOWN: Look = { words: 'never checked', tone: 'calm', icon: 'dashed' }

export function connectorsPage(view: View, connectors: readonly ConnectorFacts[]): Markup {
  const broken = connectors.filter(({ check }) => check?.ok === false).length
  return html`<h1 data-announce>${headlineOf(connectors.length, broken)}</h1>
    ${connectors.length === 0 ? html`<p class="lead">Connectors stand under <code>connectors</code> in the configuration.</p>` : html`<ul class="grid">${connectors.map((each) => card(view, each))}</ul>`}`
}

function headlineOf(total: number, broken: number): string {
  if (total === 0) return 'No connector is configured'
  if (broken > 0) return `${broken} of ${plural(total, 'connector')} failed its last check`
  return total === 1 ? 'One connector' : `${total} connectors`
}

function card(view: View, { spec, users, read, check }: ConnectorFacts): Markup {
  const kind = spec.uses[0]?.connector.name ?? spec.use
  return html`<li class="card"><div class="head"><h2>${spec.name}</h2>${pill(check === undefined ? UNKNOWN : check.ok ? OK : BROKEN)}</div>
    <dl class="rows">
      <div><dt>Kind</dt><dd>${kind}${kind === spec.use ? '' : html` <code>${spec.use}</code>`}</dd></div>
      <div><dt>Feeds</dt><dd>${users.length === 0 ? 'nothing' : users.map(({ name }, index) => html`${index === 0 ? '' : ', '}<a href="/resources/${encodeURIComponent(name)}">${name}</a>`)}</dd></div>
      <div><dt>Last read</dt><dd>${read === undefined ? 'never to its end' : html`${ago(read.at, view)}, ${plural(read.rows, 'row')}`}</dd></div>
      <div><dt>Last check</dt><dd>${check === undefined ? 'none' : checkText(view, check)}</dd></div>
    </dl>
    <div class="foot">${view.viewer.mayApprove ? actionForm(view, { to: `/connectors/${encodeURIComponent(spec.name)}/check`, button: 'Check now' }) : html`<code>vanta-sync doctor</code> <span class="soft">checks it</span>`}</div></li>`
}

function checkText(view: View, { at: when, says, hint, code, login }: CheckRow): Markup {
  return html`${at(when, view)} <span class="sub">${ago(when, view)}</span><p>${prose(says)}</p>
    ${hint === undefined ? '' : html`<p>${prose(hint)}</p>`}${code === undefined ? '' : html`<p class="sub"><code>${code}</code></p>`}
    ${login?.expiresAt === undefined ? '' : html`<p>Its login expires ${at(Date.parse(login.expiresAt), view)}.</p>`}
    ${login?.personal === undefined ? '' : html`<p>${sentence(login.personal)}</p>`}`
}
