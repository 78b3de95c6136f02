/** Who is in which group, directly and through groups in groups. */
import { ConfigError } from '../../core/errors.ts'
import { nearestName } from '../../core/text/nearest.ts'
import { compareCodePoints } from '../../core/text/order.ts'
import { normalizeDn } from './dn.ts'

/** One group as it was read. */
export interface GroupFacts {
  readonly dn: string
  /** `cn`, `sAMAccountName`: what people call it. The first is shown. */
  readonly names: readonly string[]
  /** `S-1-5-…`, where groups have one. */
  readonly sid: string | undefined
  /** Of a POSIX group. */
  readonly gid: string | undefined
  /** DNs of members. */
  readonly members: readonly string[]
  /** Login names of members, as POSIX groups have them. */
  readonly memberUids: readonly string[]
}

/** What a person's entry says about its groups. */
export interface MemberFacts {
  readonly dn: string
  readonly uid: string | undefined
  readonly sid: string | undefined
  /** The last part of the SID of the primary group, in Active Directory. */
  readonly primaryGroupId: string | undefined
  /** POSIX: the number of the primary group. */
  readonly gid: string | undefined
}

export interface Membership {
  readonly groups: number
  /** Whether it belongs to one of the groups of `only`. */
  isWanted(member: MemberFacts): boolean
  /** Names of all its groups, sorted, each once. */
  namesOf(member: MemberFacts): readonly string[]
}

export interface MembershipBuilder {
  add(group: GroupFacts): void
  /** @throws ConfigError when one of `only` names no group, or a name that several groups have */
  build(how: { only: readonly string[] | undefined; nested: boolean }): Membership
}

export function createMembershipBuilder(): MembershipBuilder {
  const groups: { readonly key: string; readonly dn: string; readonly names: readonly string[] }[] = []
  /** Groups by who is in them. Number lists instead of objects: there are as many as there are memberships. */
  const parents = new Map<string, number[]>()

  function note(member: string, group: number): void {
    const known = parents.get(member)
    if (known === undefined) parents.set(member, [group])
    else known.push(group)
  }
  return {
    add({ dn, names, sid, gid, members, memberUids }) {
      const index = groups.length
      const key = normalizeDn(dn)
      groups.push({ key, dn, names })
      for (const member of members) note(normalizeDn(member), index)
      for (const uid of memberUids) note(uidKey(uid), index)
      if (sid !== undefined) note(sidKey(sid), index)
      if (gid !== undefined) note(gidKey(gid), index)
    },
    build({ only, nested }) {
      const wanted = only === undefined ? undefined : new Set(only.map((name) => findGroup(name, groups)))
      const closure = nested ? createClosure(groups, parents) : (group: number): readonly number[] => [group]
      const groupsOf = (member: MemberFacts): ReadonlySet<number> =>
        new Set(directGroups(member, parents).flatMap((group) => [...closure(group)]))
      return {
        groups: groups.length,
        isWanted: (member) => wanted === undefined || [...groupsOf(member)].some((group) => wanted.has(group)),
        namesOf(member) {
          const names = [...groupsOf(member)].map((group) => groups[group]?.names[0] ?? groups[group]?.dn ?? '')
          return [...new Set(names)].sort(compareCodePoints)
        },
      }
    },
  }
}

/** A group and all groups that it is in, however deep; computed once for each. Circles end where they were entered. */
function createClosure(
  groups: readonly { readonly key: string }[],
  parents: ReadonlyMap<string, readonly number[]>,
): (group: number) => readonly number[] {
  const known = new Map<number, readonly number[]>()
  return (group) => {
    const done = known.get(group)
    if (done !== undefined) return done
    const seen = new Set([group])
    // A set goes on over what is added to it on the way.
    for (const each of seen) {
      for (const parent of parents.get(groups[each]?.key ?? '') ?? []) seen.add(parent)
    }
    const all = [...seen]
    known.set(group, all)
    return all
  }
}

function directGroups(member: MemberFacts, parents: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const { dn, uid, sid, primaryGroupId, gid } = member
  const keys = [normalizeDn(dn)]
  if (uid !== undefined) keys.push(uidKey(uid))
  if (gid !== undefined) keys.push(gidKey(gid))
  if (sid !== undefined && primaryGroupId !== undefined) keys.push(sidKey(sid.replace(/\d+$/, primaryGroupId)))
  return keys.flatMap((key) => parents.get(key) ?? [])
}

/** No DN begins with a sign like this. */
function uidKey(uid: string): string {
  return `\u0001${uid.toLowerCase()}`
}

function sidKey(sid: string): string {
  return `\u0002${sid}`
}

function gidKey(gid: string): string {
  return `\u0003${gid}`
}

interface Named {
  readonly key: string
  readonly names: readonly string[]
}

function findGroup(written: string, groups: readonly Named[]): number {
  const key = normalizeDn(written)
  const byDn = groups.findIndex((group) => group.key === key)
  if (byDn !== -1) return byDn
  const name = written.trim().toLowerCase()
  const found = groups.flatMap(({ names }, index) => (names.some((each) => each.toLowerCase() === name) ? [index] : []))
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  if (only === undefined) throw noGroup(written, groups)
  throw new ConfigError('ldap-group', `\`groups.only\` names ${written}, and ${found.length} groups are called so`, {
    hint: 'Write the DN of the one that is meant.',
  })
}

function noGroup(written: string, groups: readonly Named[]): ConfigError {
  const nearest = nearestName(
    written,
    groups.flatMap(({ key, names }) => [key, ...names]),
  )
  const near = nearest === undefined ? '' : `; did you mean ${nearest}?`
  const seen = `\`groups.only\` names ${written}, and none of ${groups.length} groups is called so${near}`
  return new ConfigError('ldap-group', seen, {
    hint: 'Check the name, `groups.base`, and whether bindDn may see that group.',
  })
}
