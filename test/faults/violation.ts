/** The claims that the machine tries to refute, and what it throws when it has refuted one. */

/** By the numbers of the design; `history` is the claim that no record says what was not so. */
export const INVARIANTS = {
  unproven: 'invariant 1: a read that did not prove itself complete is never pushed',
  whole: 'invariant 2: one PUT for each resource id, with everything that feeds it',
  badRecord: 'invariant 3: a bad record never deletes a person',
  guard: 'invariant 4: a surprising plan is held, not pushed',
  lease: 'invariant 5: one token for each application and run, behind one lease',
  limits: 'invariant 5: no sixth token request within a minute',
  confirmed: 'invariant 6: success is recorded only when Vanta confirmed it',
  lost: 'invariant 6: an update that was pushed is there',
  recovery: 'invariant 7: killed at any instant, the next run recovers by itself',
  secrecy: 'invariant 8: no secret and no personal data in events, logs and history',
  dry: 'invariant 10: dry means dry',
  history: 'history: what is recorded is what happened',
} as const

export type Invariant = keyof typeof INVARIANTS

/** What the end of the command counts it as. */
export const HARM: Readonly<Record<Invariant, 'wrong deletion' | 'lost update' | 'lie'>> = {
  unproven: 'wrong deletion',
  whole: 'wrong deletion',
  badRecord: 'wrong deletion',
  guard: 'wrong deletion',
  lease: 'lost update',
  limits: 'lost update',
  confirmed: 'lie',
  lost: 'lost update',
  recovery: 'lost update',
  secrecy: 'lie',
  dry: 'wrong deletion',
  history: 'lie',
}

export class Violation extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, facts: string) {
    super(`${INVARIANTS[invariant]}: ${facts}`)
    this.name = 'Violation'
    this.invariant = invariant
  }
}
