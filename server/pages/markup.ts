/** What every page is made of. */
import { html } from 'hono/html'

type Escaped = ReturnType<typeof html>

/** What `html` gives: text that is escaped already; '' is nothing. */
export type Markup = Escaped | ''

/** Markup, or text that is yet to be escaped. */
export type Content = Escaped | string

/** `1 run`, `1,204 runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

/** `12,345` */
export function number(value: number): string {
  return value.toLocaleString('en-GB')
}

/** `a`, `a and b`, `a, b and c`; what is over `most` is counted. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length <= most ? names : [...names.slice(0, most - 1), `${names.length - most + 1} more`]
  if (shown.length <= 1) return shown[0] ?? ''
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`
}

/** With a full stop. What it begins with may be a name, and stays as it is. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** A sentence in which what stands between backticks is code. */
export function prose(text: string): Markup {
  const parts = sentence(text).split('`')
  // Without its second one a backtick is a letter.
  if (parts.length % 2 === 0) return html`${sentence(text)}`
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

/** `1.2 MB`, in powers of ten as file managers show it. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte')
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** Milliseconds as `340 ms`, `4.2 s`, `3 min 5 s`. */
export function tookText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  return joined(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min')
}

function joined(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`
}

/** A term with its value, in a `dl` of facts; nothing without a value. */
export function fact(term: string, value: Content | undefined): Markup {
  if (value === undefined || value === '') return ''
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`
}

/** A wide table scrolls in itself, never the page; by keyboard too. */
export function scrolling(label: string, content: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${content}</div>`
}
