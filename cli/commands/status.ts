import { MINUTE } from '../../core/clock.ts'
import { takeSnapshot } from '../../core/health/snapshot.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint } from '../render/paint.ts'
import { statusText } from '../render/status-text.ts'
import { withStateOnly } from '../state-only.ts'

/** What is: the same that the status page shows, from the state alone. */
export async function statusCommand(io: Io, options: GlobalOptions): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const snapshot = await takeSnapshot(context)
    if (options.json) io.out(`${JSON.stringify({ command: 'status', exitCode: 0, ...snapshot }, null, 2)}\n`)
    else io.out(statusText(snapshot, createPaint(io.colour)))
    return 0
  })
}

/** A daemon says every half minute that it is well. */
const SILENT_MS = 2 * MINUTE

/**
 * Is the config valid, the state usable, and the daemon, if there is one, not hanging? `--fresh`: is also every
 * resource with `maxAge` fresh? Neither asks Vanta: a container is not restarted because Vanta is down.
 */
export async function healthcheckCommand(
  io: Io,
  options: GlobalOptions,
  { fresh = false }: { fresh?: boolean },
): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const snapshot = await takeSnapshot(context)
    const silent = snapshot.daemons.filter(({ beatAt }) => context.clock.now() - Date.parse(beatAt) > SILENT_MS)
    const resources = fresh ? snapshot.resources.filter(isNotFresh) : []
    const exitCode = silent.length + resources.length === 0 ? 0 : 1
    if (options.json) {
      io.out(`${JSON.stringify({ command: 'healthcheck', exitCode, resources, daemons: silent }, null, 2)}\n`)
      return exitCode
    }
    for (const { pid, host, beatAt } of silent)
      io.out(`The daemon with pid ${pid} on ${host} lives and has said nothing since ${beatAt}: restart it.\n`)
    if (resources.length > 0)
      io.out(`Not fresh: ${resources.map(({ name, health }) => `${name} (${health})`).join(', ')}\n`)
    if (exitCode === 0 && !options.quiet) io.out('ok\n')
    return exitCode
  })
}

/** Who paused it knows. */
function isNotFresh({ maxAgeSeconds, health, paused }: ResourceStatus): boolean {
  return maxAgeSeconds !== undefined && paused === undefined && (health === 'stale' || health === 'never run')
}
