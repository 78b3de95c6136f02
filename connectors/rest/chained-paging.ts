/** Pages that name the next one, by a cursor or by its URL. */
import { describeValue } from '../../core/text/describe.ts'
import { sayUrl } from '../network/url.ts'
import { badAnswer } from './failure.ts'
import { readFlag } from './flags.ts'
import { nextLinks } from './link-header.ts'
import type { PagingOptions } from './options.ts'
import type { Page } from './page.ts'
import type { Pager, Turn } from './pager.ts'
import { valueAt } from './path.ts'
import { createRepeats } from './repeats.ts'
import { type PageRequest, withParameters } from './request.ts'
import { isNothing } from './wording.ts'

type CursorOptions = NonNullable<PagingOptions['cursor']>
type NextUrlOptions = NonNullable<PagingOptions['nextUrl']>

export function cursorPager(base: PageRequest, options: CursorOptions, place: PagingOptions['in']): Pager {
  const { next, parameter } = options
  const cursors = createRepeats()
  return {
    first: base,
    after(page) {
      const flag = readFlag(page, options)
      if (flag?.says === 'last') return { end: `page ${page.number} is the last, says \`${flag.path}\``, isSaid: true }
      const cursor = valueAt(page.document, next)
      if (isNothing(cursor)) return endOrFault(page, `no cursor at \`${next}\``, flag?.path)
      if (typeof cursor !== 'string' && typeof cursor !== 'number') throw notText(page, next, cursor)
      if (!cursors.add(String(cursor))) throw looping(page, 'the cursor')
      return { next: withParameters(base, { [parameter]: cursor }, place) }
    },
  }
}

export function nextUrlPager(base: PageRequest, options: NextUrlOptions): Pager {
  const { path } = options
  const follow = createFollower(base)
  return {
    first: base,
    after(page) {
      const flag = readFlag(page, options)
      if (flag?.says === 'last') return { end: `page ${page.number} is the last, says \`${flag.path}\``, isSaid: true }
      const url = valueAt(page.document, path)
      if (isNothing(url)) return endOrFault(page, `no next URL at \`${path}\``, flag?.path)
      if (typeof url !== 'string') throw notText(page, path, url)
      return { next: follow(page, url) }
    },
  }
}

export function linkPager(base: PageRequest): Pager {
  const follow = createFollower(base)
  return {
    first: base,
    after(page) {
      const [target, ...others] = nextLinks(page.headers.get('link')) ?? unreadable(page)
      if (target === undefined) return endOrFault(page, 'no link to a next one', undefined)
      if (others.length > 0)
        throw badAnswer('rest-next', `page ${page.number} names several next pages in its Link header`)
      return { next: follow(page, target) }
    },
  }
}

/** @param more path of what says that more pages follow */
function endOrFault({ number }: Page, lack: string, more: string | undefined): Turn {
  if (more !== undefined) return { fault: `page ${number} has ${lack}, though \`${more}\` says that more follow` }
  return { end: `page ${number} has ${lack}`, isSaid: false }
}

/** Makes the request for the next page, once it is sure that credentials may travel there. */
function createFollower(base: PageRequest): (page: Page, target: string) => PageRequest {
  const visited = createRepeats()
  visited.add(base.url.href)
  return (page, target) => {
    const here = page.request.url
    const url = URL.canParse(target, here.href) ? new URL(target, here) : undefined
    if (url === undefined) throw badAnswer('rest-next', `page ${page.number} names a next page that is no URL`)
    url.hash = ''
    if (url.origin !== base.url.origin || url.username !== '' || url.password !== '')
      throw elsewhere(page, url, base.url)
    if (!visited.add(url.href)) throw looping(page, 'the next page')
    return { ...base, url }
  }
}

function elsewhere({ number }: Page, url: URL, base: URL): Error {
  return badAnswer(
    'rest-other-host',
    `page ${number} says that the next page is at ${sayUrl(url)}, and not on ${base.origin}: it is not followed`,
    url.hostname === base.hostname
      ? 'The API does not know under which address it is reached: its operator must mend that, or page by number or offset.'
      : 'Credentials would travel to another host. If that host is right, name it in `url`.',
  )
}

function unreadable({ number }: Page): never {
  throw badAnswer(
    'rest-next',
    `page ${number} has a Link header that cannot be read, so that nobody can tell whether it names a next page`,
    'It must be written as in <https://…>; rel="next" (RFC 8288). Page by number or offset if the API can.',
  )
}

function notText({ number }: Page, path: string, value: unknown): Error {
  return badAnswer('rest-next', `\`${path}\` on page ${number} is ${describeValue(value)}, and should be text`)
}

function looping({ number }: Page, what: string): Error {
  return badAnswer(
    'rest-loop',
    `${what} that page ${number} names is one that was there before: the pages go in a circle`,
    'Check the name of the parameter for paging: an API that does not know it gives the first page again and again.',
  )
}
