/** What a server says of the password at a bind (draft-behera-ldap-password-policy), when it is asked and has a policy. */
import { type BerReader, Control } from 'ldapts'

const PASSWORD_POLICY = '1.3.6.1.4.1.42.2.27.8.5.1'

export interface PasswordPolicy {
  /** Until the password expires. */
  readonly secondsLeft?: number
  /** Logins that an expired password still allows. */
  readonly graceLeft?: number
  readonly error?: number
}

/** Errors that are told apart. */
export const POLICY_ERROR = { passwordExpired: 0, accountLocked: 1, changeAfterReset: 2 } as const

const TAG = { warning: 0xa0, secondsLeft: 0x80, graceLeft: 0x81, error: 0x81 } as const

/** As a request it has no value, and is not critical: servers that do not know it must ignore it. */
export class PasswordPolicyControl extends Control {
  policy: PasswordPolicy | undefined

  constructor() {
    super(PASSWORD_POLICY)
  }

  /** What is damaged says nothing: a bind does not fail for want of a word on its password. */
  override parseControl(reader: BerReader): void {
    try {
      this.policy = readPolicy(reader)
    } catch {
      this.policy = undefined
    }
  }
}

function readPolicy(reader: BerReader): PasswordPolicy | undefined {
  if (reader.readSequence() === null) return undefined
  const warning = readWarning(reader)
  const error = reader.peek() === TAG.error ? reader.readTag(TAG.error) : null
  return { ...warning, ...(error === null ? {} : { error }) }
}

function readWarning(reader: BerReader): PasswordPolicy {
  if (reader.peek() !== TAG.warning) return {}
  reader.readSequence(TAG.warning)
  const tag = reader.peek()
  const number = tag === null ? null : reader.readTag(tag)
  if (number === null) return {}
  return tag === TAG.secondsLeft ? { secondsLeft: number } : { graceLeft: number }
}
