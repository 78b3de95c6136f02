import type { CheckContext, ReadContext, Row, Rows } from '../../core/connector.ts'
import { OperatorError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { createClient, type Client } from './client.ts'
import { createLedger, type Ledger } from './ledger.ts'
import type { RestOptions } from './options.ts'
import type { Fields, Page } from './page.ts'
import type { ListEnd, Pager } from './pager.ts'
import { createPager } from './paging.ts'
import { incomplete, prove } from './prove.ts'
import { baseRequest, type PageRequest } from './request.ts'

const BATCH = 1000

/** What a read works with, made from options that go together. */
export interface Tools {
  readonly client: Client
  readonly pager: Pager
  readonly ledger: Ledger
}

/** @throws ConfigError `rest-options` when they do not */
export async function prepare(context: CheckContext<RestOptions>): Promise<Tools> {
  const { options } = context
  const pager = createPager(baseRequest(options), options.paging)
  const ledger = createLedger(options)
  return { client: await createClient(context), pager, ledger }
}

/** Reads page after page, and proves that the last one was the last. */
export async function* readRest(context: ReadContext<RestOptions>): Rows {
  const asOf = new Date(context.clock.now())
  const { client, pager, ledger } = await prepare(context)
  let request = pager.first
  for (let number = 1; ; number++) {
    const page = await fetchPage(client, request, number)
    const fault = ledger.enter(page)
    if (fault !== undefined) return incomplete(ledger, asOf, fault)
    if (number === 1) sayCap(page, context)
    yield* toBatches(page, context.options)
    reportProgress(ledger, context)
    const turn = pager.after(page, ledger)
    if ('fault' in turn) return incomplete(ledger, asOf, turn.fault)
    if ('end' in turn) warnOfCap(turn, ledger, { number, log: context.log })
    if ('end' in turn) return prove(turn, { page, ledger, asOf, ignoreSigns: context.options.ignoreSigns })
    if (number === context.options.maxPages) {
      return incomplete(ledger, asOf, `page ${number} is not the last, and maxPages allows no more`)
    }
    request = turn.next
  }
}

/** @throws what the client throws, with a word on pages behind the last one */
async function fetchPage(client: Client, request: PageRequest, number: number): Promise<Page> {
  try {
    return await client.fetchPage(request, number)
  } catch (error) {
    if (number === 1 || !(error instanceof OperatorError) || !/^http-(not-found|refused)$/.test(error.code)) throw error
    throw new OperatorError(error.code, error.message, {
      hint: 'If the page before was the last, this API refuses to show an empty one: name `total`, or in `paging` what tells the last page (`more`, `last`, `pages`).',
      cause: error.cause,
    })
  }
}

function* toBatches({ rows, number }: Page, options: RestOptions): Generator<readonly Row[], void, void> {
  const { method, url, paging, optionalFields = [] } = options
  const page = paging.none === undefined ? ` page ${number}` : ''
  const place = `${method} ${new URL(url).pathname}${page}`
  for (let from = 0; from < rows.length; from += BATCH) {
    yield rows
      .slice(from, from + BATCH)
      .map((fields, i) => ({ at: `${place} item ${from + i + 1}`, fields: toFields(fields, optionalFields) }))
  }
}

/** Without a prototype, so that a column that the data lacks is never found as `constructor`. */
function toFields(parsed: Fields, optionalFields: readonly string[]): Fields {
  const fields = Object.setPrototypeOf(parsed, null) as Fields
  for (const name of optionalFields) fields[name] ??= null
  return fields
}

function reportProgress({ rows, total }: Ledger, context: ReadContext<RestOptions>): void {
  if (total !== undefined && total >= rows) context.progress(rows, total, 'rows')
  else context.progress(rows, undefined, 'rows')
}

/** As many as servers like to give when nobody says how many: 10, 20, 25, 50, 100 and so on. */
const ROUND_NUMBER = /^(?:[125]0+|250*)$/

/** A list of one page that nothing but silence ends, and of so round a length: most likely the server cut it off. */
function warnOfCap({ isSaid }: ListEnd, { rows, total }: Ledger, { number, log }: { number: number; log: Log }): void {
  if (number > 1 || isSaid || total !== undefined || !ROUND_NUMBER.test(String(rows))) return
  log.warn(`one answer with exactly ${rows} rows was taken for the whole list; many servers cut a list there`, {
    hint: 'Make sure that `paging` is right. Where the API gives the number of all rows, name it in `total`.',
  })
}

/** A server that caps its pages is common, and worth a line for whoever wonders about the number of requests. */
function sayCap({ rows }: Page, { options, log }: ReadContext<RestOptions>): void {
  const { size } = options.paging.page ?? options.paging.offset ?? {}
  if (size === undefined || rows.length === 0 || rows.length >= size) return
  log.debug('the first page is shorter than asked for: the whole list, or the cap of the server', {
    asked: size,
    got: rows.length,
  })
}
