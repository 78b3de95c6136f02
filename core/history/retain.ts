/** Lets go of what is too old: personal data of runs first, later the runs themselves. */
import { DAY, toInstant } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Retention } from '../resource.ts'
import type { RunContext } from '../run/context.ts'
import type { RunDocument } from '../run/document.ts'
import type { ResourceRunRow } from '../state/state.ts'
import { agedDocument, agedRow } from './age.ts'

export const DEFAULT_RETENTION: Retention = { historyMs: 400 * DAY, personalDataMs: 90 * DAY }

/** After each run; does something once a day. It cannot fail the run. */
export async function retainHistory({
  state,
  settings,
  clock,
  log,
}: Pick<RunContext, 'state' | 'settings' | 'clock' | 'log'>): Promise<void> {
  const { historyMs, personalDataMs } = settings.state.retention ?? DEFAULT_RETENTION
  const digest = (text: string): string => state.digest(text)
  try {
    const now = clock.now()
    const reckoned = await state.upkeep.claim(now)
    if (reckoned === undefined) return
    const aged = await state.upkeep.age(
      { before: reckoned - personalDataMs, now },
      {
        document: (document) => (isRunDocument(document) ? agedDocument(document, digest) : null),
        row: (row) => agedRow(row as ResourceRunRow, digest),
      },
    )
    const before = reckoned - historyMs
    const { entries, runs } = await state.upkeep.cut({ before, now })
    if (aged + entries + runs === 0) return
    log.info('history retention', { aged, entries, runs, olderThan: toInstant(before) })
  } catch (error) {
    log.warn(`Old history could not be removed: ${messageOf(error)}`)
  }
}

/** What cannot be read as one may hold anything, and is not kept. */
function isRunDocument(document: unknown): document is RunDocument {
  return typeof document === 'object' && document !== null && Array.isArray((document as RunDocument).resources)
}
