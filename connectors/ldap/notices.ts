/** What was noticed while reading, told once and in numbers. */
import type { CheckContext } from '../../core/connector.ts'
import type { LdapOptions } from './options.ts'
import type { Tally } from './rows.ts'

export interface Noticed extends Tally {
  /** Entries below `excludeUnder`. */
  readonly excluded: number
}

export function sayNotices(noticed: Noticed, { log, options }: CheckContext<LdapOptions>): void {
  const { withoutId, withoutState, withoutMail, notInGroups, excluded, cutShort, damaged } = noticed
  if (withoutId > 0) {
    log.warn(`${entries(withoutId)} no ${options.idAttribute ?? 'stable id'}, so the field id is empty there`, {
      entries: withoutId,
    })
  }
  if (withoutState > 0) {
    log.warn(
      `${entries(withoutState)} no userAccountControl that bindDn may read: whether they are disabled is not known, and ` +
        'disabled and status are empty there',
      { entries: withoutState },
    )
  }
  if (withoutMail > 0)
    log.info(`${entries(withoutMail)} no mail: ${treatment(options.withoutMail)}`, { entries: withoutMail })
  if (notInGroups > 0)
    log.info(`${notInGroups} entries are in none of the groups, and left out`, { entries: notInGroups })
  if (excluded > 0) log.info(`${excluded} entries lie below excludeUnder, and are left out`, { entries: excluded })
  for (const [attribute, count] of cutShort) {
    log.info(`${entries(count)} several values of ${attribute}, and the first is taken; \`lists\` gives all`, {
      attribute,
      entries: count,
    })
  }
  for (const [attribute, count] of damaged) {
    log.warn(`${entries(count)} values of ${attribute} that are no UTF-8; when they are bytes, name it in \`binary\``, {
      attribute,
      entries: count,
    })
  }
}

function entries(count: number): string {
  return count === 1 ? '1 entry has' : `${count} entries have`
}

function treatment(withoutMail: string): string {
  return withoutMail === 'exclude' ? 'left out, as `withoutMail` says' : 'given an address, as `withoutMail` says'
}
