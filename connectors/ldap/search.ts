/** Searches: one answer in a whole, or page by page to the proven end. */
import { type Filter, PagedResultsControl, SearchRequest } from 'ldapts'
import type { Channel } from './channel.ts'
import type { Entry, HoldsBytes } from './entry.ts'
import type { Ending, Operation } from './operation.ts'
import { CODE, type Result } from './result.ts'

export interface SearchSpec {
  readonly base: string
  readonly scope: 'sub' | 'one' | 'base'
  readonly filter: Filter
  readonly attributes: readonly string[]
  readonly holdsBytes?: HoldsBytes
  /** Seconds; 0 for the server's own limit. */
  readonly timeLimit: number
}

export interface Paging {
  readonly size: number
  /** What the server says of itself; it is unknown when its root cannot be read. */
  readonly support: 'yes' | 'no' | 'unknown'
}

export interface SearchEnd {
  readonly pages: number
  readonly entries: number
  readonly references: readonly string[]
  /** Whether the last page said itself that it is the last. */
  readonly paged: boolean
  /** Why it ended before its end; undefined when it did not. */
  readonly stop?: Result | 'no-cookie' | 'endless'
}

/** A server that sends so many pages without an entry is in a loop. */
const EMPTY_PAGES = 1000

/** All entries of a search that has few, and how it ended. */
export async function searchOnce(
  channel: Channel,
  spec: SearchSpec,
): Promise<Ending & { readonly found: readonly Entry[] }> {
  const operation = channel.start((messageId) => requestOf(spec, messageId), spec.holdsBytes)
  const found: Entry[] = []
  for (let batch = await operation.take(); batch !== undefined; batch = await operation.take()) found.push(...batch)
  return { ...(await operation.ended), found }
}

/**
 * All entries, in batches, by pages when the server can. It ends on an empty cookie alone: a page without an entry is
 * no end. The next page is asked for as soon as one has come, so that the server works while its entries are used.
 */
export async function* searchPages(
  channel: Channel,
  spec: SearchSpec,
  paging: Paging,
): AsyncGenerator<readonly Entry[], SearchEnd, void> {
  const tally = { pages: 0, entries: 0, references: [] as string[], paged: paging.support === 'yes', empty: 0 }
  let page: Operation | undefined = startPage(channel, spec, paging)
  while (page !== undefined) {
    const next = following(page.ended, channel, spec, paging)
    for (let batch = await page.take(); batch !== undefined; batch = await page.take()) yield batch
    const { result, entries, references } = await page.ended
    tally.pages++
    tally.entries += entries
    tally.references.push(...references)
    tally.empty = entries === 0 ? tally.empty + 1 : 0
    tally.paged ||= result.cookie !== undefined
    const stop = stopOf(result, tally)
    if (stop !== undefined) return { ...tally, stop }
    page = await next
  }
  return tally
}

function stopOf(result: Result, { paged, empty }: { paged: boolean; empty: number }): SearchEnd['stop'] {
  if (result.code !== CODE.success) return result
  if (paged && result.cookie === undefined) return 'no-cookie'
  return empty > EMPTY_PAGES ? 'endless' : undefined
}

/** The page after the one that ends with `ended`; undefined when there is none. */
function following(
  ended: Promise<Ending>,
  channel: Channel,
  spec: SearchSpec,
  paging: Paging,
): Promise<Operation | undefined> {
  const next = ended.then(({ result: { code, cookie } }) => {
    if (code !== CODE.success || cookie === undefined || cookie.length === 0) return undefined
    return startPage(channel, spec, paging, cookie)
  })
  // A failure of this page is told by the page itself.
  next.catch(() => undefined)
  return next
}

function startPage(channel: Channel, spec: SearchSpec, { size, support }: Paging, cookie?: Buffer): Operation {
  const value = cookie === undefined ? { size } : { size, cookie }
  const critical = support === 'yes' || cookie !== undefined
  const controls = support === 'no' ? [] : [new PagedResultsControl({ critical, value })]
  return channel.start((messageId) => requestOf(spec, messageId, controls), spec.holdsBytes)
}

/** Without a size limit: with one, a cut-off answer would be what was asked for. */
function requestOf(spec: SearchSpec, messageId: number, controls: PagedResultsControl[] = []): SearchRequest {
  const { base, scope, filter, attributes, timeLimit } = spec
  return new SearchRequest({ messageId, baseDN: base, scope, filter, attributes: [...attributes], timeLimit, controls })
}
