import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DEFAULT_STATE_PATH } from '../../config/schema.ts'
import { MINUTE, systemClock } from '../../core/clock.ts'
import { takeSnapshot } from '../../core/health/snapshot.ts'
import type { ResourceStatus } from '../../core/health/status.ts'
import type { RunContext } from '../../core/run/context.ts'
import { openState } from '../../core/state/open.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { createPaint } from '../render/paint.ts'
import { statusText } from '../render/status-text.ts'
import { withStateOnly } from '../state-only.ts'
import { ConfigProblems } from '../workplace.ts'

/** What is: the same that the status page shows, from the state alone. */
export async function statusCommand(io: Io, options: GlobalOptions): Promise<number> {
  return withStateOnly(io, options, async (context) => {
    const snapshot = await takeSnapshot(context)
    if (options.json) io.out(`${JSON.stringify({ command: 'status', exitCode: 0, ...snapshot }, null, 2)}\n`)
    else io.out(statusText(snapshot, createPaint(io.colour)))
    return 0
  })
}

/** A daemon says each minute that it is well. */
const SILENT_MS = 3 * MINUTE

/**
 * Is the config valid, the state usable, and the daemon, if there is one, not hanging? `--fresh`: is also every
 * resource with `maxAge` fresh? Neither asks Vanta: a container is not restarted because Vanta is down.
 */
export async function healthcheckCommand(
  io: Io,
  options: GlobalOptions,
  { fresh = false }: { fresh?: boolean },
): Promise<number> {
  try {
    return await withStateOnly(io, options, (context) => healthcheck(io, options, { context, fresh }))
  } catch (error) {
    if (!(error instanceof ConfigProblems) || !(await isKept(io, options))) throw error
    // A restart would end the daemon that keeps the old configuration, and the new one cannot be started with.
    io.err(`${error.message}\nThe daemon lives, and keeps the configuration that it has.\n`)
    return 0
  }
}

interface Asked {
  readonly context: Pick<RunContext, 'state' | 'settings' | 'clock'>
  readonly fresh: boolean
}

async function healthcheck(io: Io, options: GlobalOptions, { context, fresh }: Asked): Promise<number> {
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
}

/** Is there a daemon that lives and is well? The state is where the environment says, or where it is by default. */
async function isKept(io: Io, { config }: GlobalOptions): Promise<boolean> {
  const path = io.env['VANTA_SYNC_STATE'] || join(dirname(config), DEFAULT_STATE_PATH)
  if (!existsSync(path)) return false
  const state = await openState({ path, allowNetworkFs: true, clock: systemClock })
  try {
    return (await state.daemons.list()).some(({ beatAt }) => systemClock.now() - beatAt <= SILENT_MS)
  } finally {
    await state.close()
  }
}

/** Who paused it knows. */
function isNotFresh({ maxAgeSeconds, health, paused, lastSuccessAt }: ResourceStatus): boolean {
  if (maxAgeSeconds === undefined || paused !== undefined) return false
  return health === 'stale' || lastSuccessAt === undefined
}
