/** Accounts without a mail address: kept, left out, or given one. */
import { ConfigError } from '../../core/errors.ts'
import type { FirstValue } from './status.ts'

export interface MailRule {
  /** To be asked for. */
  readonly attributes: readonly string[]
  /** Whether rows need the field `mail` in any case. */
  readonly givesMail: boolean
  /** What becomes of an account without mail: the address it gets, undefined for none, or that it is left out. */
  decide(first: FirstValue): string | undefined | typeof LEFT_OUT
}

export const LEFT_OUT = Symbol('left out')

const PLACEHOLDER = /\{([^{}]*)\}/g
const NAME = /^[A-Za-z][A-Za-z0-9-]*$/

/** @throws ConfigError when an address has braces with something else than the name of an attribute */
export function createMailRule(withoutMail: string): MailRule {
  if (withoutMail === 'keep') return { attributes: [], givesMail: false, decide: () => undefined }
  if (withoutMail === 'exclude') return { attributes: ['mail'], givesMail: false, decide: () => LEFT_OUT }
  const names = [...withoutMail.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '')
  const wrong = names.find((name) => !NAME.test(name))
  const rest = withoutMail.replace(PLACEHOLDER, '')
  if (wrong !== undefined || /[{}]/.test(rest)) throw badTemplate(wrong)
  if (names.length === 0) throw oneAddress()
  return {
    attributes: ['mail', ...names],
    givesMail: true,
    decide: (first) => fillIn(withoutMail, first),
  }
}

/** Undefined when a value is missing or cannot stand in an address. */
function fillIn(template: string, first: FirstValue): string | undefined {
  let isWhole = true
  const address = template.replace(PLACEHOLDER, (_, name: string) => {
    const value = first(name) ?? ''
    isWhole &&= /^[^\s@<>(),;:"[\]\\]+$/.test(value)
    return value
  })
  return isWhole ? address : undefined
}

function badTemplate(wrong: string | undefined): ConfigError {
  const seen =
    wrong === undefined ? 'a brace that is not closed' : `braces around ${wrong === '' ? 'nothing' : 'what is no name'}`
  return new ConfigError('ldap-mail', `the address in \`withoutMail\` has ${seen}`, {
    hint: 'Write the name of an attribute in braces, as in {uid}@accounts.invalid.',
  })
}

function oneAddress(): ConfigError {
  return new ConfigError('ldap-mail', 'the address in `withoutMail` is the same for all accounts', {
    hint: 'Put an attribute into it, as in {uid}@accounts.invalid, or write keep or exclude.',
  })
}
