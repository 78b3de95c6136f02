/** Why a search that ended before its end is incomplete, in words for whoever must act. */
import type { SyncError } from '../../core/errors.ts'
import { type Asked, refusal, sayResult } from './failure.ts'
import { sayTargets } from './references.ts'
import { CODE } from './result.ts'
import type { SearchEnd } from './search.ts'

export interface Searched {
  readonly filter: string
  readonly base: string
  readonly server: string
}

export type Stop = NonNullable<SearchEnd['stop']>

/** Results that cut an answer off; others refuse it. */
const CUTS: Readonly<Record<number, string>> = {
  [CODE.timeLimit]:
    'its time limit was reached; raise `timeLimit`, or let whoever runs the server raise its own for bindDn or index what the filter looks at',
  [CODE.sizeLimit]:
    'its size limit was reached; the account needs the right to read by pages without a limit (OpenLDAP: size.prtotal=unlimited in `limits`; 389: nsSizeLimit and nsPagedSizeLimit; Active Directory: MaxPageSize counts for one page alone, so read by pages)',
  [CODE.adminLimit]:
    'an administrative limit was reached; whoever runs the server must raise it for bindDn (389: nsLookThroughLimit), or index what the filter looks at',
}

const SMALLER_PAGES = 'it allows smaller pages only; lower `pageSize`'

/** The evidence. The filter is the user's own, and is shown. */
export function sayStop(stop: Stop, { filter, base, server }: Searched): string {
  const where = `the search of ${filter} below ${base} at ${server}`
  if (stop === 'endless') return `${where} gave pages without entries and no end`
  if (stop === 'no-cookie')
    return `${where} ended without the server's statement that it was the last page, though it says that it can read by pages`
  if (stop.code === CODE.referral) {
    return `${where} was answered with a referral to another server, ${sayTargets(stop.referrals)}; put that one into \`urls\``
  }
  const cut = /page ?size/i.test(stop.message) ? SMALLER_PAGES : CUTS[stop.code]
  if (cut !== undefined) return `${where} was cut off by the server (${sayResult(stop)}): ${cut}`
  return `${where} ended with ${sayResult(stop)}`
}

/** The error for a search that the server refused; undefined when it was cut off, or points elsewhere. */
export function refusalOf(
  stop: Stop,
  { filter, base, server }: Searched,
  bindDn: string | undefined,
): SyncError | undefined {
  if (typeof stop === 'string' || stop.code in CUTS || stop.code === CODE.referral) return undefined
  const asked: Asked = { server, says: `refused the search of ${filter} below ${base}`, bindDn }
  return refusal(asked, stop)
}
