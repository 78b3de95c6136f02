/** Who looks at a page or calls the API. */
import type { Person } from '../core/decision/person.ts'

export interface Viewer {
  /** Undefined on loopback without users: nobody logged in, so nothing can be decided. */
  readonly person: Person | undefined
  readonly mayApprove: boolean
  /** Goes into every form of the page; requests that change something without it are refused. */
  readonly csrfToken: string
  /** Personal data is shown, because they asked for it; the asking was logged. */
  readonly revealed: boolean
  /** Logged in by a session that can be ended. */
  readonly canLogOut: boolean
}
