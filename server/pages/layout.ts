/** The frame around each page. */
import { html } from 'hono/html'
import type { Viewer } from '../viewer.ts'
import { icon } from './icons.ts'
import { type Content, type Markup, plural } from './markup.ts'
import type { View } from './view.ts'
import { zoneText } from './when.ts'

export interface Page {
  /** Of the window; the product's name follows. */
  readonly title: string
  /** The entry of the navigation that it belongs to. */
  readonly under?: Section
  /** Without script the browser loads it again every few seconds: only where nobody can be typing. */
  readonly reload?: boolean
  readonly content: Markup
}

export type Section = 'Overview' | 'Runs' | 'Holds' | 'Connectors' | 'History'

const SECTIONS: readonly (readonly [Section, string])[] = [
  ['Overview', '/'],
  ['Runs', '/runs'],
  ['Holds', '/holds'],
  ['Connectors', '/connectors'],
  ['History', '/history'],
]

export function page(view: View, { title, under, reload = false, content }: Page): Markup {
  return html`<!DOCTYPE html>
<html lang="en">
${head(title, view.stamp, reload)}
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="inner">
  <a class="brand" href="/">${mark()}vanta-sync</a>
  <nav aria-label="Main"><ul>${SECTIONS.map(([name, path]) => entry({ name, path, under, waiting: view.waiting }))}</ul></nav>
  ${who(view.viewer)}
</div></header>
<main id="main" tabindex="-1">${content}</main>
<footer><p>Times are ${zoneText(view)}. vanta-sync ${view.version}.</p></footer>
<p id="said" class="unseen" role="status"></p>
</body>
</html>`
}

/** Of pages that nobody needs to be logged in for. */
export function bare(stamp: string, title: string, content: Markup): Markup {
  return html`<!DOCTYPE html>
<html lang="en">
${head(title, stamp, false)}
<body class="bare">
<main id="main" tabindex="-1">${content}</main>
</body>
</html>`
}

function head(title: string, stamp: string, reload: boolean): Markup {
  return html`<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  ${reload ? html`<noscript><meta http-equiv="refresh" content="5"></noscript>` : ''}
  <title>${title} · vanta-sync</title>
  <link rel="icon" href="/assets/icon.svg?${stamp}" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/style.css?${stamp}">
  <script src="/assets/live.js?${stamp}" defer></script>
</head>`
}

export function mark(): Markup {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="8"/><path d="M8 10l8 13 8-13"/></svg>`
}

interface Entry {
  readonly name: Section
  readonly path: string
  readonly under: Section | undefined
  readonly waiting: number
}

function entry({ name, path, under, waiting }: Entry): Markup {
  const count =
    name === 'Holds' && waiting > 0
      ? html` <span class="count"><span aria-hidden="true">${waiting}</span><span class="unseen">(${plural(waiting, 'waits', 'wait')} for a decision)</span></span>`
      : ''
  return html`<li><a href="${path}"${name === under ? html` aria-current="page"` : ''}>${name}${count}</a></li>`
}

function who({ person, mayApprove, canLogOut, csrfToken }: Viewer): Markup {
  if (person === undefined) return ''
  return html`<div class="who">
    <span class="name" title="${person.name}, ${mayApprove ? 'approver' : 'viewer'}, by ${person.provenBy}">${person.name}</span>
    ${canLogOut ? html`<form method="post" action="/logout"><input type="hidden" name="csrf" value="${csrfToken}"><button class="quiet">Log out</button></form>` : ''}
  </div>`
}

/** A remark that stands out. */
export function banner(tone: 'warn' | 'bad' | 'calm' | 'good', content: Content): Markup {
  const shape = { warn: 'alert', bad: 'cross', calm: 'note', good: 'check' } as const
  return html`<div class="banner ${tone}">${icon(shape[tone])}<div>${content}</div></div>`
}
