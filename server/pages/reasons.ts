/** Why a plan is held, as arithmetic: what is allowed, and what it would be. */
import { html } from 'hono/html'
import type { HoldReason } from '../../core/state/state.ts'
import { type Markup, number, sentence } from './markup.ts'

const WIDTH = 400

export function reasonList(reasons: readonly HoldReason[]): Markup {
  return html`<ul class="reasons">${reasons.map(reasonItem)}</ul>`
}

function reasonItem(reason: HoldReason): Markup {
  const { rule, message, limit } = reason
  return html`<li><p><b>${sentence(message)}</b> <span class="sub"><code>${rule}${limit === undefined ? '' : `: ${limit}`}</code></span></p>${arithmetic(reason)}</li>`
}

/** Two bars on one scale; only where a limit was passed upwards. `minRecords` is passed downwards and reads the same. */
function arithmetic({ allowed, actual, of }: HoldReason): Markup {
  if (allowed === undefined || actual === undefined) return ''
  const whole = Math.max(allowed, actual, 1)
  const share = of === undefined || of === 0 ? '' : ` of ${number(of)}`
  return html`<dl class="arithmetic">
    <dt>allowed</dt><dd>${bar('allowed', allowed / whole)}<span>${number(allowed)}</span></dd>
    <dt>would be</dt><dd>${bar('actual', actual / whole)}<span>${number(actual)}${share}</span></dd>
  </dl>`
}

function bar(kind: 'allowed' | 'actual', share: number): Markup {
  const width = Math.max(3, Math.round(share * WIDTH))
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="${WIDTH}" height="14"/><rect class="${kind}" width="${width}" height="14"/></svg>`
}
