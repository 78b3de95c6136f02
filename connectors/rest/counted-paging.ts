/**
 * Pages that are counted off, by number or by offset. A page that is shorter than asked for says nothing: servers cap
 * the size of pages. Only an empty page ends the list, or a positive statement of the API.
 */
import { badAnswer } from './failure.ts'
import { readFlag } from './flags.ts'
import type { PagingOptions } from './options.ts'
import type { Page } from './page.ts'
import type { Pager, Progress, Turn } from './pager.ts'
import { valueAt } from './path.ts'
import { type PageRequest, withParameters } from './request.ts'

type PageOptions = NonNullable<PagingOptions['page']>
type OffsetOptions = NonNullable<PagingOptions['offset']>

export function pagePager(base: PageRequest, options: PageOptions, place: PagingOptions['in']): Pager {
  const request = (number: number): PageRequest => parameterised(base, options, place, options.start + number - 1)
  return {
    first: request(1),
    after: (page, progress) => endOf(page, progress, options) ?? { next: request(page.number + 1) },
  }
}

/** Goes on after the rows that came, not after those that were asked for: a capped page would leave a gap. */
export function offsetPager(base: PageRequest, options: OffsetOptions, place: PagingOptions['in']): Pager {
  const request = (rows: number): PageRequest => parameterised(base, options, place, options.start + rows)
  return {
    first: request(0),
    after: (page, progress) => endOf(page, progress, options) ?? { next: request(progress.rows) },
  }
}

function parameterised(
  base: PageRequest,
  { parameter, size, sizeParameter }: OffsetOptions,
  place: PagingOptions['in'],
  value: number,
): PageRequest {
  return withParameters(base, { [parameter]: value, ...(size === undefined ? {} : { [sizeParameter]: size }) }, place)
}

function endOf(page: Page, { rows, total }: Progress, options: OffsetOptions & { pages?: string }): Turn | undefined {
  const { number } = page
  const flag = readFlag(page, options)
  if (flag?.says === 'last') return { end: `page ${number} is the last, says \`${flag.path}\``, isSaid: true }
  const pages = options.pages === undefined ? undefined : pagesAt(page, options.pages)
  if (pages !== undefined && number >= pages) {
    return { end: `page ${number} is the last, says \`${options.pages}\``, isSaid: true }
  }
  // One page that fills the total may only count itself.
  if (total !== undefined && rows >= total)
    return { end: `the rows reach the total on page ${number}`, isSaid: number > 1 }
  if (page.rows.length > 0) return undefined
  if (flag?.says === 'more') return { fault: `page ${number} is empty, though \`${flag.path}\` says that more follow` }
  if (pages !== undefined)
    return { fault: `page ${number} is empty, though \`${options.pages}\` says that more follow` }
  return { end: `page ${number} is empty`, isSaid: number > 1 }
}

function pagesAt({ document, number }: Page, path: string): number {
  const pages = valueAt(document, path)
  if ((typeof pages === 'number' || typeof pages === 'string') && /^\d{1,9}$/.test(String(pages))) return Number(pages)
  throw badAnswer('rest-flag', `\`${path}\` on page ${number} should be the number of pages, and is none`)
}
