/** What the directory tells of the account that reads: when its password ends, and whether it looks like a person's. */
import { EqualityFilter } from 'ldapts'
import type { CheckContext } from '../../core/connector.ts'
import { SECOND } from '../../core/clock.ts'
import { messageOf } from '../../core/errors.ts'
import { baseName, type Entry } from './entry.ts'
import { parseFilter } from './filter.ts'
import type { LdapOptions } from './options.ts'
import { searchOnce, type SearchSpec } from './search.ts'
import type { Session } from './session.ts'
import { parseFileTime, parseTime } from './values.ts'

type Context = CheckContext<LdapOptions>

/** Lower case, with text values. */
type Attributes = ReadonlyMap<string, readonly string[]>

/** One of them is enough; of the last three it takes all, since functional mailboxes have an address too. */
const PERSONAL = ['employeeNumber', 'employeeID', 'manager']
const PERSONAL_TOGETHER = ['mail', 'givenName', 'sn']

const ASKED_FOR = [
  ...PERSONAL,
  ...PERSONAL_TOGETHER,
  'userAccountControl',
  'msDS-UserPasswordExpiryTimeComputed',
  'accountExpires',
  'passwordExpirationTime',
  'krbPasswordExpiration',
  'krbPrincipalExpiration',
  'pwdChangedTime',
  'pwdPolicySubentry',
]

/**
 * One small search, when the read is over: whatever becomes of it, the read stands.
 */
export async function tellLogin(session: Session, context: Context): Promise<void> {
  const { options, signal, log } = context
  if (options.bindDn === undefined || context.login === undefined) return
  tellPolicy(session, context)
  try {
    const own = await findOwn(session, options.bindDn)
    if (own === undefined) return
    const personal = personalSign(own)
    const expiresAt = earliest([...accountEnds(own), await policyEnd(session, own)])
    context.login({
      ...(personal === undefined ? {} : { personal }),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt) }),
    })
  } catch (error) {
    signal.throwIfAborted()
    log.debug(`the account that reads could not be looked at: ${messageOf(error)}`)
  }
}

/** The server's own word at the bind: it says so only when the end is near. */
function tellPolicy({ policy }: Session, { login, clock, log }: Context): void {
  const now = clock.now()
  if (policy?.secondsLeft !== undefined) login?.({ expiresAt: new Date(now + policy.secondsLeft * SECOND) })
  if (policy?.graceLeft === undefined) return
  log.warn(`the password of bindDn has expired; the server allows ${policy.graceLeft} more logins with it`)
  login?.({ expiresAt: new Date(now) })
}

async function findOwn(session: Session, bindDn: string): Promise<Attributes | undefined> {
  const spec = ownSpec(session, bindDn)
  if (spec === undefined) return undefined
  const { found } = await searchOnce(session.channel, spec)
  const [own, ...others] = found
  return own === undefined || others.length > 0 ? undefined : attributesOf(own)
}

/** Active Directory takes other names for a bind than DNs: `reader@ad.example.com`, `AD\reader`. */
function ownSpec({ root }: Session, bindDn: string): SearchSpec | undefined {
  const common = { attributes: ASKED_FOR, timeLimit: 10 }
  if (/^[^@\\,]+=/.test(bindDn))
    return { ...common, base: bindDn, scope: 'base', filter: parseFilter('(objectClass=*)') }
  const base = root.defaultNamingContext
  if (base === undefined) return undefined
  const backslash = bindDn.lastIndexOf('\\')
  const filter =
    backslash === -1
      ? new EqualityFilter({ attribute: 'userPrincipalName', value: bindDn })
      : new EqualityFilter({ attribute: 'sAMAccountName', value: bindDn.slice(backslash + 1) })
  return { ...common, base, scope: 'sub', filter }
}

function attributesOf({ attributes }: Entry): Attributes {
  return new Map(attributes.map(({ type, values }) => [baseName(type), values.map(String)]))
}

function first(own: Attributes, name: string): string | undefined {
  return own.get(name.toLowerCase())?.[0]
}

function personalSign(own: Attributes): string | undefined {
  const one = PERSONAL.find((name) => first(own, name) !== undefined)
  if (one !== undefined) return `its entry has ${one}`
  const all = PERSONAL_TOGETHER.every((name) => first(own, name) !== undefined)
  return all ? `its entry has ${PERSONAL_TOGETHER.join(', ')}` : undefined
}

const NEVER_EXPIRES = 0x10000

/** Of the password and of the account, in milliseconds; what is not there or means never is undefined. */
function accountEnds(own: Attributes): readonly (number | undefined)[] {
  const isExempt = (Number(first(own, 'userAccountControl') ?? 0) & NEVER_EXPIRES) !== 0
  return [
    isExempt ? undefined : instant(parseFileTime(first(own, 'msDS-UserPasswordExpiryTimeComputed') ?? '')),
    instant(parseFileTime(first(own, 'accountExpires') ?? '')),
    instant(parseTime(first(own, 'passwordExpirationTime') ?? '')),
    instant(parseTime(first(own, 'krbPasswordExpiration') ?? '')),
    instant(parseTime(first(own, 'krbPrincipalExpiration') ?? '')),
  ]
}

/** OpenLDAP keeps when the password was changed in the entry, and how long it lasts in the policy that the entry names. */
async function policyEnd({ channel }: Session, own: Attributes): Promise<number | undefined> {
  const changed = instant(parseTime(first(own, 'pwdChangedTime') ?? ''))
  const base = first(own, 'pwdPolicySubentry')
  if (changed === undefined || base === undefined) return undefined
  const filter = parseFilter('(objectClass=*)')
  const { found } = await searchOnce(channel, { base, scope: 'base', filter, attributes: ['pwdMaxAge'], timeLimit: 10 })
  const [policy] = found
  const maxAge = policy === undefined ? 0 : Number(first(attributesOf(policy), 'pwdMaxAge') ?? 0)
  return maxAge > 0 ? changed + maxAge * SECOND : undefined
}

/** Where there is no time, some servers write the beginning of 1970. */
function instant(time: string | undefined): number | undefined {
  const ms = Date.parse(time ?? '')
  return ms > 0 ? ms : undefined
}

function earliest(ends: readonly (number | undefined)[]): number | undefined {
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
