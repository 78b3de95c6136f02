/** How an operation ended: RFC 4511, 4.1.9. */
import { BerReader, ControlParser, PagedResultsControl } from 'ldapts'
import type { Frame } from './frames.ts'
import { type PasswordPolicy, PasswordPolicyControl } from './password-policy.ts'

/** Result codes that are told apart. */
export const CODE = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimit: 3,
  sizeLimit: 4,
  authMethodNotSupported: 7,
  strongAuthRequired: 8,
  referral: 10,
  adminLimit: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  noSuchObject: 32,
  invalidDn: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccess: 50,
  busy: 51,
  unavailable: 52,
  unwilling: 53,
} as const

export interface Result {
  readonly code: number
  /** What the server says, for people; often empty. */
  readonly message: string
  /** The deepest ancestor that exists, with code 32. */
  readonly matchedDn: string
  readonly referrals: readonly string[]
  /** Of the paged results control; undefined when the server sent none, empty on the last page. */
  readonly cookie: Buffer | undefined
  /** Of the password policy control, which only a bind asks for. */
  readonly policy?: PasswordPolicy
}

const REFERRAL = 0xa3
const CONTROLS = 0xa0

/** @param frame `start` is the first byte behind the tag and length of the result */
export function readResult({ bytes, start }: Frame, resultEnd: number, messageEnd: number): Result {
  const reader = new BerReader(bytes)
  reader.offset = start
  const code = reader.readEnumeration() ?? CODE.protocolError
  const matchedDn = reader.readString() ?? ''
  const message = reader.readString() ?? ''
  const referrals: string[] = []
  if (reader.offset < resultEnd && reader.peek() === REFERRAL) {
    reader.readSequence()
    const end = reader.offset + reader.length
    while (reader.offset < end) referrals.push(reader.readString() ?? '')
  }
  return { code, message, matchedDn, referrals, ...controlsOf(bytes, resultEnd, messageEnd) }
}

function controlsOf(bytes: Buffer, resultEnd: number, messageEnd: number): Pick<Result, 'cookie' | 'policy'> {
  const reader = new BerReader(bytes)
  reader.setBufferSize(messageEnd)
  reader.offset = resultEnd
  if (reader.peek() !== CONTROLS) return { cookie: undefined }
  reader.readSequence()
  const end = reader.offset + reader.length
  let cookie: Buffer | undefined
  const passwordPolicy = new PasswordPolicyControl()
  while (reader.offset < end) {
    const control = ControlParser.parse(reader, [passwordPolicy])
    // A copy, since the reader's is a view on bytes that are soon reused.
    if (control instanceof PagedResultsControl) cookie = Buffer.from(control.value?.cookie ?? [])
  }
  const { policy } = passwordPolicy
  return { cookie, ...(policy === undefined ? {} : { policy }) }
}
