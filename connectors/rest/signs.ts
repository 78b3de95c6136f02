/**
 * Signs of more rows in an answer that ends the list. Most lists end by silence: no cursor, no link, no paging at all. A
 * cursor whose path is misspelt looks the same as the last page, and would lose all others.
 */
import { nextLinks } from './link-header.ts'
import type { Page } from './page.ts'
import type { Progress } from './pager.ts'
import { isSomething, keyOf } from './wording.ts'

/** Keys as `keyOf` writes them. Something there means that another page follows. */
const NEXT = new Set(
  'after continuationtoken continuation resumptiontoken lastevaluatedkey bookmark cursor more moreavailable moredata moreitems morepages morerecords moreresults ismore istruncated truncated'.split(
    ' ',
  ),
)
/** So does whatever is called next, but for what a later read begins with. */
const CALLED_NEXT = /^(?:(?:odata|has|is)?next(?!sync|delta|poll|refresh|run|update)|hasmore)/
/** False means the same. */
const LAST = new Set('last islast islastpage lastpage done endofrecords'.split(' '))
/** More than the rows that were read. */
const TOTALS = new Set(
  'total totalcount totalresults totalrecords totalitems totalelements totalrows totalsize totalhits count numfound odatacount recordstotal'.split(
    ' ',
  ),
)
/** More than the pages that were read. */
const PAGES = new Set('totalpages pagecount lastpage numpages pages pagestotal'.split(' '))
const TOTAL_HEADERS = ['x-total-count', 'x-total', 'total-count', 'content-range']
const DEPTH = 4

export interface SignsAsked {
  /** Paths, header names or `206`, that mean nothing here. */
  readonly ignored: ReadonlySet<string>
  /** The API stated the end of the list: only its numbers can still contradict it. */
  readonly onlyTotals: boolean
}

/** The first sign, as the end of a sentence; undefined when there is none. */
export function signOfMore(page: Page, { rows }: Progress, asked: SignsAsked): string | undefined {
  return (
    (asked.onlyTotals ? undefined : inEnvelope(page, asked)) ??
    inTotalHeaders(page, rows, asked) ??
    inDocument(page, rows, asked)
  )
}

function inEnvelope({ status, headers }: Page, { ignored }: SignsAsked): string | undefined {
  if (status === 206 && !ignored.has('206')) return 'the status `206` says that this is a part'
  return namesNext(headers.get('link')) && !ignored.has('link') ? 'the header `link` names a next page' : undefined
}

function namesNext(header: string | null): boolean {
  const links = nextLinks(header)
  return links === undefined ? /\bnext\b/i.test(header ?? '') : links.length > 0
}

function inTotalHeaders({ headers }: Page, rows: number, { ignored }: SignsAsked): string | undefined {
  for (const name of TOTAL_HEADERS) {
    const total = totalIn(headers.get(name))
    if (total !== undefined && total > rows && !ignored.has(name)) return `the header \`${name}\` says ${total} rows`
  }
  return undefined
}

/** The number that a header gives for all rows, also as `Content-Range: 0-99/250` does. */
export function totalIn(header: string | null): number | undefined {
  const digits = /^(?:.*\/)?\s*(\d{1,15})\s*$/.exec(header ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function inDocument(page: Page, rows: number, { ignored, onlyTotals }: SignsAsked): string | undefined {
  const pending: { value: unknown; path: string; depth: number }[] = [{ value: page.document, path: '', depth: 0 }]
  for (const { value, path, depth } of pending) {
    // Lists hold rows, and what rows say is about themselves.
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > DEPTH) continue
    for (const [key, inner] of Object.entries(value)) {
      const below = path === '' ? key : `${path}.${key}`
      if (ignored.has(below)) continue
      const name = keyOf(key)
      const sign = totalSign(name, inner, rows) ?? (onlyTotals ? undefined : pageSign(name, inner, page.number))
      if (sign !== undefined) return `\`${below}\` ${sign}`
      pending.push({ value: inner, path: below, depth: depth + 1 })
    }
  }
  return undefined
}

function totalSign(key: string, value: unknown, rows: number): string | undefined {
  const total = TOTALS.has(key) ? numberIn(value) : undefined
  return total !== undefined && total > rows ? `says ${total} rows` : undefined
}

function pageSign(key: string, value: unknown, pages: number): string | undefined {
  if ((NEXT.has(key) || CALLED_NEXT.test(key)) && isSomething(value)) return 'says that another page follows'
  if (LAST.has(key) && value === false) return 'says that this page is not the last'
  const all = PAGES.has(key) ? numberIn(value) : undefined
  return all !== undefined && all > pages ? `says ${all} pages` : undefined
}

/** Many systems write their numbers as text. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
