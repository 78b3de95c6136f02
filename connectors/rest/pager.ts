import type { Page } from './page.ts'
import type { PageRequest } from './request.ts'

/** What was read up to and with a page. */
export interface Progress {
  readonly rows: number
  /** What the API says all rows are. */
  readonly total: number | undefined
}

export interface ListEnd {
  /** How it shows: `page 3 is empty`. */
  readonly end: string
  /** The API stated it; its silence was not taken for a statement. */
  readonly isSaid: boolean
}

/** The pages contradict each other: the read is incomplete. */
export interface Contradiction {
  readonly fault: string
}

export type Turn = { readonly next: PageRequest } | ListEnd | Contradiction

/** A way of paging. It belongs to one read. */
export interface Pager {
  readonly first: PageRequest
  /** What comes after a page. @throws OperatorError when that cannot be told or must not be done */
  after(page: Page, progress: Progress): Turn
}
