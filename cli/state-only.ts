import { systemClock } from '../core/clock.ts'
import type { RunContext } from '../core/run/context.ts'
import { openState } from '../core/state/open.ts'
import { scrubbedState } from '../core/state/scrubbed.ts'
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
  const state = scrubbedState(await openState({ ...settings.state, clock }), settings.secrets)
  try {
    return await work({ settings, state, clock, log })
  } finally {
    await state.close()
  }
}
