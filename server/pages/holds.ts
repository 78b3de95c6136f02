/** Holds: those that wait for a decision, and what became of the others. */
import { html } from 'hono/html'
import type { ResourceDocument } from '../../core/run/document.ts'
import { isClearing } from '../../core/run/clear-hold.ts'
import type { Hold } from '../../core/state/state.ts'
import { actionForm, insteadOf, reasonField } from './forms.ts'
import { banner } from './layout.ts'
import { fact, type Markup, scrolling } from './markup.ts'
import { maskingNote } from './masking.ts'
import { planItems } from './plan.ts'
import { reasonList } from './reasons.ts'
import { holdLook, pill } from './states.ts'
import type { View } from './view.ts'
import { ago, at } from './when.ts'

export function isLive({ status }: Hold): boolean {
  return status === 'open' || status === 'approved' || status === 'rejected'
}

export function holdsPage(view: View, holds: readonly Hold[]): Markup {
  const open = holds.filter(({ status }) => status === 'open')
  const others = holds.filter(({ status }) => status !== 'open')
  return html`<h1 data-announce>${open.length === 0 ? 'No hold waits for a decision' : open.length === 1 ? 'One hold waits for a decision' : `${open.length} holds wait for a decision`}</h1>
    <p class="lead">A plan that surprises is held and not pushed: Vanta keeps what it has until somebody decides.</p>
    ${open.map((hold) => openHold(view, hold))}
    ${others.length === 0 ? '' : html`<section class="card"><div class="head"><h2>Decided or ended</h2></div>${pastTable(view, others)}</section>`}`
}

function openHold(view: View, hold: Hold): Markup {
  return html`<section class="card"><div class="head">
      <h2><a href="/holds/${hold.id}">${hold.resource}</a></h2>${pill(holdLook(hold.status))}<span class="aside">since ${ago(hold.openedAt, view)}, expires ${ago(hold.expiresAt, view)}</span>
    </div>${reasonList(hold.reasons)}<p class="more"><a href="/holds/${hold.id}">Look at the plan and decide on ${hold.resource}</a></p></section>`
}

function pastTable(view: View, holds: readonly Hold[]): Markup {
  const rows = holds.map(
    (
      hold,
    ) => html`<tr><td class="time">${at(hold.openedAt, view)}</td><td><a href="/holds/${hold.id}"><code>${hold.id}</code></a></td><td>${hold.resource}</td><td>${pill(holdLook(hold.status))}</td>
      <td class="prose">${hold.decision === undefined ? '' : html`${hold.decision.by}: “${hold.decision.reason}”`}</td></tr>`,
  )
  return scrolling(
    'Holds that were decided or ended',
    html`<table><thead><tr><th scope="col">Opened</th><th scope="col">Hold</th><th scope="col">Resource</th><th scope="col">State</th><th scope="col">Decision</th></tr></thead><tbody>${rows}</tbody></table>`,
  )
}

export interface HoldFacts {
  readonly hold: Hold
  /** Of the run that was held; masked, unless the viewer asked. */
  readonly document: ResourceDocument | undefined
  readonly all: boolean
}

export function holdPage(view: View, facts: HoldFacts): Markup {
  const { hold, document, all } = facts
  return html`<p class="crumb"><a href="/holds">Holds</a></p>
    <div class="title"><h1 data-announce>${titleOf(hold)}</h1>${pill(holdLook(hold.status))}</div>
    <dl class="facts">
      ${fact('Resource', html`<a href="/resources/${encodeURIComponent(hold.resource)}">${hold.resource}</a>`)}
      ${fact('Hold', html`<code>${hold.id}</code>`)}
      ${fact('Opened', html`${at(hold.openedAt, view)} <span class="sub">${ago(hold.openedAt, view)}</span>`)}
      ${fact(hold.expiresAt > view.now ? 'Expires' : 'Expired', html`${at(hold.expiresAt, view)} <span class="sub">${ago(hold.expiresAt, view)}</span>`)}
      ${fact('Held by run', html`<a href="/runs/${hold.runId}"><code>${hold.runId}</code></a>`)}
    </dl>
    ${decisionText(view, hold)}
    <section class="card"><div class="head"><h2>Why it is held</h2></div>${reasonList(hold.reasons)}</section>
    ${isLive(hold) ? decide(view, hold) : ended(hold)}
    <section class="card"><div class="head"><h2>The plan behind it</h2></div>
      ${document === undefined ? html`<p class="empty">What the run found was erased. <code>vanta-sync plan ${hold.resource}</code> reads again.</p>` : html`<div class="pad">${maskingNote(view)}</div>${planItems(document, { key: 'plan', masked: !view.viewer.revealed, all, allAt: `/holds/${hold.id}?all=1` })}`}
    </section>`
}

function titleOf({ resource, status }: Hold): string {
  if (status === 'open') return `${resource} is held`
  return isLiveStatus(status) ? `${resource} is held, and the hold ${status}` : `${resource} was held`
}

function isLiveStatus(status: Hold['status']): boolean {
  return status === 'approved' || status === 'rejected'
}

function decisionText(view: View, { decision, status }: Hold): Markup {
  if (decision === undefined) return ''
  const rejected = status === 'rejected'
  return banner(
    rejected ? 'calm' : 'good',
    html`<p><b>${rejected ? 'Rejected' : 'Approved'} by ${decision.by}</b> ${at(decision.at, view)} <span class="soft">(known by: ${decision.provenBy})</span></p><p>“${decision.reason}”</p>${status === 'approved' ? html`<p>It is used up when Vanta confirms a push that trips no more than this.</p>` : ''}`,
  )
}

const APPROVE = {
  says: 'The sources are read again, now. What is found is pushed if it trips no more than this; else it is held anew.',
  button: 'Approve: read again and push if no more than this trips',
}

const APPROVE_CLEARING = {
  says: 'No source is read. Vanta is left with nothing of this set, unless it holds more by now than is named here; then it is held anew.',
  button: 'Approve: empty this set in Vanta',
}

function decide(view: View, hold: Hold): Markup {
  if (!view.viewer.mayApprove) {
    return html`<section class="card"><div class="head"><h2>Approve or reject</h2></div>${insteadOf(
      view,
      'approve or reject',
      [
        `vanta-sync approve ${hold.id} --reason "why this is right"`,
        `vanta-sync reject ${hold.id} --reason "why it is wrong"`,
      ],
    )}</section>`
  }
  const { says, button } = isClearing(hold) ? APPROVE_CLEARING : APPROVE
  return html`<section class="card"><div class="head"><h2>Approve or reject</h2></div><div class="choice">
    <div><h3 id="approve-it">It is right</h3><p>${says}</p>
      ${actionForm(view, { to: `/holds/${encodeURIComponent(hold.id)}/approve`, button, kind: 'main', fields: reasonField('approve-reason', 'For example: the Leeds office closed, ticket HR-311.') })}</div>
    <div><h3 id="reject-it">It is wrong</h3><p>Nothing is pushed, and nobody is reminded, until what trips the guard changes. Mend the source.</p>
      ${actionForm(view, { to: `/holds/${encodeURIComponent(hold.id)}/reject`, button: 'Reject: keep what Vanta has', kind: 'danger', fields: reasonField('reject-reason', 'For example: the export was cut off, the vendor is asked.') })}</div>
  </div></section>`
}

function ended({ status, resource }: Hold): Markup {
  const why: Partial<Record<Hold['status'], string>> = {
    superseded: 'A later run found more or something else, and opened a new hold in its place.',
    closed: 'A later run found nothing to hold any more, and pushed.',
    expired: 'Nobody decided in time: what was read then can no longer be vouched for. The next run reads again.',
    used: 'It was approved, and Vanta confirmed the push.',
  }
  return html`<p class="lead">${why[status] ?? ''} <a href="/resources/${encodeURIComponent(resource)}">See ${resource} now</a></p>`
}
