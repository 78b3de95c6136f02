import { type HoldDecisionKind, decideHold } from '../../core/decision/hold.ts'
import type { Hold } from '../../core/state/state.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { personOf } from '../person.ts'
import { withWorkplace } from '../workplace.ts'
import { execute, show } from './run.ts'

export interface DecisionFlags {
  readonly reason: string
  readonly by?: string
  readonly wait: string
}

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
  { decision, name, flags }: { decision: HoldDecisionKind; name: string; flags: DecisionFlags },
): Promise<Hold> {
  return withWorkplace(io, options, {
    emit: () => () => undefined,
    work: (context) => decideHold(context, { name, decision, by: personOf(flags.by), reason: flags.reason }),
  })
}
