/** Branches of the tree: whether they exist, and what lies below them. */
import type { Channel } from './channel.ts'
import { isBelow, normalizeDn } from './dn.ts'
import { type Asked, refusal } from './failure.ts'
import { parseFilter } from './filter.ts'
import { CODE, type Result } from './result.ts'
import { searchOnce } from './search.ts'

export interface BranchCheck extends Omit<Asked, 'says'> {
  /** What names it, for the message: `the base`. */
  readonly what: string
}

/**
 * Makes sure that an entry is there and may be seen.
 * @returns the result when the server points to another one for it, which holds it
 * @throws ConfigError `ldap-no-base` when it does not exist or may not be seen, and what other refusals mean
 */
export async function checkBranch(
  channel: Channel,
  dn: string,
  { what, ...asked }: BranchCheck,
): Promise<Result | undefined> {
  const { found, result } = await searchOnce(channel, {
    base: dn,
    scope: 'base',
    filter: parseFilter('(objectClass=*)'),
    attributes: ['1.1'],
    timeLimit: 0,
  })
  if (result.code === CODE.referral) return result
  const facts = { ...asked, says: `does not show ${what} ${dn}` }
  if (result.code !== CODE.success) throw refusal(facts, result)
  if (found.length === 0) throw refusal(facts, { ...result, code: CODE.noSuchObject })
  return undefined
}

/** Whether an entry lies below one of the branches, or is one. */
export function createBranchTest(branches: readonly string[]): (dn: string) => boolean {
  const normalized = branches.map(normalizeDn)
  if (normalized.length === 0) return () => false
  return (dn) => {
    const own = normalizeDn(dn)
    return normalized.some((branch) => isBelow(own, branch))
  }
}
