/** Reads all groups of the directory. */
import { OperatorError } from '../../core/errors.ts'
import type { Value } from './entry.ts'
import { parseFilter } from './filter.ts'
import { createMembershipBuilder, type GroupFacts, type Membership } from './groups.ts'
import type { LdapOptions } from './options.ts'
import { groupFilter } from './presets.ts'
import { followRanges, rangeOf } from './ranges.ts'
import { isOwnPartition, sayTargets } from './references.ts'
import { findGroupBase } from './root-dse.ts'
import { searchPages } from './search.ts'
import type { Session } from './session.ts'
import { refusalOf, sayStop } from './stop.ts'
import { sayValue } from './values.ts'

const ATTRIBUTES = ['cn', 'sAMAccountName', 'objectSid', 'gidNumber', 'member', 'uniqueMember', 'memberUid']

/** What of a person's entry tells its groups, besides its DN. */
export const MEMBER_ATTRIBUTES = ['uid', 'objectSid', 'primaryGroupID', 'gidNumber']

export interface GroupsHow {
  readonly session: Session
  readonly options: LdapOptions
  readonly base: string
  /** Seconds. */
  readonly timeLimit: number
}

/** @throws OperatorError `ldap-groups` when not all groups could be read: who is in them would be guesswork */
export async function readGroups({ session, options, base, timeLimit }: GroupsHow): Promise<Membership> {
  const builder = createMembershipBuilder()
  const filter = groupFilter(session.directory)
  const spec = {
    base: findGroupBase(options, base, session.root),
    scope: 'sub' as const,
    filter: parseFilter(filter),
    attributes: ATTRIBUTES,
    holdsBytes: (type: string) => type.toLowerCase() === 'objectsid',
    timeLimit,
  }
  const paging = { size: options.pageSize, support: session.root.paging }
  const pages = searchPages(session.channel, spec, paging)
  let step = await pages.next()
  for (; step.done !== true; step = await pages.next()) {
    for (const entry of step.value) {
      const values = await allValues(session, entry)
      builder.add(factsOf(entry.dn, values))
    }
  }
  const { stop, references } = step.value
  if (stop !== undefined) {
    const searched = { filter, base: spec.base, server: session.server }
    throw refusalOf(stop, searched, options.bindDn) ?? incomplete(sayStop(stop, searched))
  }
  // From the top of a domain, Active Directory always points to partitions of its own.
  const gaps = session.directory === 'active-directory' ? references.filter((uri) => !isOwnPartition(uri)) : references
  if (gaps.length > 0 && options.referrals === 'incomplete') throw elsewhere(gaps)
  return builder.build({ only: options.groups?.only, nested: options.groups?.nested ?? true })
}

type Values = ReadonlyMap<string, readonly Value[]>

async function allValues(
  session: Session,
  entry: { dn: string; attributes: readonly { type: string; values: readonly Value[] }[] },
): Promise<Values> {
  const all = new Map<string, readonly Value[]>()
  for (const { type, values } of entry.attributes) {
    if (values.length === 0) continue
    const range = type.includes(';') ? rangeOf(type) : undefined
    const name = (range?.attribute ?? type).toLowerCase()
    const rest =
      range?.next === undefined
        ? []
        : await followRanges(session.channel, { dn: entry.dn, attribute: range.attribute, from: range.next })
    all.set(name, rest.length === 0 ? values : [...values, ...rest])
  }
  return all
}

function factsOf(dn: string, values: Values): GroupFacts {
  const texts = (name: string): readonly string[] => (values.get(name) ?? []).map(String)
  const sid = values.get('objectsid')?.[0]
  return {
    dn,
    names: [...texts('cn'), ...texts('samaccountname')],
    sid: sid === undefined ? undefined : sayValue(sid, 'sid'),
    gid: texts('gidnumber')[0],
    members: [...texts('member'), ...texts('uniquemember').map(withoutUid)],
    memberUids: texts('memberuid'),
  }
}

/** A unique member may carry a bit string behind its DN: `cn=x,dc=y#'0101'B`. */
function withoutUid(member: string): string {
  return member.replace(/#'[01]*'B$/, '')
}

function elsewhere(uris: readonly string[]): OperatorError {
  return incomplete(
    `the server points to others for a part of them (${sayTargets(uris)})`,
    'Set `groups.base` to an entry below which all groups are that matter, or `referrals: ignore` if those there do not.',
  )
}

const NOTHING_READ = 'Without all groups nobody can tell who is in them, so nothing was read.'

function incomplete(why: string, hint = NOTHING_READ): OperatorError {
  return new OperatorError('ldap-groups', `the groups could not all be read: ${why}`, { hint })
}
