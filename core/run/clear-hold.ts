/** Emptying a set on purpose: what a person asks for, and the hold that waits until somebody approves it. */
import type { Person } from '../decision/person.ts'
import type { Reason } from '../plan/guard.ts'
import type { Plan } from '../plan/plan.ts'
import type { Hold, HoldReason } from '../state/state.ts'

export interface ClearAsked {
  readonly by: Person
  readonly reason: string
  /** A set that an old resource id left behind; absent: that of the resource. */
  readonly resourceId?: string
}

const RULE = 'clear'

/** It is there because a person asked for it: no run closes it, and approving it reads no source. */
export function isClearing(hold: Hold | undefined): boolean {
  return clearReasonOf(hold) !== undefined
}

/** What the hold is about, in the words of who asked for it; undefined when it is no such hold. */
export function askedOf(hold: Hold | undefined): ClearAsked | undefined {
  const reason = clearReasonOf(hold)
  if (hold === undefined || reason === undefined) return undefined
  const [resourceId] = reason.names ?? []
  const { by = '', provenBy = '', reason: why = '' } = hold.asked ?? {}
  return { by: { name: by, provenBy }, reason: why, ...(resourceId === undefined ? {} : { resourceId }) }
}

function clearReasonOf(hold: Hold | undefined): HoldReason | undefined {
  return hold?.reasons.find(({ rule }) => rule === RULE)
}

/** Why it is held, always: that nothing is surprising about it does not make it right. */
export function clearReason({ baseline, baselineSize, counts }: Plan, leftBehind: string | undefined): Reason {
  const { removed } = counts
  const where = leftBehind === undefined ? '' : ` of resource id ${leftBehind}`
  const known = baseline !== 'unknown'
  const message = known
    ? `${removed === 1 ? 'The 1 record' : `All ${removed} records`}${where} would leave: the set is cleared on purpose`
    : `Whatever Vanta holds${where} would leave: the set is cleared on purpose, and how many records that are is unknown`
  return {
    rule: RULE,
    ...(known ? { actual: removed, of: Math.max(baselineSize, removed) } : {}),
    ...(leftBehind === undefined ? {} : { names: [leftBehind] }),
    message,
  }
}
