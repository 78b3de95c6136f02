/** The three plots of a resource: records, changes, durations. Text stands beside the drawing, so that it never shrinks. */
import { html } from 'hono/html'
import { type Markup, number, plural, tookText } from './markup.ts'
import { around, fromZero, place, type Range } from './scale.ts'
import { type Point, wasPushed, withRecords } from './series.ts'
import { outcomeLook } from './states.ts'
import { at, plainTime, type When } from './when.ts'

const WIDTH = 600
const HEIGHT = 140

export function plots(points: readonly Point[], when: When): Markup {
  if (points.length < 2)
    return html`<p class="empty">After the second run there are plots of records, changes and duration here.</p>`
  return html`<div class="plots">${recordsPlot(points, when)}${changesPlot(points, when)}${durationPlot(points, when)}</div>
    ${dataTable(points, when)}`
}

interface Frame {
  readonly id: string
  readonly title: string
  /** What it shows, in a sentence, for who cannot see it. */
  readonly says: string
  readonly range: Range
  readonly label: (value: number) => string
  readonly points: readonly Point[]
  readonly drawing: Markup | readonly Markup[]
  readonly legend?: Markup
}

function frame({ id, title, says, range, label, points, drawing, legend = '' }: Frame, when: When): Markup {
  const middle = label((range.to + range.from) / 2)
  // Whole numbers have none between 0 and 1, and it would read as one of its neighbours.
  const between = [range.to, range.from].map(label).includes(middle) ? '' : middle
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0]
  return html`<figure class="plot">
    <figcaption><h3>${title}</h3></figcaption>
    <div class="scale" aria-hidden="true"><span>${label(range.to)}</span><span>${between}</span><span>${label(range.from)}</span></div>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-says">
      <title id="${id}-title">${title}</title><desc id="${id}-says">${says}</desc>
      <path class="grid" d="M0 .5H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}"/>
      ${drawing}
    </svg>
    <div class="ends" aria-hidden="true"><span>${plainTime(first, when)}</span><span>${plainTime(last, when)}</span></div>
    ${legend}
  </figure>`
}

function recordsPlot(points: readonly Point[], when: When): Markup {
  const pushed = withRecords(points)
  const values = pushed.map(({ records }) => records)
  const range = around(values)
  const time = { from: points[0]?.at ?? 0, to: points.at(-1)?.at ?? 0 }
  const x = (point: Point): number => place(point.at, time, WIDTH)
  const y = (value: number): number => HEIGHT - place(value, range, HEIGHT)
  const [first] = pushed
  const last = pushed.at(-1)
  const line = pushed.map((point) => `${x(point)} ${y(point.records)}`).join('L')
  const drawing =
    first === undefined || last === undefined
      ? ''
      : html`<path class="area" d="M${x(first)} ${HEIGHT}L${line}L${x(last)} ${HEIGHT}z"/><path class="line" d="M${line}"/>${pushed.length > 40 ? '' : pushed.map((point) => html`<path class="dot" d="M${x(point)} ${y(point.records)}h0"/>`)}`
  const says =
    last === undefined
      ? 'Nothing was pushed in these runs.'
      : `${number(last.records)} now; between ${number(Math.min(...values))} and ${number(Math.max(...values))} over ${plural(points.length, 'run')}.`
  return frame({ id: 'records', title: 'Records in Vanta', says, range, label: rounded, points, drawing }, when)
}

function changesPlot(points: readonly Point[], when: When): Markup {
  const most = fromZero(points.flatMap(({ added, removed }) => [added, removed])).to
  const range = { from: -most, to: most }
  const middle = HEIGHT / 2
  const slot = WIDTH / points.length
  const bar = (point: Point, index: number): Markup => {
    const [x, width] = [tenth(index * slot + slot * 0.15), tenth(slot * 0.7)]
    const up = place(point.added, { from: 0, to: most }, middle)
    const down = place(point.removed, { from: 0, to: most }, middle)
    const kind = wasPushed(point) ? '' : ' unpushed'
    return html`<g><title>${plainTime(point.at, when)}: ${changesText(point)}</title><rect class="hit" x="${tenth(index * slot)}" y="0" width="${tenth(slot)}" height="${HEIGHT}"/>${up === 0 ? '' : html`<rect class="added${kind}" x="${x}" y="${tenth(middle - up)}" width="${width}" height="${up}"/>`}${down === 0 ? '' : html`<rect class="removed${kind}" x="${x}" y="${middle}" width="${width}" height="${down}"/>`}</g>`
  }
  const total = (of: 'added' | 'removed'): number => points.filter(wasPushed).reduce((sum, point) => sum + point[of], 0)
  const says = `Added above the line, removed below it. Pushed over ${plural(points.length, 'run')}: ${number(total('added'))} added, ${number(total('removed'))} removed.`
  const legend = html`<ul class="legend"><li class="added">added</li><li class="removed">removed</li><li class="unpushed">not pushed</li></ul>`
  return frame(
    {
      id: 'changes',
      title: 'Added and removed a run',
      says,
      range,
      label: distance,
      points,
      drawing: points.map(bar),
      legend,
    },
    when,
  )
}

function durationPlot(points: readonly Point[], when: When): Markup {
  const times = points.map(({ ms }) => (ms ?? 0) / 1000)
  const range = fromZero(times)
  const slot = WIDTH / points.length
  const drawing = times.map((seconds, index) => {
    const height = place(seconds, range, HEIGHT)
    const point = points[index]
    if (point === undefined) return ''
    return html`<g><title>${plainTime(point.at, when)}: ${tookText(seconds * 1000)}</title><rect class="hit" x="${tenth(index * slot)}" y="0" width="${tenth(slot)}" height="${HEIGHT}"/><rect class="took" x="${tenth(index * slot + slot * 0.15)}" y="${tenth(HEIGHT - height)}" width="${tenth(slot * 0.7)}" height="${height}"/></g>`
  })
  const longest = Math.max(...times)
  const says = `The last run took ${tookText((times.at(-1) ?? 0) * 1000)}, the longest ${tookText(longest * 1000)}.`
  return frame({ id: 'duration', title: 'Duration of a run', says, range, label: shortTime, points, drawing }, when)
}

function dataTable(points: readonly Point[], when: When): Markup {
  return html`<details class="data" data-fold="plots"><summary>The plots as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="The plots as a table"><table>
    <thead><tr><th scope="col">time</th><th scope="col">outcome</th><th scope="col" class="number">records</th><th scope="col" class="number">added</th><th scope="col" class="number">changed</th><th scope="col" class="number">removed</th><th scope="col" class="number">took</th></tr></thead>
    <tbody>${points.toReversed().map(
      (
        point,
      ) => html`<tr><td><a href="/runs/${point.runId}">${at(point.at, when)}</a></td><td>${outcomeLook(point.outcome).words}</td>
        <td class="number">${point.records === undefined ? '–' : number(point.records)}</td><td class="number">${number(point.added)}</td><td class="number">${number(point.changed)}</td><td class="number">${number(point.removed)}</td>
        <td class="number">${point.ms === undefined ? '–' : tookText(point.ms)}</td></tr>`,
    )}</tbody></table></div></details>`
}

function changesText(point: Point): string {
  const counts = `${number(point.added)} added, ${number(point.changed)} changed, ${number(point.removed)} removed`
  return wasPushed(point) ? counts : `${counts}, not pushed (${outcomeLook(point.outcome).words})`
}

/** In one unit: a scale has little room. */
function shortTime(seconds: number): string {
  if (seconds === 0) return '0'
  const [value, unit] =
    seconds < 180 ? [seconds, 's'] : seconds < 10_800 ? [seconds / 60, 'min'] : [seconds / 3600, 'h']
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`
}

function distance(value: number): string {
  return rounded(Math.abs(value))
}

function rounded(value: number): string {
  return number(Math.round(value))
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
