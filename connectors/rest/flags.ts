/** What an answer says about whether there are more pages. */
import { describeValue } from '../../core/text/describe.ts'
import { badAnswer } from './failure.ts'
import type { Page } from './page.ts'
import { valueAt } from './path.ts'
import { isNothing } from './wording.ts'

export interface FlagPaths {
  readonly more?: string
  readonly last?: string
}

/** Undefined: the answer does not say. */
export type Flag = { readonly says: 'more' | 'last'; readonly path: string } | undefined

/** @throws OperatorError `rest-flag` when it is neither true nor false, or both are there and disagree */
export function readFlag(page: Page, { more, last }: FlagPaths): Flag {
  const first = more === undefined ? undefined : moreAt(page, more)
  const second = last === undefined ? undefined : lastAt(page, last)
  if (first !== undefined && second !== undefined && first.says !== second.says) {
    throw badAnswer('rest-flag', `page ${page.number} contradicts itself: \`${more}\` and \`${last}\` disagree`)
  }
  return first ?? second
}

function moreAt({ document }: Page, path: string): Flag {
  const value = valueAt(document, path)
  if (value === undefined) return undefined
  const isNo = isNothing(value) || value === 0 || value === 'false'
  return { says: isNo ? 'last' : 'more', path }
}

function lastAt({ document, number }: Page, path: string): Flag {
  const value = valueAt(document, path)
  if (value === undefined || value === null) return undefined
  if (value === true || value === 'true') return { says: 'last', path }
  if (value === false || value === 'false') return { says: 'more', path }
  throw badAnswer(
    'rest-flag',
    `\`${path}\` on page ${number} is ${describeValue(value)}, and should be true or false`,
    'Name the number of pages in `pages`, and the number of all rows in `total`.',
  )
}
