/** Records over time, as small as a word. */
import { html } from 'hono/html'
import { type Markup, number, plural } from './markup.ts'
import { around, place } from './scale.ts'
import { type Point, withRecords } from './series.ts'

const WIDTH = 120
const HEIGHT = 28
const PAD = 3

export function sparkline(points: readonly Point[]): Markup {
  const pushed = withRecords(points)
  const [first] = pushed
  const last = pushed.at(-1)
  if (first === undefined || last === undefined || pushed.length < 2) return ''
  const values = pushed.map(({ records }) => records)
  const y = scaleOf(values)
  const time = { from: points[0]?.at ?? first.at, to: points.at(-1)?.at ?? last.at }
  const x = (at: number): number => PAD + place(at, time, WIDTH - 2 * PAD)
  const line = pushed.map(({ at, records }) => `${x(at)} ${y(records)}`).join('L')
  const lost = points.filter(({ outcome }) => outcome === 'held' || outcome === 'failed')
  const label = `Records over the last ${plural(points.length, 'run')}: ${trend(first.records, last.records)}, between ${number(Math.min(...values))} and ${number(Math.max(...values))}${lost.length === 0 ? '' : `; ${plural(lost.length, 'run')} pushed nothing`}`
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    <path class="line" d="M${line}"/><path class="dot" d="M${x(last.at)} ${y(last.records)}h0"/>
    ${lost.map(({ at, outcome }) => html`<path class="lost ${outcome}" d="M${x(at)} ${HEIGHT - 4}v4"/>`)}
  </svg>`
}

function scaleOf(values: readonly number[]): (value: number) => number {
  const range = around(values)
  return (value) => HEIGHT - 6 - place(value, range, HEIGHT - 6 - PAD)
}

function trend(first: number, last: number): string {
  return first === last ? `${number(last)} throughout` : `from ${number(first)} to ${number(last)}`
}
