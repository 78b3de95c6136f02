/** Who sent a request, as far as it proves. */
import type { Person } from '../../core/decision/person.ts'
import type { Role } from '../../core/resource.ts'
import type { Viewer } from '../viewer.ts'

/**
 * How the visitor comes in. `nobody`: without proof. `open`: no users are set, and this machine may look.
 * `header`: a proxy says who it is.
 */
export type Way = 'nobody' | 'open' | 'session' | 'header' | 'basic' | 'token'

export interface Visitor {
  readonly way: Way
  /** Absent for `nobody` and `open`. */
  readonly person?: Person
  readonly role: Role
  /** The address that asks, behind a proxy too. */
  readonly address: string
  /** Of the session, or of the visit when there is none. */
  readonly cookie?: string
  readonly csrfToken: string
  readonly revealed: boolean
}

export function viewerFor({ way, person, role, csrfToken, revealed }: Visitor): Viewer {
  return {
    person,
    mayApprove: person !== undefined && role === 'approver',
    csrfToken,
    revealed,
    canLogOut: way === 'session',
  }
}

export function stranger(address: string): Visitor {
  return { way: 'nobody', role: 'viewer', address, csrfToken: '', revealed: false }
}
