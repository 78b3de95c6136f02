/** Erases one person from what the state remembers of runs, on record. */
import { type Clock, SECOND } from '../clock.ts'
import { refuseReasonless } from '../decision/pause.ts'
import type { Person } from '../decision/person.ts'
import { LeaseError, UsageError } from '../errors.ts'
import type { Erased, Remains, State } from '../state/state.ts'
import { createEraser } from './erase.ts'

/** The chain of what people did with personal data. */
export const ACCESS = 'access'

export interface ForgetAsked {
  /** The person's `uniqueId`. */
  readonly id: string
  readonly by: Person
  readonly reason: string
  /** For runs that are under way: what they write at their end would name the person again. */
  readonly waitMs: number
}

export interface Forgotten extends Erased, Remains {
  /** Stands for the id in the history. */
  readonly subject: string
  /** No other process has old pages of the database open. */
  readonly wiped: boolean
}

interface Context {
  readonly state: State
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/**
 * Baselines stay: they are what Vanta holds. So does the history, which names nobody unless somebody typed the name.
 * @throws UsageError `unknown-id`, `reason`; LeaseError `run-under-way`
 */
export async function forgetPerson(context: Context, { id, by, reason, waitMs }: ForgetAsked): Promise<Forgotten> {
  refuseReasonless(reason)
  const eraser = createEraser(id)
  if (id.trim() === '') throw new UsageError('id', 'The id of the person must not be empty')
  if (eraser.names(reason)) {
    throw new UsageError(
      'reason',
      'The reason names the id that is to be forgotten, and the history is never changed',
      {
        hint: 'Write why without it, such as the number of the request.',
      },
    )
  }
  await awaitRuns(context, waitMs)
  const { state, clock } = context
  const subject = state.digest(id)
  const remains = await state.upkeep.remains(id, eraser.texts)
  const isHeld = remains.resourceIds.length > 0
  const erased = await state.upkeep.erase(eraser, ({ runs, holds, others }) =>
    runs + holds + others === 0 && !isHeld
      ? undefined
      : {
          chain: ACCESS,
          at: clock.now(),
          kind: 'forget',
          facts: { subject, by: by.name, provenBy: by.provenBy, reason, runs, holds, others },
        },
  )
  if (erased.runs + erased.holds + erased.others === 0 && !isHeld) throw unknown(remains)
  return { subject, ...erased, ...remains, wiped: await state.upkeep.wipe() }
}

function unknown({ entries }: Remains): UsageError {
  const typed = entries.length === 0 ? '' : `; what somebody typed in entry ${entries.join(', ')} of the history stays`
  return new UsageError('unknown-id', `No run, hold or baseline of the state names this id${typed}`, {
    hint: 'Ids are compared as they are sent to Vanta, letter by letter. What is older than state.retention.personalData names nobody any more.',
  })
}

async function awaitRuns({ state, clock, signal }: Context, waitMs: number): Promise<void> {
  for (const end = clock.now() + waitMs; ; ) {
    await state.runs.settleInterrupted(clock.now())
    const [run] = await state.runs.list({ status: 'running', limit: 1 })
    if (run === undefined) return
    if (clock.now() >= end) {
      throw new LeaseError('run-under-way', `Run ${run.id} goes on, and may name the person when it ends`, {
        hint: 'Try again when it has ended, or wait longer: --wait 30m.',
      })
    }
    await clock.sleep(SECOND, signal)
  }
}
