import { cursorPager, linkPager, nextUrlPager } from './chained-paging.ts'
import { offsetPager, pagePager } from './counted-paging.ts'
import { badOptions } from './failure.ts'
import type { PagingOptions } from './options.ts'
import type { Pager } from './pager.ts'
import type { PageRequest } from './request.ts'

const WAYS = ['none', 'page', 'offset', 'cursor', 'link', 'nextUrl'] as const

/**
 * The way of paging that the options describe, ready for one read.
 * @throws ConfigError `rest-options` unless there is exactly one
 */
export function createPager(base: PageRequest, paging: PagingOptions): Pager {
  const ways = WAYS.filter((way) => paging[way] !== undefined)
  if (ways.length !== 1) {
    const found = ways.length === 0 ? 'there is none' : `there are ${ways.join(' and ')}`
    throw badOptions(`\`paging\` must hold exactly one of ${WAYS.join(', ')}; ${found}`)
  }
  const { page, offset, cursor, nextUrl, link } = paging
  if (page !== undefined) return pagePager(base, page, paging.in)
  if (offset !== undefined) return offsetPager(base, offset, paging.in)
  if (cursor !== undefined) return cursorPager(base, cursor, paging.in)
  if (nextUrl !== undefined) return nextUrlPager(base, nextUrl)
  if (link !== undefined) return linkPager(base)
  return { first: base, after: () => ({ end: 'all rows in one answer', isSaid: false }) }
}
