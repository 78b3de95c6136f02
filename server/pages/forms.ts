/** Forms that change something. Each carries the token that a foreign page cannot know. */
import { html } from 'hono/html'
import type { Markup } from './markup.ts'
import type { View } from './view.ts'

export interface Action {
  readonly to: string
  /** What the button says: what will happen. */
  readonly button: string
  readonly kind?: 'main' | 'plain' | 'danger'
  readonly fields?: Markup
}

export function actionForm({ viewer }: View, { to, button, kind = 'plain', fields }: Action): Markup {
  return html`<form method="post" action="${to}">
    ${hidden('csrf', viewer.csrfToken)}${fields ?? ''}
    <button class="${kind}">${button}</button>
  </form>`
}

export function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

/** @param id unique on the page */
export function reasonField(id: string, example: string): Markup {
  return html`<div class="labelled"><label for="${id}">Reason</label>
    <textarea id="${id}" name="reason" rows="2" required maxlength="500" aria-describedby="${id}-note"></textarea>
    <p class="note" id="${id}-note">${example} It stays in the history, beside your name.</p></div>`
}

const TERMS = [
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['24h', '1 day'],
  ['3d', '3 days'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const

export function termField(id: string): Markup {
  return html`<div class="labelled"><label for="${id}">For how long</label>
    <select id="${id}" name="for">${TERMS.map(([value, words]) => html`<option value="${value}"${value === '24h' ? html` selected` : ''}>${words}</option>`)}</select></div>`
}

/** Why there is no button, and what to do instead. */
export function insteadOf({ viewer, access }: View, what: string, commands: readonly string[]): Markup {
  const why =
    access === 'open' || viewer.person === undefined
      ? `Nobody logs in to this page, so nobody can ${what} here: set server.users with the role approver to change that.`
      : `${viewer.person.name} may look, and not ${what}: that takes the role approver.`
  return html`<div class="instead"><p>${why} On the command line:</p>${commands.map((command) => html`<pre><code>${command}</code></pre>`)}</div>`
}
