/** Personal data is shown to whoever asks for it by name, and the asking is on record. */
import type { Operator } from '../operator.ts'
import type { Problem } from '../problem.ts'
import type { Visitor } from './visitor.ts'

/** @param what a path: the page that it was asked on, or what a program read */
export async function noteReveal(operator: Operator, { person, address }: Visitor, what: string): Promise<void> {
  if (person === undefined) return
  const facts = { by: person.name, provenBy: person.provenBy, from: address, what }
  operator.log.warn('Personal data is shown', facts)
  await operator.state.append({ chain: 'access', at: operator.clock.now(), kind: 'reveal', facts })
}

export const NOBODY_ASKS: Problem = {
  status: 403,
  code: 'not-a-person',
  message: 'Personal data is shown only to somebody who is known, because who asked is put on record',
  hint: 'Log in, or set server.users in the configuration.',
}
