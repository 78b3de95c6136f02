/** Ids and values of people are shown to who asks for them, and the asking is on record. */
import { html } from 'hono/html'
import { actionForm, hidden } from './forms.ts'
import { icon } from './icons.ts'
import type { Markup } from './markup.ts'
import type { View } from './view.ts'

/** What stands above masked things. */
export function maskingNote(view: View): Markup {
  const { viewer, here } = view
  const name = viewer.person?.name
  if (viewer.revealed) {
    return html`<div class="masking on">${icon('eye')}<p>Personal data is shown to ${name ?? 'you'} for a while. That they asked is in the history.</p>
      ${actionForm(view, { to: '/reveal', button: 'Hide it again', fields: html`${hidden('next', here)}${hidden('hide', '1')}` })}</div>`
  }
  if (name === undefined)
    return html`<div class="masking">${icon('eye')}<p>Ids and values are masked. Who logs in can have them shown.</p></div>`
  return html`<div class="masking">${icon('eye')}<p>Ids and values are masked. Showing them is noted in the history as asked by ${name}.</p>
    ${actionForm(view, { to: '/reveal', button: 'Show personal data', fields: hidden('next', here) })}</div>`
}
