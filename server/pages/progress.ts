/** How far a run is that goes on. */
import { html } from 'hono/html'
import type { LiveResource } from '../../core/health/status.ts'
import { type Markup, number, sizeText } from './markup.ts'
import { stageWords } from './states.ts'

export function progress(live: LiveResource): Markup {
  const { stage, name, done, total } = live
  const words = stageWords(stage)
  const label = `${name}: ${words}`
  const bar =
    stage === 'waiting' || stage === 'done'
      ? ''
      : total === undefined || total === 0
        ? html`<progress aria-label="${label}"></progress>`
        : html`<progress aria-label="${label}" max="${total}" value="${Math.min(done ?? 0, total)}"></progress>`
  return html`<div class="progress"><span>${words}${amount(live)}</span>${bar}</div>`
}

function amount({ done, total, unit = 'rows' }: LiveResource): string {
  if (done === undefined) return ''
  if (unit === 'bytes') return `: ${sizeText(done)}${total === undefined ? '' : ` of ${sizeText(total)}`}`
  return `: ${number(done)}${total === undefined ? '' : ` of ${number(total)}`} ${unit}`
}
