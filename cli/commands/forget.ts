import { forgetPerson, type Forgotten } from '../../core/history/forget.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { personOf } from '../person.ts'
import { withStateOnly } from '../state-only.ts'
import { durationOf } from './run.ts'

export interface ForgetFlags {
  readonly reason: string
  readonly by?: string
  readonly wait: string
}

/** One person goes from all that is kept of runs; the history says that somebody went, not who. */
export async function forgetCommand(
  io: Io,
  options: GlobalOptions,
  { id, flags }: { id: string; flags: ForgetFlags },
): Promise<number> {
  const waitMs = durationOf(flags.wait, '--wait')
  return withStateOnly(io, options, async ({ state, clock, log }) => {
    const asked = { id, by: personOf(flags.by), reason: flags.reason, waitMs }
    const forgotten = await forgetPerson({ state, clock, signal: io.signal }, asked)
    if (!forgotten.wiped) log.warn('Another process has the state open: old pages of its file go when that ends')
    const { resourceIds: heldBy, entries: namedIn, ...rest } = forgotten
    if (options.json)
      io.out(`${JSON.stringify({ command: 'history forget', exitCode: 0, ...rest, heldBy, namedIn }, null, 2)}\n`)
    else if (!options.quiet) io.out(forgottenText(forgotten))
    return 0
  })
}

function forgottenText({ subject, runs, holds, others, resourceIds, entries }: Forgotten): string {
  const lines = [
    `Forgotten in ${runs} runs, ${holds} holds and ${others} other places. The history calls the person ${subject}.`,
  ]
  if (resourceIds.length > 0) {
    lines.push(
      `Vanta still holds this id (resource id ${resourceIds.join(', ')}), and so does the baseline, until it leaves: take the person out of the source, or the next change brings the id back.`,
    )
  }
  if (entries.length > 0) {
    lines.push(
      `Somebody typed the id into ${entries.length === 1 ? 'entry' : 'entries'} ${entries.join(', ')} of the history. Entries are never changed; they go with state.retention.history.`,
    )
  }
  return `${lines.join('\n')}\n`
}
