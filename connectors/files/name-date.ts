import { DateTime } from 'luxon'

/** What a file's name says of its date: an instant in milliseconds, that there is none, or that there are several. */
export type NameDate = number | 'none' | 'several'

/**
 * The date in a file's base name, in a format of luxon's tokens (`yyyyMMdd`, `dd-MM-yyyy`, `'people_'yyyyMMddHHmm`).
 * A run of digits counts as a whole: `yyyyMMdd` is not found in `20261123093000`.
 */
export function dateInName(name: string, format: string): NameDate {
  const found = new Set<number>()
  for (const match of name.matchAll(datePattern(format))) {
    const date = DateTime.fromFormat(match[0], format, { zone: 'utc', locale: 'en' })
    if (date.isValid) found.add(date.toMillis())
  }
  const [only] = found
  if (only === undefined) return 'none'
  return found.size === 1 ? only : 'several'
}

/** Does the format name a year and a place in it? One that does not cannot tell which file is the newest. */
export function isDateFormat(format: string): boolean {
  const { tokens } = DateTime.fromFormatExplain('', format, { locale: 'en' })
  const parts = new Set(tokens.map((token) => (token.literal ? '' : token.val.charAt(0))))
  const has = (...letters: string[]): boolean => letters.some((letter) => parts.has(letter))
  return has('y', 'k') && has('M', 'L', 'o', 'W')
}

function datePattern(format: string): RegExp {
  const { regex } = DateTime.fromFormatExplain('', format, { locale: 'en' })
  const source = regex?.source.replace(/^\^|\$$/g, '') ?? '(?!)'
  return new RegExp(`(?<!\\d)(?:${source})(?!\\d)`, 'gi')
}
