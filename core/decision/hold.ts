/** What a person decides about a hold, recorded with who, how the name was proven, and why. */
import { toInstant } from '../clock.ts'
import { EXIT, SyncError, UsageError } from '../errors.ts'
import type { ResourceSpec } from '../resource.ts'
import type { RunContext } from '../run/context.ts'
import { isClearing } from '../run/clear-hold.ts'
import { scopeOf } from '../run/target.ts'
import type { Hold } from '../state/state.ts'
import type { Person } from './person.ts'
import { refusePaused, refuseReasonless } from './pause.ts'

export type HoldDecisionKind = 'approve' | 'reject'

export interface HoldDecisionAsked {
  /** The hold's id, or the name of a resource that is held. */
  readonly name: string
  readonly decision: HoldDecisionKind
  readonly by: Person
  readonly reason: string
}

type Context = Pick<RunContext, 'state' | 'settings' | 'clock'>

/**
 * Notes the decision. Approving is not yet a push: the run that follows reads again.
 * @throws UsageError `unknown-hold`, `reason`, `paused`; SyncError `hold-ended` (exit 11)
 */
export async function decideHold(context: Context, asked: HoldDecisionAsked): Promise<Hold> {
  const { decision, by, reason } = asked
  refuseReasonless(reason)
  const hold = await findHold(context, asked.name)
  refuseEnded(hold)
  const resource = resourceOf(context, hold)
  // A set that is to be empty is best paused before, so that no run fills it again.
  if (decision === 'approve' && resource !== undefined && !isClearing(hold)) await refusePaused(context, resource)
  const at = context.clock.now()
  const decided: Hold = {
    ...hold,
    status: decision === 'approve' ? 'approved' : 'rejected',
    decision: { by: by.name, provenBy: by.provenBy, reason, at },
  }
  // A run may have superseded or used it meanwhile, and somebody else decided: what is there now counts.
  if (!(await context.state.holds.change(hold, decided))) return decideHold(context, asked)
  await context.state.append({
    chain: hold.scope,
    at,
    kind: decision,
    facts: { hold: hold.id, by: by.name, provenBy: by.provenBy, reason },
  })
  return decided
}

/** By its id, or the live one of a resource. @throws UsageError `unknown-hold` */
export async function findHold({ state, settings }: Context, name: string): Promise<Hold> {
  const byId = await state.holds.get(name)
  if (byId !== undefined) return byId
  const resource = settings.resources.find((each) => each.name === name)
  const live = resource === undefined ? undefined : await state.holds.live(scopeOf(settings, resource))
  if (live !== undefined) return live
  const what =
    resource === undefined ? `There is neither a hold nor a resource "${name}"` : `Nothing is held of ${name}`
  throw new UsageError('unknown-hold', what, { hint: 'vanta-sync status lists what is held.' })
}

/** The resource of today's configuration that a hold belongs to, whatever its name was then. */
export function resourceOf({ settings }: Pick<Context, 'settings'>, hold: Hold): ResourceSpec | undefined {
  return settings.resources.find((resource) => scopeOf(settings, resource) === hold.scope)
}

function refuseEnded(hold: Hold): void {
  if (hold.status === 'open' || hold.status === 'approved' || hold.status === 'rejected') return
  const when = hold.status === 'expired' ? ` since ${toInstant(hold.expiresAt)}` : ''
  throw new SyncError(
    EXIT.held,
    'hold-ended',
    `Hold ${hold.id} is ${hold.status}${when}: it can no longer be decided on`,
    { hint: `vanta-sync run ${hold.resource} reads again, and holds again what still surprises.` },
  )
}
