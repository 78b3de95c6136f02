import { toInstant } from '../../core/clock.ts'
import { pauseResource, resumeResource } from '../../core/decision/pause.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { personOf } from '../person.ts'
import { withStateOnly } from '../state-only.ts'
import { chooseResource } from '../workplace.ts'
import { durationOf } from './run.ts'

export interface PauseFlags {
  readonly reason: string
  readonly by?: string
  readonly for: string
}

/** Until its end no run touches the resource, and nobody is alarmed. */
export async function pauseCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: PauseFlags },
): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const resource = chooseResource(context.settings, name)
    const forMs = durationOf(flags.for, '--for')
    const asked = { resource, by: personOf(flags.by), reason: flags.reason, forMs }
    const until = toInstant((await pauseResource(context, asked)).until)
    if (options.json) io.out(`${JSON.stringify({ command: 'pause', exitCode: 0, resource: name, until }, null, 2)}\n`)
    else if (!options.quiet) io.out(`${name} is paused until ${until}: no run touches it, and nobody is alarmed.\n`)
    return 0
  })
}

export async function resumeCommand(
  io: Io,
  options: GlobalOptions,
  { name, flags }: { name: string; flags: Omit<PauseFlags, 'for'> },
): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const resource = chooseResource(context.settings, name)
    await resumeResource(context, { resource, by: personOf(flags.by), reason: flags.reason })
    if (options.json) io.out(`${JSON.stringify({ command: 'resume', exitCode: 0, resource: name }, null, 2)}\n`)
    else if (!options.quiet) io.out(`${name} goes on: the next run takes it along.\n`)
    return 0
  })
}
