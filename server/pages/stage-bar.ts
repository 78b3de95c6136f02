/** How long each stage took, drawn to scale and in words. */
import { html } from 'hono/html'
import type { StageDocument } from '../../core/run/document.ts'
import { type Markup, tookText } from './markup.ts'
import { timeOfDay, type When } from './when.ts'

const WIDTH = 600
const NAMES = { read: 'read', plan: 'compare', push: 'push', verify: 'read back' } as const

export function stageBar(stages: readonly StageDocument[], when: When): Markup {
  if (stages.length === 0) return ''
  const total = Math.max(
    1,
    stages.reduce((sum, { ms }) => sum + ms, 0),
  )
  let from = 0
  const parts = stages.map(({ stage, ms }) => {
    const width = Math.max(2, (ms / total) * WIDTH)
    const part = html`<rect class="${stage}" x="${tenth(from)}" y="0" width="${tenth(width)}" height="12"/>`
    from += width
    return part
  })
  return html`<div class="timeline">
    <svg viewBox="0 0 ${tenth(from)} 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">${parts}</svg>
    <ol>${stages.map(({ stage, startedAt, ms }) => html`<li class="${stage}"><b>${NAMES[stage]}</b> ${tookText(ms)} <span class="soft">from ${timeOfDay(Date.parse(startedAt), when)}</span></li>`)}</ol>
  </div>`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
