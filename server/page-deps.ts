/** What the HTML pages get, and what they give back. */
import type { Context, Hono } from 'hono'
import type { Operator } from './operator.ts'
import type { Viewer } from './viewer.ts'

/**
 * How people come in. `open`: no users are set, everybody on this machine may look, and nobody can decide.
 * `login`: there is a login page. `proxy`: a proxy says who they are. `program`: only programs, by a token.
 */
export type Access = 'open' | 'login' | 'proxy' | 'program'

export interface PageDeps {
  readonly operator: Operator
  /** Whoever asks; nobody in particular, who may do nothing, on the login page and in errors before it. */
  viewerOf(c: Context): Viewer
  access(): Access
}

export interface PageError {
  readonly title: string
  /** Sentences. */
  readonly message: string
  readonly hint?: string
}

export interface LoginAsked {
  /** Why the last attempt failed; a sentence. */
  readonly error?: string
  /** Path on this server to go to after the login. */
  readonly next: string
}

/**
 * Every GET of HTML, `GET /login` included, and files below `/assets/`, which everybody may read.
 *
 * Forms are answered by `server/actions.ts` and `server/auth/`. Each holds `csrf` (`viewer.csrfToken`), and:
 * - `POST /login`: `name`, `password`, `next`
 * - `POST /logout`
 * - `POST /reveal`: `next`; shows personal data to this viewer for 15 minutes. With `hide=1`: masks it again
 * - `POST /holds/:id/approve`, `/holds/:id/reject`: `reason`
 * - `POST /resources/:name/run`
 * - `POST /resources/:name/pause`: `reason`, `for` (a duration such as `7d`)
 * - `POST /resources/:name/resume`: `reason`
 * - `POST /connectors/:name/check`
 *
 * They redirect (303) to `/runs/:id` after a start, else to `/holds/:id`, `/resources/:name` or `/connectors`.
 */
export interface Pages {
  readonly app: Hono
  /** The login page again; with the status that `c.status` has set. */
  loginPage(c: Context, asked: LoginAsked): Response | Promise<Response>
  errorPage(c: Context, status: number, error: PageError): Response | Promise<Response>
}

export type CreatePages = (deps: PageDeps) => Pages
