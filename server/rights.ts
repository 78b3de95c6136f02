/** Who may do what. */
import type { Person } from '../core/decision/person.ts'
import type { Visitor } from './auth/visitor.ts'
import type { Problem } from './problem.ts'

/** @param what the visitor wants, as an imperative: `Approve a hold` */
export function mayNot({ person, role }: Visitor, what: string): Problem | undefined {
  if (person === undefined)
    return {
      status: 403,
      code: 'not-a-person',
      message: 'Only somebody who is known may decide, because who did is put on record',
      hint: 'Log in, or set server.users in the configuration.',
    }
  if (role === 'approver') return undefined
  return {
    status: 403,
    code: 'not-an-approver',
    message: `${person.name} may look, and not decide: "${what.toLowerCase()}" takes an approver`,
    hint: 'Ask an approver, or give the user role: approver in the configuration.',
  }
}

/** The person behind a visitor who passed `mayNot`. */
export function personOf({ person }: Visitor): Person {
  if (person === undefined) throw new Error('Somebody decides who was never asked who they are')
  return person
}
