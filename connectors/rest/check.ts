import type { CheckContext } from '../../core/connector.ts'
import { sayUrl } from '../network/url.ts'
import type { RestOptions } from './options.ts'
import { prepare } from './read.ts'

/** Reads the first page, and sees whether the next one could be asked for. */
export async function checkRest(context: CheckContext<RestOptions>): Promise<string> {
  const { client, pager, ledger } = await prepare(context)
  const page = await client.fetchPage(pager.first, 1)
  ledger.enter(page)
  const turn = pager.after(page, ledger)
  const count = page.rows.length === 1 ? '1 row' : `${page.rows.length} rows`
  const total = ledger.total === undefined ? '' : ` of ${ledger.total}`
  const pages = 'next' in turn ? ' on the first page' : ''
  return `${sayUrl(page.request.url)} answers with ${count}${total}${pages}`
}
