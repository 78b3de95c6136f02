import { toInstant } from '../../core/clock.ts'
import { SyncError, UsageError } from '../../core/errors.ts'
import type { RunContext } from '../../core/run/context.ts'
import { scopeOf } from '../../core/run/target.ts'
import type { Hold } from '../../core/state/state.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { withWorkplace } from '../workplace.ts'
import { execute, show, userName } from './run.ts'

export interface DecisionFlags {
  readonly reason: string
  readonly by?: string
  readonly wait: string
}

type Decision = 'approve' | 'reject'

/** Approving is a run: it reads again, and pushes when what trips the guard is no more than what was approved. */
export async function approveCommand(
  io: Io,
  options: GlobalOptions,
  { hold: name, flags }: { hold: string; flags: DecisionFlags },
): Promise<number> {
  const hold = await decide(io, options, { decision: 'approve', name, flags })
  const document = await execute(io, options, {
    command: 'approve',
    names: [hold.resource],
    wait: flags.wait,
    itemLimit: 0,
  })
  show(io, options, document)
  return document.exitCode
}

/** Keeps holding it, silently. */
export async function rejectCommand(
  io: Io,
  options: GlobalOptions,
  { hold: name, flags }: { hold: string; flags: DecisionFlags },
): Promise<number> {
  const hold = await decide(io, options, { decision: 'reject', name, flags })
  const document = { command: 'reject', exitCode: 0, hold: hold.id, resource: hold.resource, status: hold.status }
  io.out(
    options.json
      ? `${JSON.stringify(document, null, 2)}\n`
      : `Rejected ${hold.id}: ${hold.resource} stays held until what trips the guard changes.\n`,
  )
  return 0
}

async function decide(
  io: Io,
  options: GlobalOptions,
  { decision, name, flags }: { decision: Decision; name: string; flags: DecisionFlags },
): Promise<Hold> {
  if (flags.reason.trim() === '') throw new UsageError('reason', '--reason must say why: an auditor will read it')
  return withWorkplace(io, options, {
    emit: () => () => undefined,
    async work(context) {
      const hold = await findHold(context, name)
      refuseDead(hold)
      const at = context.clock.now()
      const by = flags.by ?? userName()
      const provenBy =
        flags.by === undefined ? 'operating-system user' : `given with --by, by operating-system user ${userName()}`
      const decided: Hold = {
        ...hold,
        status: decision === 'approve' ? 'approved' : 'rejected',
        decision: { by, provenBy, reason: flags.reason, at },
      }
      await context.state.holds.save(decided)
      await context.state.append({
        chain: hold.scope,
        at,
        kind: decision,
        facts: { hold: hold.id, by, provenBy, reason: flags.reason },
      })
      return decided
    },
  })
}

/** By its id, or the live one of a resource. */
async function findHold({ state, settings }: RunContext, name: string): Promise<Hold> {
  const byId = await state.holds.get(name)
  if (byId !== undefined) return byId
  const resource = settings.resources.find((each) => each.name === name)
  const live = resource === undefined ? undefined : await state.holds.live(scopeOf(settings, resource))
  if (live !== undefined) return live
  const what =
    resource === undefined ? `There is neither a hold nor a resource "${name}"` : `Nothing is held of ${name}`
  throw new UsageError('unknown-hold', what, { hint: 'vanta-sync status lists what is held.' })
}

function refuseDead(hold: Hold): void {
  if (hold.status === 'open' || hold.status === 'approved' || hold.status === 'rejected') return
  const when = hold.status === 'expired' ? ` since ${toInstant(hold.expiresAt)}` : ''
  throw new SyncError(11, 'hold-ended', `Hold ${hold.id} is ${hold.status}${when}: it can no longer be decided on`, {
    hint: `vanta-sync run ${hold.resource} reads again, and holds again what still surprises.`,
  })
}
