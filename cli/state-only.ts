import { systemClock } from '../core/clock.ts'
import type { RunContext } from '../core/run/context.ts'
import { openState } from '../core/state/open.ts'
import type { GlobalOptions, Io } from './io.ts'
import { openConfig } from './workplace.ts'

/** For commands that ask the state and never Vanta: secrets need not be there. */
export async function withStateOnly(
  io: Io,
  options: GlobalOptions,
  work: (context: Pick<RunContext, 'settings' | 'state' | 'clock' | 'log'>) => Promise<number>,
): Promise<number> {
  const { settings, log } = await openConfig(io, options, 'ignore')
  const clock = systemClock
  const state = await openState({ ...settings.state, clock })
  try {
    return await work({ settings, state, clock, log })
  } finally {
    await state.close()
  }
}
