/** Pages for who is not in: the login, and errors. */
import { html } from 'hono/html'
import type { LoginAsked, PageError } from '../page-deps.ts'
import { hidden } from './forms.ts'
import { icon } from './icons.ts'
import { mark } from './layout.ts'
import { type Markup, prose, sentence } from './markup.ts'

export function loginForm(csrfToken: string, { error, next }: LoginAsked): Markup {
  return html`<section class="card door"><div class="brand">${mark()}vanta-sync</div>
    <h1>Log in</h1>
    ${error === undefined ? '' : html`<p class="fault" role="alert" id="fault">${icon('cross')}${sentence(error)}</p>`}
    <form method="post" action="/login">${hidden('csrf', csrfToken)}${hidden('next', next)}
      <div class="labelled"><label for="name">Name</label><input id="name" name="name" autocomplete="username" required autofocus autocapitalize="none" spellcheck="false"${error === undefined ? '' : html` aria-describedby="fault"`}></div>
      <div class="labelled"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required></div>
      <button class="main">Log in</button>
    </form></section>`
}

export function withoutLogin(): Markup {
  return html`<h1>No login here</h1><p class="lead">This server asks nobody for a name and a password. <a href="/">See the overview</a></p>`
}

export function errorContent(status: number, { title, message, hint }: PageError): Markup {
  return html`<section class="card door"><p class="status">${status}</p><h1>${title}</h1><p>${prose(message)}</p>${hint === undefined ? '' : html`<p>${prose(hint)}</p>`}<p><a href="/">To the overview</a></p></section>`
}
