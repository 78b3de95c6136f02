/** Whether an account is disabled, by the signs that directories set. */
import { DAY } from '../../core/clock.ts'
import type { Directory } from './options.ts'
import { parseFileTime, parseTime, sayInstant } from './values.ts'

export interface AccountState {
  readonly disabled: boolean
  /** RFC 3339, where the directory tells. */
  readonly since: string | undefined
}

/** The first value of an attribute, in text; undefined when the entry has none. */
export type FirstValue = (attribute: string) => string | undefined

export interface StateRules {
  /** To be asked for. */
  readonly attributes: readonly string[]
  /** Undefined when it cannot be told. */
  judge(first: FirstValue): AccountState | undefined
}

export interface StateOptions {
  readonly directory: Directory
  /** Milliseconds. */
  readonly now: number
  readonly lockedOut: 'disabled' | 'active'
}

/** True, or since when; false when the sign is not set; undefined when the sign itself must be there and is not. */
type Sign = (value: string | undefined, how: StateOptions) => boolean | string | undefined

const ACCOUNT_DISABLED = 2

const SIGNS: Readonly<Record<string, Sign>> = {
  userAccountControl: (value) => (value === undefined ? undefined : (Number(value) & ACCOUNT_DISABLED) !== 0),
  accountExpires: (value, { now }) => past(value === undefined ? undefined : parseFileTime(value), now),
  'msDS-UserAccountDisabled': isTrue,
  nsAccountLock: isTrue,
  pwdAccountLockedTime: lockedTime,
  shadowExpire: expiredDays,
  krbPrincipalExpiration: (value, { now }) => past(value === undefined ? undefined : parseTime(value), now),
  sambaAcctFlags: (value) => /^\[[^\]]*D/.test(value ?? ''),
  loginDisabled: isTrue,
  'ds-pwp-account-disabled': isTrue,
  inetUserStatus: (value) => /^(inactive|deleted|disabled)$/i.test(value ?? ''),
}

const SIGNS_OF: Readonly<Record<Directory, readonly string[]>> = {
  'active-directory': ['userAccountControl', 'accountExpires'],
  openldap: ['pwdAccountLockedTime', 'shadowExpire', 'sambaAcctFlags'],
  '389-ds': ['nsAccountLock', 'krbPrincipalExpiration', 'shadowExpire'],
  generic: Object.keys(SIGNS).filter((name) => name !== 'userAccountControl'),
}

export function createStateRules(how: StateOptions): StateRules {
  const attributes = SIGNS_OF[how.directory]
  return {
    attributes,
    judge(first) {
      let disabled = false
      let since: string | undefined
      for (const name of attributes) {
        const sign = SIGNS[name]?.(first(name), how)
        if (sign === undefined) return undefined
        if (sign !== false) disabled = true
        if (typeof sign === 'string' && (since === undefined || sign < since)) since = sign
      }
      return { disabled, since }
    },
  }
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true'
}

function past(time: string | undefined, now: number): boolean | string {
  return time !== undefined && Date.parse(time) <= now ? time : false
}

/** How a password policy writes that an administrator must unlock the account. */
const FOR_GOOD = '000001010000Z'

function lockedTime(value: string | undefined, { lockedOut, now }: StateOptions): boolean | string {
  if (value === undefined || value === '') return false
  if (value === FOR_GOOD || value.startsWith('0000')) return true
  return lockedOut === 'active' ? false : past(parseTime(value), now)
}

/** Days since 1970; the account is expired from the beginning of that day, and never when negative. */
function expiredDays(value: string | undefined, { now }: StateOptions): boolean | string {
  if (value === undefined || !/^\d{1,7}$/.test(value)) return false
  const begins = Number(value) * DAY
  if (begins > now) return false
  return begins === 0 ? true : sayInstant(begins)
}
