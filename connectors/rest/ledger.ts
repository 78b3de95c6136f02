/** What is kept of the pages of a read, to notice when they are not those of one list. */
import { describeValue } from '../../core/text/describe.ts'
import { badAnswer, badOptions } from './failure.ts'
import type { RestOptions } from './options.ts'
import type { Fields, Page } from './page.ts'
import type { Progress } from './pager.ts'
import { valueAt } from './path.ts'
import { createRepeats, type Repeats } from './repeats.ts'
import { totalIn } from './signs.ts'

export interface Ledger extends Progress {
  /**
   * Enters a page.
   * @returns why the read is incomplete, should the page show it; its rows do not count then
   * @throws OperatorError when the page is one that was there before, or lacks its total or an id
   */
  enter(page: Page): string | undefined
  /** What speaks against the whole, once all pages are there. */
  faults(): readonly string[]
  /** What speaks for it. */
  evidence(): readonly string[]
}

/** @throws ConfigError `rest-options` */
export function createLedger(options: RestOptions): Ledger {
  const { idField, minRows = 0 } = options
  if (options.total !== undefined && options.totalHeader !== undefined) {
    throw badOptions('`total` and `totalHeader` cannot both be the number of all rows')
  }
  const pages = createRepeats()
  const ids = createRepeats()
  const where = options.total ?? options.totalHeader ?? ''
  let total: number | undefined
  let rows = 0
  return {
    get rows() {
      return rows
    },
    get total() {
      return total
    },
    enter(page) {
      if (page.rows.length > 0 && !pages.add(JSON.stringify(page.rows))) throw repeated(page)
      const said = totalOf(page, options)
      total ??= said
      if (said !== undefined && said !== total) {
        return `the list changed while it was read: \`${where}\` was ${total}, and is ${said} on page ${page.number}`
      }
      const twice = idField === undefined ? undefined : idSeenBefore(page, idField, ids)
      if (twice !== undefined) {
        return `the list moved while it was read: item ${twice} of page ${page.number} was on an earlier page`
      }
      rows += page.rows.length
      return undefined
    },
    faults() {
      const faults: string[] = []
      if (total !== undefined && total !== rows) faults.push(`\`${where}\` says ${total} rows, read ${rows}`)
      if (rows < minRows) faults.push(`read ${rows} rows, and minRows is ${minRows}`)
      return faults
    },
    evidence() {
      const agrees = total === undefined ? [] : [`\`${where}\` agrees: ${total} rows`]
      return idField === undefined ? agrees : [...agrees, 'no row on two pages']
    },
  }
}

function totalOf(page: Page, { total: path, totalHeader }: RestOptions): number | undefined {
  if (path === undefined && totalHeader === undefined) return undefined
  const value = path === undefined ? page.headers.get(totalHeader ?? '') : valueAt(page.document, path)
  if (path !== undefined && isLowerBound(page, path)) throw lowerBound(page, path)
  const isText = typeof value === 'string' || typeof value === 'number'
  const total = isText ? totalIn(String(value)) : undefined
  const isAbsent = value === undefined || value === null
  // Some APIs count only for the first page.
  if (total !== undefined || (isAbsent && page.number > 1)) return total
  throw badAnswer(
    'rest-total',
    `\`${path ?? totalHeader}\` on page ${page.number} is ${describeValue(value ?? undefined)}, and should be the number of all rows`,
    'Correct the path, or leave it out if the API gives no total.',
  )
}

/** Elasticsearch counts to 10 000 and no further unless told to: `{"value": 10000, "relation": "gte"}`. */
function isLowerBound({ document }: Page, path: string): boolean {
  const beside = path.replace(/[^.]*$/, 'relation')
  return valueAt(document, beside) === 'gte'
}

function lowerBound({ number }: Page, path: string): Error {
  return badAnswer(
    'rest-total',
    `\`${path}\` on page ${number} is no number of all rows: the answer says that there are as many or more`,
    'Let the system count them all: with Elasticsearch track_total_hits.',
  )
}

/** Position of the first row, from 1, whose id was on an earlier page. Rows of one page may share theirs. */
function idSeenBefore({ rows, number }: Page, idField: string, ids: Repeats): number | undefined {
  const own = rows.map((row, i) => idOf(row, idField, `item ${i + 1} of page ${number}`))
  const twice = own.findIndex((id) => ids.has(id))
  for (const id of own) ids.add(id)
  return twice === -1 ? undefined : twice + 1
}

function idOf(row: Fields, idField: string, at: string): string {
  const id = valueAt(row, idField)
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id)
  throw badAnswer(
    'rest-id',
    `\`${idField}\` of ${at} is ${describeValue(id)}, and should tell the row apart`,
    'Correct `idField`, or leave it out when rows have no id.',
  )
}

function repeated({ number }: Page): Error {
  return badAnswer(
    'rest-loop',
    `page ${number} has the same rows as an earlier one`,
    'Check the names of the parameters for paging: an API that does not know them gives the first page again and again. Some give their last page again when asked for one after it: name `total`, `more`, `last` or `pages` then.',
  )
}
