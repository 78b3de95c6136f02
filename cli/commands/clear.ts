import { refuseReasonless } from '../../core/decision/pause.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { personOf } from '../person.ts'
import { execute, show } from './run.ts'

export interface ClearFlags {
  readonly reason: string
  readonly by?: string
  readonly resourceId?: string
  readonly wait: string
}

/** Plans an empty set on purpose. It is always held: somebody has to approve that everybody leaves. */
export async function clearCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: ClearFlags },
): Promise<number> {
  const { reason, by, resourceId, wait } = flags
  refuseReasonless(reason)
  const document = await execute(io, options, {
    command: 'clear',
    names: [name],
    wait,
    clear: { by: personOf(by), reason, ...(resourceId === undefined ? {} : { resourceId }) },
  })
  show(io, options, document)
  return document.exitCode
}
